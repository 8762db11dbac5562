import { describe, expect, it } from 'vitest';
import { lessonAt } from './hits.ts';

describe('a hit', () => {
	it('opens its lesson at the second of its line', () => {
		expect(
			lessonAt('L', { activityId: 'A', startMs: 83500, lang: 'zh-CN', parts: [{ text: '好' }] })
		).toBe('/lessons/L?activity=A&t=83.5');
	});
	it('opens a reading at its passage, cut where an address would be too long', () => {
		const parts = [{ text: '手' }, { text: '套'.repeat(99), hit: true }];
		const address = new URL(lessonAt('L', { activityId: 'A', lang: 'zh-CN', parts }), 'http://x');
		expect(address.searchParams.get('passage')).toBe('手' + '套'.repeat(59));
	});
});
