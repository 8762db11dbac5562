import { Arrivals } from './arrivals.ts';
import { Continuation, lengthen, RATE, shorten, SPAN } from './stretch.ts';

/** Decoded voice. `time`: sender's clock in ms at its first sample; `lost`: packets missing before it. */
export interface Piece {
	time: number;
	samples: Float32Array;
	lost: number;
}

const PER_MS = RATE / 1000;
/** Made at once: 10 ms. */
const STEP = 10 * PER_MS;
/** Voice that breaks off is continued so long, fading, ms. */
const CONTINUE = 120;
/** A hole of lost packets is filled up to here; a longer one is a pause. */
const FILL = 180;
/** More than this waits after a cut: it is left out, since nobody wants to listen to the past. */
const BACKLOG = 1000;
/** How far from the aim it may be before voice is stretched, ms. */
const SLACK = 30;
/** Played unchanged after each stretching, so that it stays slight: about 12 %, when far behind 20 %. */
const REST = 6;
const REST_BEHIND = 3;
const FAR = 200;
const FADE_IN = 240;

/**
 * Plays the voice of one speaker evenly though it arrives unevenly: holds back as much as the line needs, goes on over
 * holes, and catches up by shortening silence and periods. Pulled by the clock of the loudspeaker; knows no other.
 */
export class JitterBuffer {
	readonly arrivals = new Arrivals();
	/** Packets that were heard; that came after their turn; that never came; that were left out to catch up. */
	readonly counts = { heard: 0, late: 0, lost: 0, dropped: 0 };
	private queue: Piece[] = [];
	/** Samples of the first piece that were played. */
	private at = 0;
	/** Sender's clock at the end of what was played. */
	private position?: number;
	private waiting = true;
	private ready = new Float32Array(0);
	private past = new Float32Array(SPAN);
	private broken?: Continuation;
	private fresh = true;
	private filled = 0;
	private rest = 0;
	private clock = 0;

	/** How long voice waits here just now, ms, on top of the quickest way. */
	get delay(): number {
		if (this.waiting || this.position === undefined) return this.arrivals.target;
		return Math.max(0, this.clock - this.position - this.arrivals.base);
	}

	/** What is there to be played, ms. */
	get level(): number {
		let samples = -this.at;
		for (const piece of this.queue) samples += piece.samples.length;
		return samples / PER_MS;
	}

	push(piece: Piece, now: number): void {
		this.clock = now;
		const held = Math.max(this.arrivals.target, this.delay);
		const late = this.arrivals.add(piece.time, now);
		this.counts.heard++;
		this.counts.lost += piece.lost;
		if (late > held) this.counts.late++;
		this.queue.push(piece);
	}

	/** Forgets everything: somebody else speaks here. */
	reset(): void {
		this.queue = [];
		this.at = 0;
		this.position = undefined;
		this.waiting = this.fresh = true;
		this.broken = undefined;
		this.ready = new Float32Array(0);
		this.arrivals.reset();
	}

	/** Fills `out` with what is to be heard at `now`, ms. */
	pull(out: Float32Array, now: number): void {
		this.clock = now;
		let done = 0;
		while (done < out.length) {
			if (!this.ready.length) this.ready = this.make(now) as Float32Array<ArrayBuffer>;
			const some = this.ready.subarray(0, out.length - done);
			out.set(some, done);
			done += some.length;
			this.ready = this.ready.subarray(some.length);
		}
	}

	private make(now: number): Float32Array {
		const { base, target } = this.arrivals;
		if (this.waiting) {
			const head = this.queue[0];
			if (!head || now < head.time + base + target) return new Float32Array(STEP);
			this.waiting = false;
			this.fresh = true;
			this.position = head.time;
		}
		if (!this.queue.length) return this.starve();
		this.catchUp(target);
		const hole = this.at === 0 ? this.hole() : 0;
		if (hole > 0) {
			const [{ lost }] = this.queue;
			if (!lost || hole > FILL) {
				this.pause();
				return this.make(now);
			}
			if (this.filled < hole) {
				this.filled += 10;
				return this.goOn();
			}
			this.position = this.queue[0].time;
		}
		this.filled = 0;
		return this.heard(this.stretched(now));
	}

	/** Ms between what was played and what is next; small ones are the clock's. */
	private hole(): number {
		const gap = this.queue[0].time - (this.position ?? this.queue[0].time);
		return gap > SLACK ? gap : 0;
	}

	private pause(): void {
		this.waiting = true;
		this.filled = 0;
		this.broken = undefined;
	}

	private starve(): Float32Array {
		const out = this.goOn();
		if (this.broken!.given >= CONTINUE * PER_MS) this.pause();
		return out;
	}

	private goOn(): Float32Array {
		this.broken ??= new Continuation(this.past, CONTINUE * PER_MS);
		return this.broken.take(STEP);
	}

	/** Leaves the past out when a cut has piled it up. */
	private catchUp(target: number): void {
		if (this.level <= BACKLOG) return;
		while (this.queue.length > 1 && this.level > target + 60) {
			this.queue.shift();
			this.at = 0;
			this.counts.dropped++;
		}
		this.broken ??= new Continuation(this.past, CONTINUE * PER_MS);
		this.position = this.queue[0].time;
	}

	private stretched(now: number): Float32Array {
		const { base, target } = this.arrivals;
		const off = now - this.position! - base - target;
		const level = this.level;
		if (this.rest > 0 || level < SPAN / PER_MS) {
			this.rest--;
			return this.take(STEP);
		}
		const behind = off > SLACK && level > Math.max(60, target / 2);
		if (!behind && off > -SLACK) return this.take(STEP);
		const span = this.take(SPAN);
		if (span.length < SPAN) return span;
		this.rest = off > FAR ? REST_BEHIND : REST;
		return behind ? shorten(span) : lengthen(span);
	}

	/** Takes up to `count` samples that follow each other. */
	private take(count: number): Float32Array {
		const out = new Float32Array(count);
		let done = 0;
		while (done < count && this.queue.length) {
			if (this.at === 0 && done > 0 && this.hole() > 0) break;
			const { samples, time } = this.queue[0];
			if (this.at === 0) this.position = time;
			const some = samples.subarray(this.at, this.at + count - done);
			out.set(some, done);
			done += some.length;
			this.at += some.length;
			this.position! += some.length / PER_MS;
			if (this.at >= samples.length) {
				this.queue.shift();
				this.at = 0;
			}
		}
		return out.subarray(0, done);
	}

	/** Notes what is played, and joins it to what was there before without a click. */
	private heard(samples: Float32Array): Float32Array {
		const fade = Math.min(FADE_IN, samples.length);
		if (this.broken || this.fresh) {
			const before = this.broken?.take(fade);
			for (let i = 0; i < fade; i++)
				samples[i] = samples[i] * (i / fade) + (before?.[i] ?? 0) * (1 - i / fade);
		}
		this.broken = undefined;
		this.fresh = false;
		const past = new Float32Array(SPAN);
		const kept = Math.max(0, SPAN - samples.length);
		past.set(this.past.subarray(SPAN - kept));
		past.set(samples.subarray(Math.max(0, samples.length - SPAN)), kept);
		this.past = past;
		return samples;
	}
}
