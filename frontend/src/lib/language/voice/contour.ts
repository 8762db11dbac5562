import type { Cut } from './cut.ts';
import type { Melody } from './melody.ts';
import type { Syllable } from './syllables.ts';

/** Points at which the line of a syllable is told. */
export const POINTS = 8;

/** The line of one syllable. */
export interface Contour {
	/** Semitones at 8 places of the syllable's voice; empty when it has none. */
	points: number[];
	/** Seconds of voice, its creak with it. */
	seconds: number;
	/** The voice broke into creak, which is how deep tones end. */
	creaked: boolean;
	/** Frames in which it was heard. */
	from: number;
	to: number;
}

/** Frames of creak without a pitch, from which on it is one. */
const CREAK = 4;
/** How many semitones below the last pitch creak lies. */
const CREAK_DEPTH = 2.5;
const HISSING = 0.25;
/** Semitones between two voiced frames that are no line any more. */
const LEAP = 4.5;
/** Behind a consonant without voice the first 20 ms are pushed up by it. */
const PUSHED = 2;

const none: Contour = { points: [], seconds: 0, creaked: false, from: 0, to: 0 };

/** The longest stretch of voice in a syllable, over gaps of up to 120 ms in which something still sounds. */
function stretch({ pitch, sounding, hiss }: Melody, { from, to }: Cut): Cut | undefined {
	let best: Cut | undefined;
	let start = -1;
	let last = -1;
	let voiced = 0;
	let bestVoiced = 0;
	const close = () => {
		if (start >= 0 && voiced > bestVoiced) {
			best = { from: start, to: last + 1 };
			bestVoiced = voiced;
		}
		start = -1;
		voiced = 0;
	};
	for (let i = from; i < to; i++) {
		if (Number.isNaN(pitch[i])) {
			const broken = !sounding[i] || hiss[i] > HISSING || i - last > 12;
			if (start >= 0 && broken && i - last > 3) close();
			continue;
		}
		// Creak and hiss make leaps that no voice makes: the line ends before them.
		if (start >= 0 && Math.abs(pitch[i] - pitch[last]) > LEAP) close();
		if (start < 0) start = i;
		last = i;
		voiced++;
	}
	close();
	return bestVoiced >= 3 ? best : undefined;
}

/** Fills the gaps in a line: a short one straight across, a long one that was gone into downwards with creak below. */
function filled(line: number[]): { line: number[]; creaked: boolean } {
	const out = [...line];
	let creaked = false;
	for (let i = 0; i < out.length; i++) {
		if (!Number.isNaN(out[i])) continue;
		let j = i;
		while (Number.isNaN(out[j])) j++;
		const [a, b] = [out[i - 1], out[j]];
		const deep = j - i >= CREAK && slope(out.slice(0, i)) < 0;
		creaked ||= deep;
		for (let k = i; k < j; k++) {
			const x = (k - i + 1) / (j - i + 1);
			const sag = deep ? CREAK_DEPTH * Math.sin(Math.PI * x) : 0;
			out[k] = a + (b - a) * x - sag;
		}
		i = j;
	}
	return { line: out, creaked };
}

/** Semitones a frame over the last 60 ms. */
function slope(line: readonly number[]): number {
	const tail = line.slice(-6).filter((st) => !Number.isNaN(st));
	return tail.length < 2 ? 0 : (tail[tail.length - 1] - tail[0]) / (tail.length - 1);
}

/** Frames after the voice in which it creaks on: something sounds that is neither voice nor hiss. */
function tail({ pitch, sounding, hiss, level }: Melody, from: number, to: number): number {
	let i = from;
	const floor = level[from - 1] - 18;
	const last = pitch[from - 1];
	const lost = (st: number) => Number.isNaN(st) || Math.abs(st - last) > LEAP;
	while (i < to && lost(pitch[i]) && sounding[i] && hiss[i] < HISSING && level[i] > floor) i++;
	return i - from;
}

/** The line of a syllable's voice, told at 8 places. */
export function contourOf(melody: Melody, within: Cut, syllable: Pick<Syllable, 'onset'>): Contour {
	const found = stretch(melody, within);
	if (!found) return none;
	const pushed = syllable.onset === 'stop' && found.to - found.from > 8 ? PUSHED : 0;
	const from = found.from + pushed;
	const { line, creaked } = filled(melody.pitch.slice(from, found.to));
	const down = slope(line);
	const creak = down < 0.05 ? tail(melody, found.to, within.to) : 0;
	const deep = creak >= CREAK;
	// The energy goes on where the pitch is lost: the fall went on too.
	const last = line[line.length - 1];
	const depth = Math.min(CREAK_DEPTH * 2, CREAK_DEPTH + Math.max(0, -down) * creak * 0.5);
	if (deep) for (let k = 1; k <= creak; k++) line.push(last - (depth * k) / creak);
	const points = Array.from({ length: POINTS }, (_, k) => {
		const x = ((k + 0.5) / POINTS) * (line.length - 1);
		const i = Math.floor(x);
		return line[i] + ((line[i + 1] ?? line[i]) - line[i]) * (x - i);
	});
	return {
		points,
		seconds: line.length / 100,
		creaked: creaked || deep,
		from,
		to: from + line.length
	};
}
