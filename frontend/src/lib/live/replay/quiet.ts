import type { LogEvent } from '../protocol.ts';

/** ms in which it is measured whether somebody speaks, and how loud that is: −38 dB, as for the film. */
const LOOK = 200;
const LOUD = 0.0122;
/** ms that are kept before and after a voice. */
const EDGE = 300;
/** A pause that long is part of speaking. */
export const PAUSE = 1500;

export type Span = readonly [from: number, to: number];

/** When in a sound somebody speaks, ms from its beginning. */
export function spoken(samples: Float32Array, rate: number): Span[] {
	const spans: [number, number][] = [];
	const look = Math.round((rate * LOOK) / 1000);
	for (let i = 0; i < samples.length; i += look) {
		const end = Math.min(i + look, samples.length);
		let sum = 0;
		for (let n = i; n < end; n++) sum += samples[n] * samples[n];
		if (Math.sqrt(sum / (end - i)) < LOUD) continue;
		const from = (i / rate) * 1000 - EDGE;
		const to = (end / rate) * 1000 + EDGE;
		const last = spans.at(-1);
		if (last && from <= last[1]) last[1] = to;
		else spans.push([from, to]);
	}
	return spans;
}

/** What can be seen to happen: ink, pages, words, questions. Who comes and goes is not looked at. */
const SEEN = /^(stroke|object|page|deck|chat|poll|write|read|caption|broadcast|timer)\./;

/** Moments at which something is seen to happen, in order. */
export function seenAt(events: readonly LogEvent[]): number[] {
	return events
		.filter(({ event }) => SEEN.test(event) && !/\.(answered|submitted)$/.test(event))
		.map(({ at }) => at);
}

/** The first of ordered moments that is not before `time`. */
export function firstFrom(moments: readonly number[], time: number): number {
	let [low, high] = [0, moments.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (moments[middle] < time) low = middle + 1;
		else high = middle;
	}
	return moments[low] ?? Infinity;
}
