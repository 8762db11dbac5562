import { describe, expect, it } from 'vitest';
import { Meter } from './meter.ts';

/** Feeds a download that comes at a rate in steps of 50 ms after a delay; returns when it ended. */
function feed(meter: Meter, start: number, bytes: number, bps: number, delay: number): number {
	const flow = meter.begin(start);
	let now = start + delay;
	for (let left = bytes; left > 0; now += 50) {
		const step = Math.min(left, Math.round((bps / 8) * 0.05));
		meter.received(flow, step, now);
		left -= step;
	}
	meter.end(flow, now);
	return now;
}

describe('meter', () => {
	it('knows nothing before the first byte', () => {
		expect(new Meter().estimate(0)).toBeNull();
	});

	it('measures the rate, not the delay', () => {
		const meter = new Meter();
		const now = feed(meter, 0, 13_000, 64_000, 600);
		expect(meter.estimate(now)).toBeGreaterThan(56_000);
		expect(meter.estimate(now)).toBeLessThan(72_000);
		expect(meter.delay).toBe(600);
		expect(meter.total).toBe(13_000);
	});

	it('adds up what sound and picture receive side by side', () => {
		const meter = new Meter();
		const a = meter.begin(0);
		const b = meter.begin(0);
		for (let now = 100; now <= 3000; now += 50) {
			meter.received(a, 200, now);
			meter.received(b, 200, now);
		}
		expect(meter.estimate(3000)).toBeGreaterThan(60_000);
		expect(meter.estimate(3000)).toBeLessThan(70_000);
	});

	it('follows a line that breaks down within seconds', () => {
		const meter = new Meter();
		const now = feed(meter, 0, 500_000, 2_000_000, 50);
		const later = feed(meter, now, 40_000, 64_000, 600);
		expect(meter.estimate(later)).toBeLessThan(300_000);
	});

	it('falls while a download stands still', () => {
		const meter = new Meter(1_000_000);
		const flow = meter.begin(0);
		meter.received(flow, 1000, 100);
		meter.received(flow, 1000, 200);
		expect(meter.estimate(10_000)).toBeLessThan(10_000);
	});

	it('takes a burst as a lower bound', () => {
		const meter = new Meter();
		const flow = meter.begin(0);
		meter.received(flow, 14_000, 60);
		meter.end(flow, 61);
		expect(meter.estimate(61)).toBeGreaterThan(1_000_000);
	});

	it('starts from what was remembered and forgets it soon', () => {
		const meter = new Meter(2_000_000);
		expect(meter.estimate(0)).toBe(2_000_000);
		const now = feed(meter, 0, 48_000, 64_000, 600);
		expect(meter.estimate(now)).toBeLessThan(700_000);
	});
});
