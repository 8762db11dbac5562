import { describe, expect, it } from 'vitest';
import type { Person, ReadRound } from '../protocol.ts';
import type { Live } from '../live.svelte.ts';
import type { LiveClass } from './class.ts';
import { keepDrafts, keptDrafts } from './drafts.ts';
import { grouped, moved, type Member, type Way } from './groups.ts';
import {
	draftOf,
	missingInChoices,
	missingInSpot,
	newDraft,
	ninths,
	openingOf,
	rightChoices,
	rightSpot,
	without
} from './polls.ts';
import { lineAfter, linesOf, queueOf, wrongWith } from './reading.ts';
import { secondsLeft, spoken, typedSeconds } from './timer.ts';

// A class as it is has all that the rounds need; this fails to compile when it has not.
export const satisfied = (live: Live): LiveClass => live;

const crowd = (n: number): Member[] =>
	Array.from({ length: n }, (_, i) => ({
		id: `p${String(i).padStart(3, '0')}`,
		readiness: i % 7 === 0 ? undefined : i / n
	}));
const WAYS: Way[] = ['random', 'mixed', 'alike'];

describe('Groups', () => {
	it('have everybody exactly once and differ by one person at most', () => {
		for (const way of WAYS)
			for (const [people, n] of [
				[0, 3],
				[2, 5],
				[17, 4],
				[100, 7]
			]) {
				const groups = grouped(crowd(people), n, way, 42);
				expect(groups).toHaveLength(n);
				expect(groups.flat().sort()).toEqual(crowd(people).map(({ id }) => id));
				const sizes = groups.map((group) => group.length);
				expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
			}
	});

	it('are the same for the same seed, in whatever order people come, and others for another', () => {
		for (const way of WAYS) {
			const once = grouped(crowd(20), 4, way, 7);
			expect(grouped(crowd(20).reverse(), 4, way, 7)).toEqual(once);
		}
		expect(grouped(crowd(20), 4, 'random', 8)).not.toEqual(grouped(crowd(20), 4, 'random', 7));
	});

	it('count somebody who is in the list twice once', () => {
		expect(grouped([...crowd(6), ...crowd(6)], 2, 'random', 1).flat()).toHaveLength(6);
	});

	it('are alike when those of one level are together, and mixed when each has the same mean', () => {
		const people = Array.from({ length: 24 }, (_, i) => ({ id: `p${i}`, readiness: i / 24 }));
		const of = new Map(people.map(({ id, readiness }) => [id, readiness]));
		const means = (way: Way) =>
			grouped(people, 4, way, 3).map((g) => g.reduce((sum, id) => sum + of.get(id)!, 0) / g.length);
		const alike = means('alike');
		expect(alike).toEqual([...alike].sort((a, b) => a - b));
		expect(alike[3] - alike[0]).toBeGreaterThan(0.6);
		const mixed = means('mixed');
		expect(Math.max(...mixed) - Math.min(...mixed)).toBeLessThan(0.05);
	});

	it('are empty by hand, and somebody who is moved leaves the group they were in', () => {
		expect(grouped(crowd(5), 2, 'hand', 1)).toEqual([[], []]);
		expect(moved([['a', 'b'], ['c']], 'a', 1)).toEqual([['b'], ['c', 'a']]);
		expect(moved([['a', 'b'], ['c']], 'a', -1)).toEqual([['b'], ['c']]);
	});
});

describe('Reading aloud', () => {
	const student = (id: string): Person => ({ id, name: id.toUpperCase(), role: 'student' });
	const students = ['a', 'b', 'c', 'd'].map(student);
	const round: ReadRound = { round: 'r', lines: ['一', '二'], done: ['b'], person: 'c', line: 1 };

	it('calls raised hands first, in their order, and nobody who has read or reads', () => {
		const hands = [
			{ person: 'd', name: 'D', at: 1 },
			{ person: 'gone', name: 'Gone', at: 2 }
		];
		const queue = queueOf(round, { hands, students, skipped: new Set() });
		expect(queue.map(({ id }) => id)).toEqual(['d', 'a']);
		expect(queue[0].hand).toBe(true);
	});

	it('lets who was skipped come last, and at once when the hand goes up', () => {
		const skipped = new Set(['b']);
		expect(queueOf(round, { hands: [], students, skipped }).map(({ id }) => id)).toEqual([
			'a',
			'd',
			'b'
		]);
		const hands = [{ person: 'b', name: 'B', at: 1 }];
		expect(queueOf(round, { hands, students, skipped })[0].id).toBe('b');
	});

	it('goes on with the next line and begins again after the last', () => {
		expect(lineAfter({ lines: ['一', '二'] })).toBe(0);
		expect(lineAfter({ lines: ['一', '二'], person: 'a', line: 0 })).toBe(1);
		expect(lineAfter({ lines: ['一', '二'], person: 'a', line: 1 })).toBe(0);
	});

	it('takes a pasted text line by line', () => {
		expect(linesOf(' 你好。 \r\n\n 再见。')).toEqual(['你好。', '再见。']);
		expect(wrongWith([])).toBe('none');
		expect(wrongWith(['字'.repeat(201)])).toBe('long');
		expect(wrongWith(Array.from({ length: 51 }, () => '字'))).toBe('many');
		expect(wrongWith(['你好。'])).toBeUndefined();
	});
});

describe('The timer', () => {
	it('says when a minute is left and when it is over, once each', () => {
		expect(spoken(61, 60)).toBe('minute');
		expect(spoken(60, 59)).toBeUndefined();
		expect(spoken(1, 0)).toBe('over');
		expect(spoken(0, 0)).toBeUndefined();
		expect(spoken(90, 0)).toBe('over');
	});

	it('counts down to one before it is over', () => {
		expect(secondsLeft(10_000, 9_001)).toBe(1);
		expect(secondsLeft(10_000, 10_000)).toBe(0);
		expect(secondsLeft(10_000, 99_000)).toBe(0);
	});

	it('understands minutes and minutes with seconds', () => {
		expect(typedSeconds('2')).toBe(120);
		expect(typedSeconds(' 1,5 ')).toBe(90);
		expect(typedSeconds('1:30')).toBe(90);
		for (const wrong of ['', '0', 'x', '1:75', '999', '-1'])
			expect(typedSeconds(wrong)).toBe(undefined);
	});
});

describe('A poll', () => {
	const choices = { ...newDraft(), question: ' Which? ', options: ['A', ' ', 'B'], correct: [2] };

	it('is asked without its empty options, the right ones still right', () => {
		expect(openingOf({ ...choices, graded: true }, 'id')).toMatchObject({
			question: 'Which?',
			options: ['A', 'B'],
			correct: [1],
			graded: true
		});
	});

	it('is no quiz without a right answer', () => {
		expect(missingInChoices({ ...choices, correct: [], graded: true })).toBe('correct');
		expect(openingOf({ ...choices, correct: [], graded: true }, 'id').graded).toBe(false);
	});

	it('has two options that differ', () => {
		expect(missingInChoices({ ...choices, options: ['A', ''] })).toBe('options');
		expect(missingInChoices({ ...choices, options: ['A', ' A'] })).toBe('same');
		expect(missingInChoices(choices)).toBeUndefined();
		expect(missingInSpot(newDraft('spot'))).toBe('picture');
	});

	it('keeps the marks of the right options when one before them goes', () => {
		expect(without({ ...choices, correct: [0, 2] }, 0)).toMatchObject({
			options: [' ', 'B'],
			correct: [1]
		});
	});

	it('is right when exactly the right options are chosen, or the place is within reach', () => {
		expect(rightChoices({ choices: [2, 0] }, [0, 2])).toBe(true);
		expect(rightChoices({ choices: [0] }, [0, 2])).toBe(false);
		expect(rightSpot({ x: 0.5, y: 0.55 }, [500, 500, 80])).toBe(true);
		expect(rightSpot({ x: 0.6, y: 0.6 }, [500, 500, 80])).toBe(false);
		expect(rightSpot({}, [500, 500, 80])).toBe(false);
	});

	it('tells in which ninth of the picture answers lie', () => {
		expect(
			ninths([
				[0, 0],
				[1, 1],
				[0.5, 0.5],
				[0.4, 0.6]
			])
		).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 1]);
	});

	it('can be asked again as it was', () => {
		const poll = { ...openingOf(choices, 'id'), closed: true, shown: true, answers: 3 };
		expect(openingOf(draftOf(poll), 'new')).toEqual({ ...openingOf(choices, 'new') });
	});

	it('is kept on the device, and what another version kept in another shape is left out', () => {
		const store = new Map<string, string>();
		const storage = {
			getItem: (key: string) => store.get(key) ?? null,
			setItem: (key: string, value: string) => void store.set(key, value)
		};
		keepDrafts('c', { current: choices, prepared: [choices, { kind: 'old' } as never] }, storage);
		expect(keptDrafts('c', storage)).toEqual({ current: choices, prepared: [choices] });
		expect(keptDrafts('other', storage).current).toEqual(newDraft());
		store.set('hanzhi:polls:c', 'no JSON');
		expect(keptDrafts('c', storage).prepared).toEqual([]);
	});
});
