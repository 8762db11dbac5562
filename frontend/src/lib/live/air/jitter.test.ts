import { describe, expect, it } from 'vitest';
import { Arrivals, LEAST, MOST } from './arrivals.ts';
import { packets, play, type Sent } from './fake-line.ts';
import { JitterBuffer } from './jitter.ts';
import { Continuation, lengthen, rms, shorten, SPAN } from './stretch.ts';

/** Chance that is the same in every run. */
function chance(seed: number): () => number {
	return () => {
		seed = (seed * 1664525 + 1013904223) >>> 0;
		return seed / 2 ** 32;
	};
}

function jumps(samples: ArrayLike<number>): number {
	let most = 0;
	for (let i = 1; i < samples.length; i++)
		most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
	return most;
}

describe('the jitter buffer', () => {
	it('plays an even line without a hole, a click or a late packet', () => {
		const buffer = new JitterBuffer();
		const { samples, longest } = play(buffer, packets(100), 6060);
		expect(longest).toBeLessThan(10);
		expect(buffer.counts).toEqual({ heard: 100, late: 0, lost: 0, dropped: 0 });
		expect(jumps(samples)).toBeLessThan(0.05);
	});

	it('comes down to the shortest delay on an even line', () => {
		const buffer = new JitterBuffer();
		play(buffer, packets(200), 11_500);
		expect(buffer.arrivals.target).toBe(LEAST);
		expect(buffer.delay).toBeLessThan(LEAST + 40);
	});

	it('holds back as much as an uneven line needs, and then misses little', () => {
		const random = chance(1);
		const buffer = new JitterBuffer();
		const { longest } = play(
			buffer,
			packets(500, () => random() * 180),
			29_000
		);
		expect(buffer.arrivals.target).toBeGreaterThan(120);
		expect(buffer.arrivals.target).toBeLessThanOrEqual(MOST);
		expect(buffer.counts.late / buffer.counts.heard).toBeLessThan(0.03);
		expect(longest).toBeLessThan(60);
	});

	it('has no hole longer than a second when the line stalls for 600 ms again and again', () => {
		const buffer = new JitterBuffer();
		const { longest } = play(
			buffer,
			packets(500, (i) => (i % 50 === 0 ? 600 : 0)),
			29_000
		);
		expect(longest).toBeLessThan(600);
		expect(buffer.counts.dropped).toBe(0);
	});

	it('continues the voice over a lost packet', () => {
		const sent: Sent[] = packets(60).filter((_, i) => i !== 30);
		sent[30].lost = 1;
		const buffer = new JitterBuffer();
		const { samples, longest } = play(buffer, sent, 3600);
		expect(buffer.counts.lost).toBe(1);
		expect(longest).toBeLessThan(10);
		expect(jumps(samples)).toBeLessThan(0.06);
	});

	it('keeps the pauses of a speaker and fills none of them', () => {
		const sent = [...packets(20), ...packets(20, () => 0, 5000)];
		const buffer = new JitterBuffer();
		const { longest } = play(buffer, sent, 7000);
		expect(buffer.counts.lost).toBe(0);
		// 3.8 s between the two, less what fades out.
		expect(longest).toBeGreaterThan(3500);
		expect(longest).toBeLessThan(3900);
	});

	it('is back at the present after a cut of 20 seconds', () => {
		// What was said during the cut comes at once, as far as it is kept: 5 s.
		const cut = packets(600, (i) => Math.max(0, 30_000 - i * 60)).filter(
			({ time }) => time < 10_000 || time >= 25_000
		);
		for (const one of cut) if (one.time >= 10_000 && one.time < 30_000) one.arrives = 30_110;
		for (const one of cut) if (one.time < 10_000) one.arrives = one.time + 110;
		for (const one of cut) if (one.time >= 30_000) one.arrives = one.time + 110;
		const buffer = new JitterBuffer();
		play(buffer, cut, 36_000);
		expect(buffer.counts.dropped).toBeGreaterThan(60);
		expect(buffer.level).toBeLessThan(600);
		expect(buffer.delay).toBeLessThan(MOST + 100);
	});

	it.each([0.998, 1.002])('follows a clock that runs %f times as fast', (drift) => {
		const buffer = new JitterBuffer();
		const { longest } = play(buffer, packets(400), 24_000, drift);
		expect(longest).toBeLessThan(10);
		expect(buffer.delay).toBeLessThan(250);
		expect(buffer.counts.late).toBe(0);
	});

	it('takes up a sender whose clock began anew', () => {
		const sent = packets(50, () => 0, 1_000_000);
		for (const one of sent) one.arrives -= 1_000_000;
		const anew = packets(50, () => 0, 7);
		for (const one of anew) one.arrives += 5000;
		const buffer = new JitterBuffer();
		play(buffer, [...sent, ...anew], 5500);
		const { samples } = play(buffer, [], 100);
		expect(rms(samples)).toBeGreaterThan(0.05);
	});
});

describe('what arrivals tell', () => {
	it('a way that has grown longer is not taken for lateness for ever', () => {
		const arrivals = new Arrivals();
		for (let i = 0; i < 50; i++) arrivals.add(i * 60, i * 60 + 50);
		for (let i = 50; i < 400; i++) arrivals.add(i * 60, i * 60 + 900);
		expect(arrivals.base).toBe(900);
		expect(arrivals.target).toBe(LEAST);
	});
});

describe('stretching', () => {
	const tone = Float32Array.from(
		{ length: SPAN },
		(_, i) => 0.3 * Math.sin((i * 2 * Math.PI) / 400)
	);

	it('takes out or puts in whole periods', () => {
		expect((SPAN - shorten(tone).length) % 400).toBe(0);
		expect((lengthen(tone).length - SPAN) % 400).toBe(0);
		expect(rms(shorten(tone))).toBeCloseTo(rms(tone), 1);
		expect(jumps(lengthen(tone))).toBeLessThan(0.02);
	});

	it('takes more out of silence', () => {
		expect(shorten(new Float32Array(SPAN)).length).toBe(480);
	});

	it('goes on with a voice and lets it fade', () => {
		const goes = new Continuation(tone, 4800);
		expect(rms(goes.take(480))).toBeGreaterThan(0.1);
		goes.take(4320);
		expect(rms(goes.take(480))).toBe(0);
	});
});
