import { POINTS } from './contour.ts';
import type { Tone } from './syllables.ts';

// How the tones go on the scale of five, at 8 places. Several ways for a tone that depends on its neighbours: the third dips at
// the end of what is said and stays low before anything else; a fourth before anything else falls half-way.
const WAYS: { tone: Tone; line: number[]; place?: 'last' | 'inside'; after?: Tone }[] = [
	{ tone: 1, line: [4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 4.4] },
	{ tone: 2, line: [2.5, 2.3, 2.3, 2.6, 3.2, 3.9, 4.5, 5.0] },
	{ tone: 3, line: [1.7, 1.2, 0.7, 0.4, 0.3, 0.6, 1.3, 2.1], place: 'last' },
	{ tone: 3, line: [1.8, 1.4, 1.0, 0.7, 0.5, 0.4, 0.3, 0.2] },
	{ tone: 4, line: [4.8, 4.6, 4.1, 3.5, 2.8, 2.0, 1.3, 0.7] },
	{ tone: 4, line: [4.8, 4.7, 4.4, 4.0, 3.6, 3.2, 2.8, 2.5], place: 'inside' },
	{ tone: 5, line: [2.9, 2.8, 2.7, 2.5, 2.3, 2.1, 1.9, 1.8], after: 1 },
	{ tone: 5, line: [3.4, 3.3, 3.1, 2.9, 2.7, 2.5, 2.3, 2.2], after: 2 },
	{ tone: 5, line: [2.2, 2.6, 2.9, 3.1, 3.2, 3.2, 3.1, 3.0], after: 3 },
	{ tone: 5, line: [1.3, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.6], after: 4 }
];

/** How a tone goes on the scale of five, to be shown where there is no teacher's line. */
export function model(tone: Tone, last: boolean, after?: Tone): number[] {
	const fits = ({ tone: of, place, after: before }: (typeof WAYS)[number]) =>
		of === tone && (!place || (place === 'last') === last) && (!before || before === (after ?? 1));
	return WAYS.find(fits)?.line ?? [];
}

/** The beginning of a line comes from the syllable before: it counts for less. */
const WEIGHTS = [0.35, 0.6, 0.9, 1, 1, 1, 1, 0.8];
/** Points on the scale that a line may be off as a whole, once a voice is known, and while it is not. */
const OFF = 0.75;
const OFF_NEW = 1.3;
const SPREAD = 0.75;

/** Where a syllable stands in what is said. */
export interface Place {
	/** The last before a pause. */
	last: boolean;
	/** The tone before; absent for the first. */
	after?: Tone;
	/** A neutral tone is expected. */
	neutral: boolean;
	/** Its length against the usual one of the clip. */
	length: number;
	/** 0…1: how well the voice is known. */
	sure: number;
}

export type Chances = Record<Tone, number>;

function misfit(points: readonly number[], line: readonly number[], off: number): number {
	let weight = 0;
	let sum = 0;
	for (let k = 0; k < POINTS; k++) {
		weight += WEIGHTS[k];
		sum += WEIGHTS[k] * (points[k] - line[k]);
	}
	// The whole line may be shifted, at a cost: the shift that costs least.
	const shift = sum / (weight + (weight * SPREAD ** 2) / off ** 2);
	let square = 0;
	for (let k = 0; k < POINTS; k++) square += WEIGHTS[k] * (points[k] - line[k] - shift) ** 2;
	return square / weight / SPREAD ** 2 + (shift / off) ** 2;
}

/** How likely each tone is for a line on the scale of five. */
export function chances(points: readonly number[], place: Place): Chances {
	const off = OFF + (OFF_NEW - OFF) * (1 - place.sure);
	const best: Chances = { 1: Infinity, 2: Infinity, 3: Infinity, 4: Infinity, 5: Infinity };
	for (const way of WAYS) {
		if (way.place && (way.place === 'last') !== place.last) continue;
		if (way.after && way.after !== place.after) continue;
		best[way.tone] = Math.min(best[way.tone], misfit(points, way.line, off));
	}
	// A neutral tone is short before it is anything else; full tones are not.
	const long = Math.max(0, place.length - 0.75) * 5;
	const short = Math.max(0, 0.6 - place.length) * 3;
	for (const tone of [1, 2, 3, 4] as const) best[tone] += short;
	// Nobody says a neutral tone where none belongs: it is heard where it is expected.
	best[5] += (place.neutral ? -1.5 : 1) + long;
	const least = Math.min(...Object.values(best));
	const odds = ([1, 2, 3, 4, 5] as const).map((tone) => Math.exp((least - best[tone]) * 0.9));
	const sum = odds.reduce((a, b) => a + b, 0);
	return Object.fromEntries(odds.map((one, i) => [i + 1, one / sum])) as Chances;
}
