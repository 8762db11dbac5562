import { describe, expect, it } from 'vitest';
import { Collector } from './collector.ts';

/** Plays from a position for some seconds of real time, four ticks a second. */
function play(
	collector: Collector,
	from: number,
	seconds: number,
	clock: { ms: number },
	rate = 1
) {
	for (let i = 0; i <= seconds * 4; i++) {
		collector.tick(from + (i / 4) * rate, rate, clock.ms);
		clock.ms += 250;
	}
}

describe('collector', () => {
	it('collects what is played', () => {
		const collector = new Collector();
		play(collector, 5, 10, { ms: 0 });
		expect(collector.take()).toEqual([[5, 15]]);
		expect(collector.take()).toEqual([]);
	});

	it('does not count what a seek jumps over', () => {
		const collector = new Collector();
		const clock = { ms: 0 };
		play(collector, 0, 4, clock);
		collector.stop();
		play(collector, 60, 4, clock);
		expect(collector.take()).toEqual([
			[0, 4],
			[60, 64]
		]);
	});

	it('does not believe a jump that nobody announced', () => {
		const collector = new Collector();
		collector.tick(0, 1, 0);
		collector.tick(0.25, 1, 250);
		collector.tick(90, 1, 500);
		collector.tick(90.25, 1, 750);
		expect(collector.take()).toEqual([
			[0, 0.25],
			[90, 90.25]
		]);
	});

	it('counts double speed, and a tab whose ticks come once a second', () => {
		const collector = new Collector();
		play(collector, 0, 5, { ms: 0 }, 2);
		expect(collector.take()).toEqual([[0, 10]]);
		collector.stop();
		for (let s = 20; s <= 30; s++) collector.tick(s, 1, s * 1000);
		expect(collector.take()).toEqual([[20, 30]]);
	});

	it('counts all when events come late and in clumps, as on a busy phone', () => {
		const collector = new Collector();
		for (const [position, at] of [
			[0, 0],
			[0.5, 900],
			[1.9, 960],
			[2.0, 1010],
			[3.6, 1820],
			[4.2, 2090]
		]) {
			collector.tick(position, 2, at);
		}
		expect(collector.take()).toEqual([[0, 4.2]]);
	});

	it('does not count a short skip, however long it has played before', () => {
		const collector = new Collector();
		play(collector, 0, 60, { ms: 0 });
		collector.tick(65.1, 1, 60_100);
		expect(collector.take()).toEqual([[0, 60]]);
	});

	it('counts nothing while the position goes backwards or stands', () => {
		const collector = new Collector();
		collector.tick(10, 1, 0);
		collector.tick(10, 1, 250);
		collector.tick(8, 1, 500);
		expect(collector.take()).toEqual([]);
	});
});
