import { autoLadder, chooseRung, shouldAbort } from './abr.ts';
import { pictureBps, type AudioRung, type Master, type VideoRung } from './playlist.ts';
import type { Track } from './track.ts';
import type { Choice } from './types.ts';

/** Seconds kept behind the playhead, and how much more may gather before it is thrown out. */
const KEEP_BEHIND = 20;
const EVICT_SLACK = 30;
/** Below this line the sound is fetched before the picture, not beside it. */
const NARROW_BPS = 300_000;

/** What the schedule needs of the engine around it. */
export interface Host {
	readonly video: HTMLVideoElement;
	/** Second the viewer is at. */
	position(): number;
	/** Whether nothing more should be fetched, since the viewer is away. */
	idle(): boolean;
	/** Present line in bit/s, null when unknown. */
	bps(): number | null;
	/** Seconds from a request to its first byte. */
	delaySeconds(): number;
	/** Makes the decoder take what has just come under the playhead. */
	flush(): void;
	/** The picture is about to run out while the sound goes on. */
	beforeGap(): void;
	/** Looks again when work is done; takes care of its failure. */
	run(work: Promise<unknown>): void;
}

/** Decides what to fetch next, from which rung, and what to give up. */
export class Schedule {
	voice: Track<AudioRung> | null = null;
	picture: Track<VideoRung> | null = null;
	/** Null for a video without sound. */
	voiceRung: AudioRung | null;
	/** The next picture is the first after a start or a seek. */
	starting = true;
	readonly ladder: VideoRung[];
	private voiceVotes = 0;
	/** A rung given up in mid-segment: its next segment stays below it. */
	private below: number | null = null;
	/** How much larger than its rung's mean the last segments were. */
	private sizeFactor = 1;

	constructor(
		private readonly host: Host,
		private readonly master: Master,
		public choice: Choice
	) {
		this.ladder = autoLadder(master.video);
		this.voiceRung = master.video[0]?.audio ?? master.audio[0] ?? null;
	}

	/** The rung the viewer has fixed, where this video has it. */
	fixed(): VideoRung | undefined {
		return this.master.video.find((rung) => rung.name === this.choice.rung);
	}

	/** Starts and stops whatever is due at second t. */
	tick(t: number) {
		this.loadVoice(t);
		this.watchDeadline(t);
		this.loadPicture(t);
		this.coverGap(t);
		this.evict(t);
	}

	/** Stops downloads that a jump to t has made useless. */
	jump(t: number) {
		this.starting = true;
		for (const track of [this.voice, this.picture]) {
			if (track?.flight && track.next(t) !== track.flight.index) track.drop();
		}
	}

	/** Takes a new choice of rung; what is buffered of others is fetched again from t on. */
	choose(choice: Choice, t: number) {
		this.choice = choice;
		const { picture } = this;
		const fixed = this.fixed();
		if (!picture?.layout) return;
		picture.drop();
		const here = picture.layout.segments.findIndex((s) => s.start + s.duration > t);
		if (fixed && here >= 0) picture.outdate(here, (rung) => rung !== fixed.name);
	}

	private loadVoice(t: number) {
		const { voice, picture, voiceRung } = this;
		if (!voice || !voiceRung || voice.flight || this.host.idle()) return;
		const index = voice.next(t);
		const ahead = voice.sink.ahead(t);
		const target = (this.choice.saveData ? 30 : 60) * this.host.video.playbackRate;
		if (index === null || voice.start(index) - t > target) return;
		// With enough sound in hand the line belongs to a picture that is nearly due.
		const reserve =
			0.5 +
			1.3 * (this.host.delaySeconds() + (voiceRung.bandwidth * 6) / (this.host.bps() ?? 64_000));
		if (ahead > Math.min(12, reserve) && picture?.flight && picture.sink.ahead(t) < 6) return;
		this.host.run(voice.load(index, voiceRung));
	}

	private loadPicture(t: number) {
		const { picture } = this;
		if (!picture || picture.flight || this.host.idle()) return;
		if (document.hidden && this.choice.saveData) return;
		const target = (this.choice.saveData ? 12 : 30) * this.host.video.playbackRate;
		if (this.voiceFirst(t)) return;
		const rung = this.pick(t);
		if (!rung) return;
		this.refresh(t, rung);
		const index = this.firstInTime(t, rung);
		if (index === null || picture.start(index) - t > target) return;
		this.followVoice(rung);
		this.below = null;
		const work = picture.load(index, rung);
		const flight = picture.flight;
		this.host.run(
			work.then((outcome) => {
				if (outcome === 'dropped') return;
				this.starting = false;
				if (flight) this.learnSize(flight);
				const now = this.host.position();
				const here = picture.start(index) - 0.3 <= now && now < picture.end(index) - 0.4;
				if (outcome === 'replaced' && here) this.host.flush();
			})
		);
	}

	/** Sound goes first on a narrow line: the picture waits until the sound is nearly there. */
	private voiceFirst(t: number): boolean {
		const { voice } = this;
		const flight = voice?.flight;
		const bps = this.host.bps();
		if (!voice || !flight || (bps !== null && bps > NARROW_BPS) || voice.sink.ahead(t) > 5)
			return false;
		return !flight.size || flight.received / flight.size < 0.6;
	}

	/** The rung for the next segment; null for none. */
	pick(t: number): VideoRung | null {
		const fixed = this.fixed();
		if (fixed) return fixed;
		const { picture } = this;
		const { video } = this.host;
		const below = this.below;
		const ladder = below === null ? this.ladder : this.ladder.filter((r) => r.bandwidth < below);
		const scale = globalThis.devicePixelRatio || 1;
		return chooseRung(ladder.length ? ladder : this.ladder.slice(0, 1), {
			bps: this.host.bps(),
			ahead: picture?.sink.ahead(t) ?? 0,
			voiceAhead: this.voice?.sink.ahead(t) ?? Infinity,
			playbackRate: video.playbackRate,
			current: picture?.rungAt(t) ?? null,
			screenHeight: Math.max(320, video.clientHeight * scale),
			saveData: this.choice.saveData,
			starting: this.starting
		});
	}

	/** When the line turns out far better than what is buffered, fetches that again, a little ahead. */
	private refresh(t: number, rung: VideoRung) {
		const { picture, ladder, choice } = this;
		if (!picture?.layout || choice.saveData || this.fixed()) return;
		const rank = ladder.indexOf(rung);
		const from = picture.layout.segments.findIndex((s) => s.start > t + 3);
		if (from < 0 || rank < 2 || picture.sink.ahead(t) < 9) return;
		picture.outdate(from, (name) => rank - ladder.findIndex((r) => r.name === name) >= 2);
	}

	/** The first segment that wants a picture and can still get it in time. */
	private firstInTime(t: number, rung: VideoRung): number | null {
		const { picture } = this;
		const { video } = this.host;
		let index = picture?.next(t) ?? null;
		if (!picture || index === null || video.paused || this.fixed()) return index;
		const eta = this.host.delaySeconds() + (this.expected(rung) * 8) / (this.host.bps() ?? 64_000);
		const last = picture.layout ? picture.layout.segments.length - 1 : 0;
		while (
			index < last &&
			picture.replaceable(index) &&
			picture.end(index) - t < eta * video.playbackRate + 1
		) {
			index++;
		}
		return index;
	}

	/** Bytes that a segment of a rung will likely have. */
	private expected(rung: VideoRung): number {
		return (pictureBps(rung) * 6 * this.sizeFactor) / 8;
	}

	/** Segments near each other are alike: one twice its rung's mean is followed by heavy ones. */
	private learnSize({ rung, size }: { rung: VideoRung; size: number }) {
		if (!size) return;
		const ratio = (size / this.expected(rung)) * this.sizeFactor;
		this.sizeFactor = Math.min(3, Math.max(0.7, 0.5 * this.sizeFactor + 0.5 * ratio));
	}

	/** Better sound comes with better pictures, once those have lasted; worse sound at once. */
	private followVoice(rung: VideoRung) {
		if (!rung.audio || !this.voiceRung || rung.audio === this.voiceRung) this.voiceVotes = 0;
		else if (rung.audio.bandwidth < this.voiceRung.bandwidth || ++this.voiceVotes >= 2) {
			this.voiceRung = rung.audio;
			this.voiceVotes = 0;
		}
	}

	/** Gives up a picture that will be late for one that will not. */
	private watchDeadline(t: number) {
		const { picture, ladder } = this;
		const { video } = this.host;
		const flight = picture?.flight;
		if (!picture || !flight || this.fixed() || video.paused) return;
		const rank = ladder.indexOf(flight.rung);
		const bps = this.host.bps() ?? 0;
		const useless = picture.end(flight.index) - t < this.leftSeconds(flight) * video.playbackRate;
		if (flight.size && useless && picture.replaceable(flight.index)) {
			this.learnSize(flight);
			return picture.drop();
		}
		if (rank < 1) return;
		const lower = ladder.filter((r, i) => i < rank && r.average < bps * 0.7).pop() ?? ladder[0];
		const late = shouldAbort({
			received: flight.received,
			size: flight.size || this.expected(flight.rung),
			elapsedMs: performance.now() - flight.began,
			bps,
			deadline:
				Math.max(picture.sink.ahead(t), picture.start(flight.index) - t) / video.playbackRate,
			lowerSize: this.expected(lower),
			delay: this.host.delaySeconds()
		});
		if (!late) return;
		picture.drop();
		this.below = flight.rung.bandwidth;
	}

	/** Lets the sound go on where the picture is late. */
	private coverGap(t: number) {
		const { picture, voice } = this;
		const { video } = this.host;
		if (!picture || !voice || video.paused || this.fixed()) return;
		picture.layout ??= voice.layout;
		const ahead = picture.sink.ahead(t);
		if (ahead > 0.6 || voice.sink.ahead(t) < 0.8) return;
		const index = picture.next(t + ahead + 0.06);
		if (index === null || picture.start(index) > t + ahead + 0.3 || picture.replaceable(index))
			return;
		const flight = picture.flight;
		if (flight?.index === index && flight.size && ahead + 1.2 > this.leftSeconds(flight)) return;
		this.host.beforeGap();
		this.host.run(picture.cover(index));
	}

	private leftSeconds(flight: { size: number; received: number }): number {
		return ((flight.size - flight.received) * 8) / (this.host.bps() ?? 64_000);
	}

	private evict(t: number) {
		for (const track of [this.voice, this.picture]) {
			const buffered = track?.sink.buffer.buffered;
			if (!track || !buffered?.length || track.sink.buffer.updating) continue;
			if (buffered.start(0) < t - KEEP_BEHIND - EVICT_SLACK)
				void track.evict(t - KEEP_BEHIND).catch(() => {});
		}
	}

	/** Whether everything from t to the end is buffered for good. */
	whole(t: number): boolean {
		const { voice, picture } = this;
		if (voice?.flight || picture?.flight) return false;
		const whole = (track: Track | null) => !track || track.next(t) === null;
		if (!whole(voice) || !whole(picture)) return false;
		return !voice?.sink.buffer.updating && !picture?.sink.buffer.updating;
	}
}
