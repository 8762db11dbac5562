import { Autocorrelator } from 'pitchy';
import { RATE } from './resample.ts';

/** Samples from one frame to the next: 10 ms. */
export const HOP = 160;
/** Samples that the pitch of a frame is found in: short, so that the fast end of a falling tone is not lost. */
export const WINDOW = 640;
/** Frames a second. */
export const FRAMES_A_SECOND = RATE / HOP;

const LOWEST_HZ = 52;
const HIGHEST_HZ = 520;
/** Below this (full scale = 0) nothing is looked for: no microphone hears a voice there. */
const NOTHING_DB = -70;
/** Less regular than this is no voice. */
const CLEAR = 0.5;
/** Periods that a frame is asked about again when the whole line is known. */
const CANDIDATES = 4;
const SHORTEST_LAG = Math.floor(RATE / HIGHEST_HZ);
const LONGEST_LAG = Math.ceil(RATE / LOWEST_HZ);
/** At this amplitude the microphone has no room left. */
const FULL = 0.985;

/** A pitch that a frame may have. */
export interface Candidate {
	hz: number;
	/** Up to 1: how regular the sound is at this period. */
	clarity: number;
}

/** What it costs that a period is twice as long: every multiple of a period is one too. */
const LONG_COST = 0.08;

/** How good a candidate is by itself: regular, and short. */
export const worth = ({ hz, clarity }: Candidate) => clarity + LONG_COST * Math.log2(hz / 150);

/** A sound, every 10 ms. All lists are parallel. */
export interface Frames {
	/** What the pitch may be, the most regular first; none where no voice was found. */
	pitches: Candidate[][];
	/** Level in dB below full scale. */
	level: number[];
	/** 0…1, the share of the sound that is hiss: high in "s", low in vowels. */
	hiss: number[];
	/** Share of samples at full scale. */
	clipped: number;
}

export const noFrames = (): Frames => ({ pitches: [], level: [], hiss: [], clipped: 0 });

/** Where the melody of a voice ends and its vowels begin. */
const VOWELS_HZ = 550;

/** Two poles that hold back the vowels: a strong formant of a deep voice would be taken for its pitch. */
class LowPass {
	private x1 = 0;
	private x2 = 0;
	private y1 = 0;
	private y2 = 0;
	private readonly a: number;
	private readonly b1: number;
	private readonly b2: number;

	constructor(hz: number) {
		const k = Math.tan((Math.PI * hz) / RATE);
		const norm = 1 / (1 + Math.SQRT2 * k + k * k);
		this.a = k * k * norm;
		this.b1 = 2 * (k * k - 1) * norm;
		this.b2 = (1 - Math.SQRT2 * k + k * k) * norm;
	}

	pass(samples: Float32Array, to: Float32Array): void {
		for (let i = 0; i < samples.length; i++) {
			const x = samples[i];
			const y = this.a * (x + 2 * this.x1 + this.x2) - this.b1 * this.y1 - this.b2 * this.y2;
			[this.x2, this.x1, this.y2, this.y1] = [this.x1, x, this.y1, y];
			to[i] = y;
		}
	}
}

/** Finds the pitch of a sound while it comes in, so that little is left to do when it ends. */
export class Framer {
	readonly frames = noFrames();
	private rest = new Float32Array(WINDOW / 2);
	private low = new Float32Array(WINDOW / 2);
	private readonly filter = new LowPass(VOWELS_HZ);
	private full = 0;
	private heard = 0;
	private readonly autocorrelator = Autocorrelator.forFloat32Array(WINDOW);
	private readonly correlation = new Float32Array(WINDOW);

	/** Takes the next samples at 16 kHz, between -1 and 1. */
	push(samples: Float32Array): void {
		const all = new Float32Array(this.rest.length + samples.length);
		all.set(this.rest);
		all.set(samples, this.rest.length);
		const low = new Float32Array(all.length);
		low.set(this.low);
		this.filter.pass(samples, low.subarray(this.low.length));
		for (const sample of samples) if (Math.abs(sample) >= FULL) this.full++;
		this.heard += samples.length;
		this.frames.clipped = this.heard ? this.full / this.heard : 0;
		let at = 0;
		for (; at + WINDOW <= all.length; at += HOP)
			this.frame(all.subarray(at, at + WINDOW), low.subarray(at, at + WINDOW));
		this.rest = all.slice(at);
		this.low = low.slice(at);
	}

	/** The frames of all that came. */
	end(): Frames {
		this.push(new Float32Array(WINDOW / 2));
		return this.frames;
	}

	private frame(window: Float32Array, low: Float32Array): void {
		const { pitches, level, hiss } = this.frames;
		const loud = loudness(window);
		level.push(loud.level);
		hiss.push(loud.hiss);
		pitches.push(loud.level > NOTHING_DB ? this.periods(low) : []);
	}

	/**
	 * The periods at which the sound is like itself: peaks of the normalised square difference (McLeod), of which pitchy's own
	 * detector keeps one. In 40 ms several periods often look more regular than one; which it is, the frames around tell.
	 */
	private periods(window: Float32Array): Candidate[] {
		const r = this.autocorrelator.autocorrelate(window, this.correlation);
		let energy = 2 * r[0];
		let before = -1;
		let here = -1;
		const found: Candidate[] = [];
		for (let lag = 0; lag <= LONGEST_LAG + 1; lag++) {
			const next = energy > 0 ? (2 * r[lag]) / energy : 0;
			if (lag - 1 >= SHORTEST_LAG && here > CLEAR && here >= before && here > next)
				found.push(peak(lag - 1, before, here, next));
			[before, here] = [here, next];
			energy -= window[lag] ** 2 + window[WINDOW - 1 - lag] ** 2;
		}
		return found.sort((a, b) => worth(b) - worth(a)).slice(0, CANDIDATES);
	}
}

/** The top of the parabola through three values. */
function peak(lag: number, before: number, here: number, next: number): Candidate {
	const bend = before - 2 * here + next;
	const shift = bend < 0 ? (0.5 * (before - next)) / bend : 0;
	return { hz: RATE / (lag + shift), clarity: here - 0.25 * (before - next) * shift };
}

/** Of the middle 25 ms, so that a silence between two syllables is seen. */
function loudness(window: Float32Array): { level: number; hiss: number } {
	const [from, to] = [WINDOW / 2 - 200, WINDOW / 2 + 200];
	let energy = 0;
	let change = 0;
	for (let i = from; i < to; i++) {
		energy += window[i] * window[i];
		change += (window[i] - window[i - 1]) ** 2;
	}
	const mean = energy / (to - from);
	return {
		level: Math.max(-120, 10 * Math.log10(mean + 1e-12)),
		// White noise has twice its energy in its differences, a vowel a few hundredths.
		hiss: energy > 0 ? Math.min(1, change / energy / 2) : 0
	};
}

/** The frames of a whole sound at 16 kHz. */
export function framesOf(samples: Float32Array): Frames {
	const framer = new Framer();
	framer.push(samples);
	return framer.end();
}
