import { beforeEach, describe, expect, it, vi } from 'vitest';
import { pointsOf } from './points.ts';
import { EVERY, MOST, withWritings, Writing } from './send.ts';

describe('a stroke on its way', () => {
	let sent: number[][];
	let writing: Writing;

	beforeEach(() => {
		vi.useFakeTimers();
		sent = [];
		writing = new Writing('p', '#221f19', 8, (points) => sent.push(points));
		return () => vi.useRealTimers();
	});

	it('goes in one message for what was drawn within 50 ms', () => {
		for (let i = 0; i < 6; i++) {
			writing.add([{ x: i, y: 0 }]);
			vi.advanceTimersByTime(EVERY / 6 - 1);
		}
		expect(sent).toHaveLength(0);
		vi.advanceTimersByTime(EVERY);
		expect(sent).toHaveLength(1);
		expect(pointsOf(sent[0]!)).toHaveLength(6);
	});

	it('sends nothing while the pen rests', () => {
		writing.add([{ x: 1, y: 1 }]);
		vi.advanceTimersByTime(EVERY);
		writing.add([{ x: 1, y: 1 }]);
		vi.advanceTimersByTime(10 * EVERY);
		expect(sent).toHaveLength(1);
	});

	it('cuts what is more than a message may hold', () => {
		writing.add(Array.from({ length: 2 * MOST + 1 }, (_, i) => ({ x: i % 1600, y: i % 7 })));
		writing.end();
		expect(sent.map((points) => points.length / 3)).toEqual([MOST, MOST, 1]);
	});

	it('sends the rest at once when the pen is lifted, and nothing twice', () => {
		writing.add([
			{ x: 1, y: 1 },
			{ x: 2, y: 2 }
		]);
		writing.end();
		vi.advanceTimersByTime(10 * EVERY);
		expect(sent.flat()).toEqual(writing.points);
	});

	it('stands above what the class has, in the place of the part of it that the class has', () => {
		writing.add([
			{ x: 1, y: 1 },
			{ x: 2, y: 2 }
		]);
		const other = { object: 'o', by: 'b', kind: 'stroke', color: '', size: 1, points: [] } as const;
		const part = { ...other, object: writing.object };
		const shown = withWritings([part, other] as never, [writing], 'me');
		expect(shown.map(({ object }) => object)).toEqual(['o', writing.object]);
		expect(shown[1]).toMatchObject({ by: 'me', points: writing.points });
	});
});
