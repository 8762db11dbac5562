import type { LearnerReadiness } from '#lib/services/teaching.ts';
import { describe, expect, it } from 'vitest';
import { arranged, isAhead, likelyLesson } from './class.ts';

const NOW = new Date('2026-11-20T08:00:00Z');
const lesson = (id: string, completedBy: number) => ({ id, title: { en: id }, completedBy });
const lessons = [lesson('a', 9), lesson('b', 4), lesson('c', 0)];

describe('the lesson a teacher is shown first', () => {
	it('is the next one that has a date', () => {
		const plan = [
			{ lessonId: 'a', at: '2026-11-01T08:00:00Z', gate: 0 as const },
			{ lessonId: 'c', at: '2026-12-03T08:00:00Z', gate: 0 as const },
			{ lessonId: 'b', at: '2026-12-24T08:00:00Z', gate: 90 as const },
			{ lessonId: 'gone', at: '2026-11-21T08:00:00Z', gate: 0 as const }
		];
		expect(likelyLesson(lessons, plan, 10, NOW)).toBe('c');
	});

	it('is without dates the first that most have not completed', () => {
		expect(likelyLesson(lessons, [], 10, NOW)).toBe('b');
		expect(likelyLesson([lesson('a', 9)], [], 10, NOW)).toBe('a');
		expect(likelyLesson([], [], 10, NOW)).toBeUndefined();
	});
});

it('readiness is told for a day to come within a year', () => {
	expect(
		[undefined, '2026-11-20T07:00:00Z', '2026-11-20T09:00:00Z', '2028-01-01T00:00:00Z'].map((at) =>
			isAhead(at, NOW)
		)
	).toEqual([false, false, true, false]);
});

describe('learners', () => {
	const one = (name: string, coverage: number, expected: number): LearnerReadiness => ({
		accountId: name,
		name,
		coverage,
		expected,
		band: 'learn',
		passed: false
	});
	const all = [one('Ada', 0.9, 0.5), one('Chanda', 0.6, 0.8), one('Bwalya', 0.9, 0.9)];
	const names = (...args: Parameters<typeof arranged>) =>
		arranged(...args).map((each) => each.name);

	it('come with who needs help first, by what counts for the day', () => {
		expect(names(all, '', 'need', false)).toEqual(['Chanda', 'Ada', 'Bwalya']);
		expect(names(all, '', 'need', true)).toEqual(['Ada', 'Chanda', 'Bwalya']);
	});

	it('come by name, and by part of a name', () => {
		expect(names(all, '', 'name', false)).toEqual(['Ada', 'Bwalya', 'Chanda']);
		expect(names(all, ' DA', 'name', false)).toEqual(['Ada', 'Chanda']);
	});
});
