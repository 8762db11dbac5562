import { describe, expect, it } from 'vitest';
import type { Point } from '#lib/language/writing/geometry.ts';
import { hanziOf } from './hanzi.ts';
import { flat, fromData, markOf } from './mark.ts';
import { squaresOf } from './grid.ts';
import { linesOf, rightToLeft } from './text.ts';
import { placesOf, rowsInSight } from './wall.ts';
import { kept, zoomed } from './view.ts';

const MEDIANS: Point[][] = [
	[
		[250, 650],
		[770, 660]
	],
	[
		[510, 650],
		[510, 130]
	],
	[
		[130, 120],
		[900, 130]
	]
];
const written = MEDIANS.map(fromData);

describe('the mark of a character', () => {
	it('is full for its strokes in their order and their place', () => {
		expect(markOf(written, MEDIANS)).toBeGreaterThan(0.97);
	});

	it('is lower for a wrong order, a wrong way, a missing and a superfluous stroke', () => {
		const [a, b, c] = written as [number[], number[], number[]];
		const backwards = [c.slice(2), c.slice(0, 2)].flat();
		for (const other of [
			[b, a, c],
			[a, b, backwards],
			[a, b],
			[a, b, c, a]
		]) {
			expect(markOf(other, MEDIANS)).toBeLessThan(0.9);
			expect(markOf(other, MEDIANS)).toBeGreaterThan(0);
		}
	});

	it('does not let one wrong stroke spoil those after it', () => {
		const [a, , c] = written as [number[], number[], number[]];
		expect(markOf([a, [0, 0, 50, 20], c], MEDIANS)).toBeGreaterThan(0.6);
	});

	it('is nothing for nothing', () => {
		expect(markOf([], MEDIANS)).toBe(0);
	});

	it('is of strokes that are thinned for their way, without losing their ends', () => {
		const long = Array.from({ length: 900 }, (_, i): Point => [i, 500]);
		const sent = flat(long);
		expect(sent.length).toBeLessThanOrEqual(120);
		expect(sent.slice(0, 2)).toEqual([0, 500]);
		expect(sent.slice(-2)).toEqual([899, 500]);
	});
});

describe('the wall', () => {
	const sheet = (person: string, mark?: number) => ({ person, name: person, strokes: [], mark });
	const students = ['Amina', 'Boris', 'Chen'].map((id) => ({ id, name: id }));
	const sheets = [sheet('Chen', 0.4), sheet('Boris', 0.9)];
	const order = (by: 'mark' | 'name' | 'missing') =>
		placesOf(sheets, students, by).map(({ person }) => person);

	it('orders by name, by mark, and by who has not written', () => {
		expect(order('name')).toEqual(['Amina', 'Boris', 'Chen']);
		expect(order('mark')).toEqual(['Chen', 'Boris', 'Amina']);
		expect(order('missing')).toEqual(['Amina', 'Boris', 'Chen']);
	});

	it('keeps the sheet of somebody who has left', () => {
		expect(placesOf([sheet('Gone')], [], 'name')).toHaveLength(1);
	});

	it('draws only the rows in sight and one on each side', () => {
		expect(rowsInSight(1000, 400, 100, 500)).toEqual({ from: 9, to: 15 });
		expect(rowsInSight(0, 400, 100, 3)).toEqual({ from: 0, to: 3 });
	});
});

describe('a page with squares', () => {
	it('takes the Chinese characters of what was typed', () => {
		expect(hanziOf('车 che, 床!')).toEqual(['车', '床']);
	});

	it('makes the squares as large as the page lets them be, all of them on it', () => {
		for (const text of ['车', '车床', '车床工人安全第一', '车'.repeat(24)])
			for (const { x, y, side } of squaresOf(text)) {
				expect(Math.min(x, y)).toBeGreaterThanOrEqual(59);
				expect(x + side).toBeLessThanOrEqual(1541);
				expect(y + side).toBeLessThanOrEqual(841);
			}
		expect(squaresOf('车')[0]!.side).toBe(780);
		expect(squaresOf('')).toEqual([]);
	});
});

describe('a text of the board', () => {
	const measure = (text: string) => text.length * 10;

	it('breaks between words, and between Chinese characters', () => {
		expect(linesOf('turn the lathe', 90, measure)).toEqual(['turn the', 'lathe']);
		expect(linesOf('车床工人', 20, measure)).toEqual(['车床', '工人']);
		expect(linesOf('a\nb', 90, measure)).toEqual(['a', 'b']);
	});

	it('runs from the right when its first letter does', () => {
		expect(rightToLeft('1. مخرطة lathe')).toBe(true);
		expect(rightToLeft('lathe مخرطة')).toBe(false);
	});
});

describe('the view', () => {
	it('stays on the page', () => {
		expect(kept({ scale: 2, x: 5000, y: -5 })).toEqual({ scale: 2, x: 800, y: 0 });
		expect(kept({ scale: 0.5, x: 10, y: 10 })).toEqual({ scale: 1, x: 0, y: 0 });
	});

	it('comes nearer to the place that is pointed at', () => {
		const view = zoomed({ scale: 1, x: 0, y: 0 }, 2, 400, 300);
		expect((400 - view.x) * view.scale).toBeCloseTo(400);
		expect((300 - view.y) * view.scale).toBeCloseTo(300);
	});
});
