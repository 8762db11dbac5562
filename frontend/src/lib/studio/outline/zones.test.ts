import { describe, expect, it } from 'vitest';
import { fromLocal, toLocal } from './zones';

describe('dates of a run', () => {
	it('mean the clock of the run’s zone, not of the author’s', () => {
		expect(fromLocal('2027-03-01T08:00', 'Africa/Lusaka')).toBe('2027-03-01T06:00:00.000Z');
		expect(fromLocal('2027-03-01T08:00', 'Asia/Tashkent')).toBe('2027-03-01T03:00:00.000Z');
		expect(toLocal('2027-03-01T03:00:00Z', 'Asia/Tashkent')).toBe('2027-03-01T08:00');
	});

	it('come back as they were written, also around a change of the clocks', () => {
		for (const local of [
			'2027-03-27T23:30',
			'2027-03-28T04:00',
			'2027-10-31T01:30',
			'2027-10-31T05:00'
		])
			expect(toLocal(fromLocal(local, 'Europe/Paris'), 'Europe/Paris')).toBe(local);
	});

	it('take the earlier of the two hours that look alike in autumn', () => {
		expect(fromLocal('2027-10-31T02:30', 'Europe/Paris')).toBe('2027-10-31T00:30:00.000Z');
	});

	it('read an hour that never was by the clock before the change', () => {
		expect(fromLocal('2027-03-28T02:30', 'Europe/Paris')).toBe('2027-03-28T01:30:00.000Z');
	});
});
