import { describe, expect, it } from 'vitest';
import { add, total, union, wholeSeconds, type Range } from './ranges.ts';

/** The same by brute force: a set of seconds. */
function seconds(ranges: readonly Range[]): Set<number> {
	const set = new Set<number>();
	for (const [from, to] of ranges) for (let s = from; s < to; s++) set.add(s);
	return set;
}

describe('ranges', () => {
	it('joins what touches and keeps apart what does not', () => {
		let ranges: Range[] = [];
		for (const range of [
			[10, 20],
			[0, 5],
			[5, 7],
			[30, 31],
			[19, 30]
		] as Range[])
			ranges = add(ranges, range);
		expect(ranges).toEqual([
			[0, 7],
			[10, 31]
		]);
	});

	it('ignores a stretch without length', () => {
		expect(add([[1, 2]], [5, 5])).toEqual([[1, 2]]);
		expect(add([[1, 2]], [9, 3])).toEqual([[1, 2]]);
	});

	it('bridges a gap no longer than asked for', () => {
		expect(add([[0, 1]], [1.2, 2], 0.3)).toEqual([[0, 2]]);
		expect(add([[0, 1]], [1.4, 2], 0.3)).toHaveLength(2);
	});

	it('unites like a set, in any order and however often', () => {
		let seed = 7;
		const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
		for (let round = 0; round < 200; round++) {
			const make = () =>
				Array.from({ length: random(8) }, (): Range => {
					const from = random(60);
					return [from, from + random(12)];
				});
			const a = union([], make());
			const b = union([], make());
			const both = union(a, b);
			expect(seconds(both)).toEqual(new Set([...seconds(a), ...seconds(b)]));
			expect(union(b, a)).toEqual(both);
			expect(union(both, a)).toEqual(both);
			expect(total(both)).toBe(seconds(both).size);
		}
	});

	it('leaves no hole between stretches that follow each other', () => {
		const pieces: Range[] = [
			[0, 14.6],
			[14.6, 30.2],
			[30.2, 59.97]
		];
		const reports = pieces.map((p) => wholeSeconds([p]));
		expect(reports.reduce((sum, r) => union(sum, r), [] as Range[])).toEqual([[0, 60]]);
	});

	it('does not count a second of which less than half was played', () => {
		expect(wholeSeconds([[10, 10.4]])).toEqual([]);
		expect(wholeSeconds([[9.6, 11.4]])).toEqual([[10, 11]]);
	});
});
