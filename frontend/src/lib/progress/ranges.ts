/** A stretch of time [from, to) in seconds. */
export type Range = [from: number, to: number];

/** Adds one stretch; stretches that touch or lie within `join` seconds of each other become one. */
export function add(ranges: readonly Range[], [from, to]: Range, join = 0): Range[] {
	if (!(to > from)) return [...ranges];
	const before = ranges.filter((r) => r[1] + join < from);
	const after = ranges.filter((r) => r[0] - join > to);
	const touched = ranges.filter((r) => r[1] + join >= from && r[0] - join <= to);
	const start = Math.min(from, ...touched.map((r) => r[0]));
	const end = Math.max(to, ...touched.map((r) => r[1]));
	return [...before, [start, end], ...after];
}

/** All seconds that are in either. */
export function union(a: readonly Range[], b: readonly Range[]): Range[] {
	return b.reduce<Range[]>((sum, range) => add(sum, range), [...a]);
}

/** Seconds covered. */
export function total(ranges: readonly Range[]): number {
	return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

/**
 * The whole seconds that were played for at least half of their length. Rounding both ends alike lets
 * stretches that follow each other stay without a hole between them.
 */
export function wholeSeconds(ranges: readonly Range[]): Range[] {
	return ranges.reduce<Range[]>(
		(sum, [from, to]) => add(sum, [Math.max(0, Math.round(from)), Math.round(to)]),
		[]
	);
}
