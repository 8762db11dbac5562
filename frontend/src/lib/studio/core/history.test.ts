import { describe, expect, it } from 'vitest';
import { History } from './history';

function record(start = '') {
	let value = start;
	const history = new History();
	return {
		history,
		value: () => value,
		type(next: string, now: number, key?: string) {
			const before = value;
			value = next;
			history.add(
				{ key, label: () => next, undo: () => (value = before), redo: () => (value = next) },
				now
			);
		}
	};
}

describe('undo', () => {
	it('takes a run of typing in one field back as one step', () => {
		const r = record();
		r.type('a', 0, 'f');
		r.type('ab', 500, 'f');
		r.type('abc', 3000, 'f');
		r.history.undo();
		expect(r.value()).toBe('ab');
		r.history.undo();
		expect(r.value()).toBe('');
		r.history.redo();
		expect(r.value()).toBe('ab');
	});

	it('goes back fifty steps and no further', () => {
		const r = record('0');
		for (let i = 1; i <= 60; i++) r.type(String(i), 0);
		let steps = 0;
		while (r.history.undo()) steps++;
		expect([steps, r.value()]).toEqual([50, '10']);
	});

	it('forgets what was undone once something new is done', () => {
		const r = record();
		r.type('a', 0);
		r.history.undo();
		r.type('b', 0);
		expect(r.history.redo()).toBeUndefined();
		expect(r.value()).toBe('b');
	});
});
