import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Point } from './geometry.ts';
import { judge, LENIENCY } from './grade.ts';
import { inkOf, pathsOf, scoreOf } from './score.ts';

const json = (path: string) =>
	JSON.parse(readFileSync(`node_modules/${path}`, 'utf8').replace(/^\ufeff/, ''));

/** All characters of the words of HSK 2.0, levels 1 to 4. */
function characters(): string[] {
	const lists = json('cedict/hsk.json') as string[][];
	const all = new Set(lists.slice(0, 4).flatMap((list) => [...list.join('')]));
	return [...all].filter((one) => one >= '一' && one <= '龥');
}

const medians = new Map<string, Point[][]>();
const mediansOf = (hanzi: string): Point[][] => {
	let lines = medians.get(hanzi);
	if (!lines) medians.set(hanzi, (lines = json(`hanzi-writer-data/${hanzi}.json`).medians));
	return lines!;
};

let seed = 1;
function chance(): number {
	seed = (seed * 48271) % 2147483647;
	return seed / 2147483647;
}
const normal = (sd: number) =>
	sd * Math.sqrt(-2 * Math.log(chance())) * Math.cos(2 * Math.PI * chance());

/** A hand that shakes: the stroke is off by 40 units, each of its points by 15. */
function shaken(line: Point[]): Point[] {
	const [dx, dy] = [normal(40), normal(40)];
	return line.map(([x, y]) => [x + dx + normal(15), y + dy + normal(15)]);
}

/** The share of strokes that are taken as right. */
function accepted(
	draw: (lines: Point[][], at: number) => Point[] | undefined,
	leniency: number
): number {
	let [right, all] = [0, 0];
	for (const hanzi of characters()) {
		const lines = mediansOf(hanzi);
		lines.forEach((_, at) => {
			const drawn = draw(lines, at);
			if (!drawn) return;
			all++;
			if (judge(drawn, lines, at, leniency).verdict === 'right') right++;
		});
	}
	return right / all;
}

describe('grading of strokes', { timeout: 120_000 }, () => {
	it('is measured over more than a thousand characters', () => {
		expect(characters().length).toBeGreaterThan(1000);
	});
	for (const [mode, leniency] of Object.entries(LENIENCY)) {
		it(`takes no reversed stroke (${mode})`, () => {
			expect(accepted((lines, at) => [...lines[at]!].reverse(), leniency)).toBe(0);
			const shaky = accepted((lines, at) => shaken([...lines[at]!].reverse()), leniency);
			console.info(`${mode}: reversed by a shaking hand ${shaky}`);
			expect(shaky).toBe(0);
		});
		it(`takes one of a hundred strokes at most for the one before it (${mode})`, () => {
			const exact = accepted((lines, at) => lines[at + 1], leniency);
			const shaky = accepted((lines, at) => lines[at + 1] && shaken(lines[at + 1]!), leniency);
			console.info(`${mode}: next stroke ${exact}, by a shaking hand ${shaky}`);
			expect(exact).toBeLessThanOrEqual(0.01);
			expect(shaky).toBeLessThanOrEqual(0.01);
		});
		it(`takes the right strokes, of a shaking hand too (${mode})`, () => {
			expect(accepted((lines, at) => lines[at], leniency)).toBeGreaterThan(0.999);
			const shaky = accepted((lines, at) => shaken(lines[at]!), leniency);
			console.info(`${mode}: right strokes of a shaking hand ${shaky}`);
			expect(shaky).toBeGreaterThanOrEqual(mode === 'practice' ? 0.95 : 0.85);
		});
	}
	it('knows the strokes of 王 in 国 apart, and says what was wrong', () => {
		const lines = mediansOf('国');
		const verdict = (drawn: Point[], at: number) => judge(drawn, lines, at, 1.5).verdict;
		for (const [at, next] of [
			[2, 3],
			[2, 5],
			[3, 5]
		] as const)
			expect(verdict(lines[next]!, at)).not.toBe('right');
		expect(verdict([...lines[2]!].reverse(), 2)).toBe('backwards');
		expect(verdict(lines[4]!, 2)).toBe('order');
		expect(
			verdict(
				lines[0]!.map(([x, y]) => [x + 400, y]),
				0
			)
		).toBe('place');
	});
	it('survives a dot and a stroke of one place', () => {
		const dot: Point[] = [
			[5, 5],
			[5, 5]
		];
		expect(judge(dot, mediansOf('国'), 0, 1.5).verdict).toBe('miss');
	});
});

describe('score and ink', () => {
	const clean = { misses: 0, disorders: 0, backwards: 0, helped: 0, distance: 0 };
	it('counts as the server does', () => {
		expect(scoreOf(7, clean)).toBe(100);
		expect(scoreOf(7, { ...clean, misses: 1, disorders: 1, distance: 40 })).toBe(84);
		expect(scoreOf(7, { ...clean, misses: 1, disorders: 1, helped: 7, distance: 40 })).toBe(34);
		expect(scoreOf(1, { ...clean, helped: 5, distance: 900 })).toBe(0);
	});
	it('keeps strokes in few bytes and draws them again', () => {
		const ink = inkOf([
			[
				[0, 900],
				[400, 500]
			],
			Array.from({ length: 500 }, (_, i): Point => [2 * i, 0])
		]);
		expect(ink.length).toBeLessThan(90);
		expect(pathsOf(ink)).toHaveLength(2);
		expect(pathsOf(ink)[0]).toBe('M0 0 100 100');
		expect(pathsOf('')).toEqual([]);
	});
});
