import type { Tone } from './syllables.ts';

/**
 * The voice of a speaker: which pitch is its middle, and how far its tones reach. Numbers only, in semitones above 55 Hz; they
 * never leave the device.
 */
export interface Voice {
	/** Weight of what was heard, in syllables. */
	weight: number;
	middle: number;
	/** From the deepest to the highest point of the tones. */
	width: number;
}

/** How far tones reach in a voice that nobody has heard yet. */
const USUAL_WIDTH = 10;
const USUAL_WEIGHT = 6;
const NARROWEST = 5;
const WIDEST = 18;
/** Older clips fade: the voice of today counts, and a family shares a phone. */
const MEMORY = 60;

/** Means of the tones on the scale from 0 to 5, and how far the line of each goes. */
const MEAN: Record<Tone, number> = { 1: 4.4, 2: 3.3, 3: 0.9, 4: 3.1, 5: 2.2 };
const REACH: Record<Tone, number> = { 1: 0.3, 2: 2.7, 3: 1.5, 4: 3.4, 5: 0.8 };

/** What one clip tells of a voice: lines in semitones with the tones that were asked for. */
export interface Heard {
	points: readonly number[];
	tone: Tone;
}

const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;

function percentile(list: readonly number[], share: number): number {
	const ascending = [...list].sort((a, b) => a - b);
	return ascending[Math.round((ascending.length - 1) * share)];
}

/**
 * The voice of a clip. Its width is that of its own lines, as far as the tones asked for would use it; its middle is where the asked
 * tones would put it: a clip of high tones alone is not the middle of a voice.
 */
export function voiceOf(heard: readonly Heard[], known?: Voice): Voice | undefined {
	const told = heard.filter(({ points }) => points.length > 0);
	if (told.length === 0) return known;
	const all = told.flatMap(({ points }) => points);
	const spread = percentile(all, 0.95) - percentile(all, 0.05);
	const means = told.map(({ tone }) => MEAN[tone]);
	const tops = told.map(({ tone }) => MEAN[tone] + REACH[tone] / 2);
	const floors = told.map(({ tone }) => MEAN[tone] - REACH[tone] / 2);
	const used = Math.max(0.5, Math.max(...tops) - Math.min(...floors)) / 5;
	// What uses little of the range tells little about it.
	const telling = told.length * Math.min(1, used) ** 2;
	const before = known ?? { weight: 0, middle: 0, width: USUAL_WIDTH };
	const trust = USUAL_WEIGHT + before.weight;
	const seen = Math.min(WIDEST, Math.max(NARROWEST, spread / used));
	const width = (before.width * trust + seen * telling) / (trust + telling);
	const here = mean(all) - ((mean(means) - 2.5) / 5) * width;
	const middle =
		(before.middle * before.weight + here * told.length) / (before.weight + told.length);
	return { weight: Math.min(MEMORY, before.weight + told.length), middle, width };
}

/** Semitones on the scale of five that tones are written in: 0 is the speaker's deepest, 5 the highest. */
export function onScale(points: readonly number[], voice: Voice): number[] {
	return points.map((st) => 2.5 + ((st - voice.middle) / voice.width) * 5);
}
