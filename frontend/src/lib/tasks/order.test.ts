import type { Step } from '#lib/services/tasks.ts';
import { describe, expect, it } from 'vitest';
import { disordered, judge, moved } from './order.ts';

const steps: Step[] = ['a', 'b', 'c', 'd'].map((id) => ({ id, text: id, free: id === 'c' }));

describe('the order of a procedure', () => {
	it('is right as the author has it, and with steps changed that may change places', () => {
		expect(judge(steps, ['a', 'b', 'c', 'd'])).toEqual([true, true, true, true]);
		expect(judge(steps, ['a', 'c', 'b', 'd'])).toEqual([true, true, true, true]);
	});
	it('tells which places are right', () => {
		expect(judge(steps, ['b', 'a', 'c', 'd'])).toEqual([false, false, true, true]);
		expect(judge(steps, ['c', 'b', 'a', 'd'])).toEqual([false, true, false, true]);
	});
	it('lies about out of order, whatever the dice say', () => {
		for (const dice of [0, 0.3, 0.6, 0.999]) {
			const order = disordered(steps, () => dice);
			expect([...order].sort()).toEqual(['a', 'b', 'c', 'd']);
			expect(judge(steps, order).every(Boolean)).toBe(false);
		}
	});
	it('moves one step and keeps the others as they are, inside of the list', () => {
		expect(moved(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
		expect(moved(['a', 'b', 'c'], 'a', 9)).toEqual(['b', 'c', 'a']);
		expect(moved(['a', 'b', 'c'], 'c', -1)).toEqual(['c', 'a', 'b']);
	});
});
