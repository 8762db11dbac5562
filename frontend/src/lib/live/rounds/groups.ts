import type { Id } from '../protocol.ts';

/** Somebody to be put into a group. */
export interface Member {
	id: Id;
	/** 0–1; absent = not known. */
	readiness?: number;
}

/** How groups are made: `mixed` has strong and weak together, `alike` those of one level. */
export type Way = 'random' | 'mixed' | 'alike' | 'hand';

/** Numbers of 0 ≤ x < 1, the same for the same seed (mulberry32). */
export function chanceOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A list in an order by chance (Fisher–Yates). */
export function shuffled<T>(list: readonly T[], chance: () => number): T[] {
	const out = [...list];
	for (let i = out.length - 1; i > 0; i--) {
		const j = Math.floor(chance() * (i + 1));
		[out[i], out[j]] = [out[j], out[i]];
	}
	return out;
}

/** People from the least to the most ready. Whose readiness is not known stands in the middle. */
function ranked(people: readonly Member[], chance: () => number): Member[] {
	const known = people.flatMap(({ readiness }) => (readiness === undefined ? [] : [readiness]));
	const middle = [...known].sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0.5;
	// By chance first: equals do not stand in the order of the roster.
	return shuffled(people, chance).sort((a, b) => (a.readiness ?? middle) - (b.readiness ?? middle));
}

/** Sizes of n groups that differ by one at most. */
function sizes(people: number, n: number): number[] {
	return Array.from({ length: n }, (_, i) => Math.floor((people + i) / n)).reverse();
}

/** Back and forth over the groups, so that none gets the best of every round. */
function dealt(people: readonly Member[], n: number): Id[][] {
	const groups: Id[][] = Array.from({ length: n }, () => []);
	people.forEach(({ id }, i) => {
		const round = Math.floor(i / n);
		groups[round % 2 ? n - 1 - (i % n) : i % n].push(id);
	});
	return groups;
}

function sliced(people: readonly Member[], n: number): Id[][] {
	let from = 0;
	return sizes(people.length, n).map((size) =>
		people.slice(from, (from += size)).map(({ id }) => id)
	);
}

/**
 * Puts everybody into exactly one of n groups, which differ by one person at most. The same people, way and seed give
 * the same groups, whatever the order of the people. `hand` leaves all groups empty.
 */
export function grouped(people: readonly Member[], n: number, way: Way, seed: number): Id[][] {
	const count = Math.max(1, Math.floor(n));
	if (way === 'hand') return Array.from({ length: count }, () => []);
	const chance = chanceOf(seed);
	const all = [...new Map(people.map((one) => [one.id, one])).values()].sort((a, b) =>
		a.id < b.id ? -1 : 1
	);
	if (way === 'random') return sliced(shuffled(all, chance), count);
	const ladder = ranked(all, chance);
	return way === 'alike' ? sliced(ladder, count) : dealt(ladder, count);
}

/** Moves somebody to a group; −1 takes them out of all. */
export function moved(groups: readonly Id[][], person: Id, to: number): Id[][] {
	return groups.map((group, i) => {
		const others = group.filter((id) => id !== person);
		return i === to ? [...others, person] : others;
	});
}
