import type { Spot } from '#lib/services/tasks.ts';
import { describe, expect, it } from 'vitest';
import { ask, questions, ratingOf } from './label.ts';

const spots: Spot[] = ['卡盘', '刀架', '尾座'].map((word, i) => ({ id: `${i}`, x: i, y: i, word }));
const others = ['主轴', '导轨', '卡盘'];

describe('the words of a picture', () => {
	it('asks for every spot once, both ways', () => {
		const asked = questions(spots, others, Math.random);
		expect(asked.map((one) => one.spot.id).sort()).toEqual(['0', '1', '2']);
		expect(new Set(asked.map((one) => one.choose))).toEqual(new Set(['word', 'spot']));
	});
	it('offers the right word once, and one that is not on the picture', () => {
		for (let i = 0; i < 20; i++) {
			const { words } = ask(spots[0] as Spot, 'word', spots, others, Math.random);
			expect(words).toHaveLength(4);
			expect(words.filter((word) => word === '卡盘')).toHaveLength(1);
			expect(words.some((word) => word === '主轴' || word === '导轨')).toBe(true);
		}
	});
	it('makes do without other words of the trade', () => {
		expect(ask(spots[0] as Spot, 'word', spots, [], Math.random).words).toHaveLength(3);
	});
	it('counts a wrong answer as again, a right one as good at the first try and as hard later', () => {
		expect([ratingOf(false, false), ratingOf(true, false), ratingOf(true, true)]).toEqual([
			1, 3, 2
		]);
	});
});
