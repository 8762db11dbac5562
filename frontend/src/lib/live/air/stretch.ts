/** Samples a second of everything here. */
export const RATE = 48_000;
/** What is stretched at once: 30 ms. */
export const SPAN = 1440;
const OVERLAP = 480;
const SHORTEST = 120;
const LONGEST = 720;
/** Correlation is computed on every fourth sample: voice has little above 6 kHz that would matter for it. */
const STEP = 4;
/** Quieter than this (-52 dB) nobody hears what is missing. */
const QUIET = 0.0025;

export function rms(samples: Float32Array): number {
	let sum = 0;
	for (const one of samples) sum += one * one;
	return Math.sqrt(sum / Math.max(1, samples.length));
}

/** The distance at which the sound is most like itself: one or several periods of the voice. */
function period(samples: Float32Array, length: number): number {
	let best = LONGEST;
	let most = -Infinity;
	const longest = Math.min(LONGEST, samples.length - length);
	for (let lag = SHORTEST; lag <= longest; lag += STEP) {
		let both = 0;
		let own = 1e-9;
		for (let i = 0; i < length; i += STEP) {
			both += samples[i] * samples[i + lag];
			own += samples[i + lag] * samples[i + lag];
		}
		const alike = both / Math.sqrt(own);
		if (alike > most) [most, best] = [alike, lag];
	}
	return Math.min(best, longest);
}

/** Takes one period out of 30 ms: the voice is quicker and keeps its pitch. Of silence it takes more. */
export function shorten(samples: Float32Array): Float32Array {
	const lag = rms(samples) < QUIET ? SPAN - OVERLAP : period(samples, OVERLAP);
	const out = samples.slice(lag);
	for (let i = 0; i < OVERLAP; i++) {
		const share = i / OVERLAP;
		out[i] = samples[i] * (1 - share) + samples[i + lag] * share;
	}
	return out;
}

/** Puts one period in: the voice is slower and keeps its pitch. */
export function lengthen(samples: Float32Array): Float32Array {
	const lag = period(samples, OVERLAP);
	const out = new Float32Array(samples.length + lag);
	out.set(samples.subarray(0, lag));
	out.set(samples, lag);
	for (let i = 0; i < OVERLAP; i++) {
		const share = i / OVERLAP;
		out[lag + i] = samples[lag + i] * (1 - share) + samples[i] * share;
	}
	return out;
}

/** Goes on with a sound that has broken off, for as long as the ear believes it. */
export class Continuation {
	private readonly cycle: Float32Array;
	private at = 0;

	/** `past`: the last 30 ms that were played; it fades over `length` samples. */
	constructor(
		past: Float32Array,
		private readonly length: number
	) {
		const backwards = past.slice().reverse();
		const lag = Math.max(1, period(backwards, Math.min(OVERLAP, past.length - SHORTEST)));
		this.cycle = past.slice(past.length - lag);
	}

	/** Samples it has given. */
	get given(): number {
		return this.at;
	}

	take(count: number): Float32Array {
		const out = new Float32Array(count);
		for (let i = 0; i < count; i++, this.at++)
			out[i] = this.cycle[this.at % this.cycle.length] * Math.max(0, 1 - this.at / this.length);
		return out;
	}
}
