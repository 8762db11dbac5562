import { describe, expect, it } from 'vitest';
import { Decoder, Encoder, pointsOf, quantise } from './points.ts';

describe('the points of a stroke', () => {
	it('are rounded to tenths of a unit, and kept on the page', () => {
		expect(quantise({ x: 10.26, y: 0.04, pressure: 1 })).toEqual([103, 0, 255]);
		expect(quantise({ x: -5, y: 1200, pressure: 0.5 })).toEqual([0, 9000, 128]);
	});

	it('tell a pen that hardly touches from a device that feels no pressure', () => {
		expect(quantise({ x: 1, y: 1, pressure: 0 })[2]).toBe(1);
		expect(quantise({ x: 1, y: 1 })[2]).toBe(0);
	});

	it('are written as a first point and differences', () => {
		const encoder = new Encoder();
		expect(
			encoder.encode([
				{ x: 10, y: 20 },
				{ x: 11, y: 19 }
			])
		).toEqual([100, 200, 0, 10, -10, 0]);
	});

	it('go on in the next message where the last one ended', () => {
		const encoder = new Encoder();
		const first = encoder.encode([{ x: 10, y: 20 }]);
		const second = encoder.encode([{ x: 12, y: 20 }]);
		expect(second).toEqual([20, 0, 0]);
		const decoder = new Decoder();
		expect([...decoder.decode(first), ...decoder.decode(second)]).toEqual([
			[10, 20, 0],
			[12, 20, 0]
		]);
	});

	it('leave out where the pen stood still, but never the first one', () => {
		const encoder = new Encoder();
		expect(
			encoder.encode([
				{ x: 0, y: 0 },
				{ x: 0, y: 0 },
				{ x: 0.01, y: 0 }
			])
		).toEqual([0, 0, 0]);
	});

	it('come back as they were, within the rounding, over thousands of points', () => {
		const samples = Array.from({ length: 5000 }, (_, i) => ({
			x: 800 + 700 * Math.sin(i / 7),
			y: 450 + 400 * Math.cos(i / 11),
			pressure: 0.5 + 0.4 * Math.sin(i)
		}));
		const back = pointsOf(new Encoder().encode(samples));
		expect(back).toHaveLength(samples.length);
		for (const [i, [x, y]] of back.entries()) {
			expect(Math.abs(x - samples[i]!.x)).toBeLessThanOrEqual(0.051);
			expect(Math.abs(y - samples[i]!.y)).toBeLessThanOrEqual(0.051);
		}
	});

	it('leave out a triple that is cut off', () => {
		expect(pointsOf([10, 10, 0, 5, 5])).toEqual([[1, 1, 0]]);
	});
});
