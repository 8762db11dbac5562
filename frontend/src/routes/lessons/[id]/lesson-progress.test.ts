import { describe, expect, it } from 'vitest';
import type { Activity } from '#lib/services/lessons.ts';
import { askedFor, done, resumeAt, seenOf } from './lesson-progress.ts';

const video = (change: Partial<Activity['progress'] & object> = {}): Activity => ({
	id: 'a',
	kind: 'video',
	title: {},
	length: 100,
	video: { durationMs: 100_000 } as Activity['video'],
	progress: {
		watched: [[0, 50]],
		positionMs: 50_000,
		positionAt: '2026-03-01T10:00:00.000Z',
		fraction: 0.5,
		completed: false,
		...change
	}
});

describe('progress in a lesson', () => {
	it('counts what was seen anywhere', () => {
		const seen = seenOf(video(), [[40, 92]]);
		expect(seen).toEqual([[0, 92]]);
		expect(done(video(), seen)).toBe(true);
		expect(done(video(), [[0, 89]])).toBe(false);
		expect(done(video({ completed: true }), [])).toBe(true);
	});

	it('goes on where the learner was last, on whichever device', () => {
		expect(resumeAt(video(), undefined)).toBe(50);
		expect(resumeAt(video(), { positionMs: 70_000, at: '2026-03-01T11:00:00.000Z' })).toBe(70);
		expect(resumeAt(video(), { positionMs: 70_000, at: '2026-03-01T09:00:00.000Z' })).toBe(50);
	});

	it('begins where a link asks it to, if it asks for a second at all', () => {
		expect(['12', '0', '3.5', null, '', 'x', '-1', 'Infinity'].map(askedFor)).toEqual([
			12,
			0,
			3.5,
			...Array<undefined>(5).fill(undefined)
		]);
	});

	it('begins at the beginning when the end was reached', () => {
		expect(resumeAt(video({ positionMs: 98_000 }), undefined)).toBe(0);
		expect(resumeAt({ ...video(), progress: undefined }, undefined)).toBe(0);
	});

	it('knows that a reading is done once its end was seen', () => {
		const reading: Activity = { id: 'r', kind: 'reading', title: {}, length: 1 };
		expect(done(reading, [])).toBe(false);
		expect(done(reading, [[0, 1]])).toBe(true);
	});
});
