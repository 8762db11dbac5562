import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Point } from './geometry.ts';
import { Sheet } from './sheet.svelte.ts';

const drawing = JSON.parse(readFileSync('node_modules/hanzi-writer-data/王.json', 'utf8'));
const line = (at: number) => drawing.medians[at] as Point[];

describe('a sheet', () => {
	it('takes the strokes in order and is worth everything', () => {
		const sheet = new Sheet('王', drawing, 'memory');
		for (let at = 0; at < 4; at++) sheet.draw(line(at));
		expect(sheet.finished).toBe(true);
		expect([sheet.score, sheet.right, sheet.ink.length]).toEqual([100, true, 4]);
	});
	it('says what was wrong and shows the next stroke after two tries', () => {
		const sheet = new Sheet('王', drawing, 'memory');
		sheet.draw(line(1));
		expect([sheet.verdict, sheet.shown, sheet.done]).toEqual(['order', false, 0]);
		sheet.draw([...line(0)].reverse());
		expect([sheet.verdict, sheet.shown]).toEqual(['helped', true]);
		expect(sheet.tally).toMatchObject({ disorders: 1, backwards: 1, helped: 1, misses: 0 });
		sheet.draw(line(0));
		expect([sheet.verdict, sheet.shown, sheet.done]).toEqual(['right', false, 1]);
	});
	it('helps nobody in a test who does not ask', () => {
		const sheet = new Sheet('王', drawing, 'test');
		for (let i = 0; i < 5; i++) sheet.draw(line(3));
		expect([sheet.shown, sheet.tally.helped, sheet.tally.disorders]).toEqual([false, 0, 5]);
		sheet.help();
		sheet.help();
		expect([sheet.shown, sheet.tally.helped, sheet.right]).toEqual([true, 1, false]);
	});
	it('ignores a touch, and everything once it is finished', () => {
		const sheet = new Sheet('王', drawing, 'outline');
		sheet.draw([[5, 5]]);
		expect(sheet.verdict).toBeUndefined();
		for (let at = 0; at < 4; at++) sheet.choose(at);
		sheet.choose(0);
		sheet.help();
		expect([sheet.finished, sheet.score]).toEqual([true, 100]);
	});
});
