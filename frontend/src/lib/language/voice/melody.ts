import { worth, type Candidate, type Frames } from './frames.ts';
import { loudnessOf, threshold } from './quality.ts';

/** Semitones above 55 Hz: a man's voice lies around 14, a woman's around 24. */
export const semitones = (hz: number) => 12 * Math.log2(hz / 55);

/** A sound as the tones see it, every 10 ms. */
export interface Melody {
	/** Semitones; NaN where there is no voice. */
	pitch: number[];
	/** Something sounds here. */
	sounding: boolean[];
	level: number[];
	hiss: number[];
}

export function median(list: readonly number[]): number {
	const ascending = [...list].sort((a, b) => a - b);
	return ascending.length ? ascending[ascending.length >> 1] : NaN;
}

/** What it costs that the line leaps by an octave from one frame to the next, and that it begins or ends. */
const LEAP_COST = 1;
const TURN_COST = 0.2;
/** A frame must be this regular to be voice rather than none. */
const VOICE = 0.6;

/** No voice, as one more thing that a frame may be. */
const NONE: Candidate = { hz: 0, clarity: 0 };

function change(from: Candidate, to: Candidate): number {
	if (from.hz === 0 && to.hz === 0) return 0;
	if (from.hz === 0 || to.hz === 0) return TURN_COST;
	return LEAP_COST * Math.abs(Math.log2(to.hz / from.hz));
}

/**
 * The most likely line through what the frames may be: regular in each, short in its periods, without leaps (Viterbi). NaN
 * where there is no voice.
 */
export function line(pitches: readonly (readonly Candidate[])[]): number[] {
	let before: Candidate[] = [NONE];
	let gains = [0];
	const steps: { all: Candidate[]; from: number[] }[] = [];
	for (const candidates of pitches) {
		const all = [...candidates, NONE];
		const from: number[] = [];
		const next = all.map((one, i) => {
			let best = -Infinity;
			for (let k = 0; k < before.length; k++) {
				const gain = gains[k] - change(before[k], one);
				if (gain > best) [best, from[i]] = [gain, k];
			}
			return best + (one.hz === 0 ? VOICE : worth(one));
		});
		steps.push({ all, from });
		[before, gains] = [all, next];
	}
	const out: number[] = new Array<number>(pitches.length).fill(NaN);
	let k = gains.indexOf(Math.max(...gains));
	for (let i = steps.length - 1; i >= 0; i--) {
		const { all, from } = steps[i];
		if (all[k].hz > 0) out[i] = semitones(all[k].hz);
		k = from[k];
	}
	return out;
}

/** No vowel has so much of it. */
const HISS = 0.35;
/** No voice moves faster than this, in semitones in 10 ms. */
const TEAR = 3.5;

/** Takes out what stands alone: voice of fewer than three frames in one line, and spikes. */
function smooth(pitch: readonly number[]): number[] {
	const out = [...pitch];
	let from = 0;
	for (let i = 0; i <= out.length; i++) {
		const torn = i > from && Math.abs(out[i] - out[i - 1]) > TEAR;
		if (i < out.length && !Number.isNaN(out[i]) && !torn) continue;
		if (i - from < 3) out.fill(NaN, from, i);
		from = torn ? i : i + 1;
	}
	return out.map((st, i) => {
		if (Number.isNaN(st)) return st;
		const near = out.slice(Math.max(0, i - 2), i + 3).filter((one) => !Number.isNaN(one));
		return median(near);
	});
}

/** The line of the voice in a recording. */
export function melodyOf(frames: Frames): Melody {
	const least = threshold(loudnessOf(frames));
	const sounding = frames.level.map((level) => level > least);
	const heard = frames.pitches.map((all, i) => (sounding[i] && frames.hiss[i] < HISS ? all : []));
	return {
		pitch: smooth(line(heard)),
		sounding,
		level: frames.level,
		hiss: frames.hiss
	};
}
