import { describe, expect, it } from 'vitest';
import { LineRate, Pacer, PICTURE_MOST, VOICE_GOOD, VOICE_USUAL, VOICE_WEAK } from './line-rate.ts';
import { PacketQueue, unwrap, type InTurn } from './packets.ts';
import { Traffic } from './traffic.ts';
import { levelOf, Throttle, VoiceGate } from './voice-gate.ts';

const packet = (sequence: number, time = sequence * 60) => ({
	sequence: sequence & 0xffff,
	time: time >>> 0,
	payload: new Uint8Array([sequence & 255])
});
const all = (queue: PacketQueue, ...given: ReturnType<typeof packet>[]): InTurn[] =>
	given.flatMap((one) => queue.push(one));

describe('the packet queue', () => {
	it('hands packets over in order and drops what comes twice', () => {
		const out = all(new PacketQueue(), packet(1), packet(3), packet(2), packet(2), packet(4));
		expect(out.map(({ time }) => time)).toEqual([60, 120, 180, 240]);
		expect(out.every(({ lost }) => lost === 0)).toBe(true);
	});

	it('gives a packet up when two others have waited for it', () => {
		const out = all(new PacketQueue(), packet(1), packet(4), packet(5), packet(6));
		expect(out.map(({ time, lost }) => [time, lost])).toEqual([
			[60, 0],
			[240, 2],
			[300, 0],
			[360, 0]
		]);
	});

	it('goes on where sequence and clock begin again', () => {
		const queue = new PacketQueue();
		const out = all(
			queue,
			packet(65534, 2 ** 32 - 120),
			packet(65535, 2 ** 32 - 60),
			packet(65536, 2 ** 32)
		);
		expect(out.map(({ time }) => time - out[0].time)).toEqual([0, 60, 120]);
		expect(unwrap(65535, 0, 16)).toBe(65536);
	});

	it('begins anew with another page of the same person', () => {
		const out = all(new PacketQueue(), packet(1), packet(2), packet(30_000, 5));
		expect(out.map(({ first }) => first)).toEqual([true, false, true]);
		expect(out[2].lost).toBe(0);
	});

	it('begins anew when the clock went back though the sequence happens to be near', () => {
		const out = all(new PacketQueue(), packet(1, 90_000), packet(2, 90_060), packet(5, 40));
		expect(out.at(-1)).toMatchObject({ first: true, lost: 0 });
	});
});

describe('the voice gate', () => {
	const run = (gate: VoiceGate, level: number, ms: number) => {
		let open = false;
		for (let t = 0; t < ms; t += 20) open = gate.hear(level);
		return open;
	};

	it('opens for voice, not for a click, and stays open between words', () => {
		const gate = new VoiceGate();
		expect(run(gate, -65, 500)).toBe(false);
		expect(run(gate, -45, 20)).toBe(false);
		expect(run(gate, -65, 20)).toBe(false);
		expect(run(gate, -45, 40)).toBe(true);
		expect(run(gate, -65, 300)).toBe(true);
		expect(run(gate, -65, 200)).toBe(false);
	});

	it('opens at once for a loud beginning', () => {
		const gate = new VoiceGate();
		run(gate, -65, 500);
		expect(run(gate, -25, 20)).toBe(true);
	});

	it('learns the noise of a loud room', () => {
		const gate = new VoiceGate();
		run(gate, -35, 20_000);
		expect(run(gate, -35, 40)).toBe(false);
		expect(run(gate, -15, 60)).toBe(true);
	});

	it('does not take long speech for noise', () => {
		const gate = new VoiceGate();
		run(gate, -60, 1000);
		let open = true;
		for (let i = 0; i < 10; i++) {
			open &&= run(gate, -25, 3000);
			open &&= run(gate, -60, 200);
		}
		expect(open).toBe(true);
	});

	it('measures full scale as 0 dB and silence as -100', () => {
		expect(levelOf(new Float32Array(960).fill(1))).toBeCloseTo(0);
		expect(levelOf(new Float32Array(960))).toBe(-100);
	});

	it('says who speaks at most three times a second, and the last state always', () => {
		const throttle = new Throttle(300);
		expect(throttle.turn(true, 0)).toBe(true);
		expect(throttle.turn(false, 100)).toBeUndefined();
		expect(throttle.turn(false, 300)).toBe(false);
		expect(throttle.turn(false, 900)).toBeUndefined();
	});
});

describe('what the way up carries', () => {
	const tell = (rate: LineRate, from: number, to: number, backlog: number, trip?: number) => {
		for (let now = from; now < to; now += 500) rate.hear({ backlog, trip }, now);
	};

	it('grows on a calm line up to the best picture and voice', () => {
		const rate = new LineRate();
		tell(rate, 0, 30_000, 0, 80);
		expect(rate.picture).toBe(PICTURE_MOST);
		expect(rate.voice(30_000)).toBe(VOICE_GOOD);
	});

	it('shrinks pictures first, then stops them; voice gets thin but is never stopped', () => {
		const rate = new LineRate();
		tell(rate, 0, 1000, 0);
		expect(rate.voice(1000)).toBe(VOICE_USUAL);
		rate.hear({ backlog: 10_000 }, 1000);
		expect(rate.picture).toBeLessThan(PICTURE_MOST * 0.6);
		expect(rate.pictures(1000)).toBe(true);
		tell(rate, 1500, 4000, 10_000);
		expect(rate.pictures(4000)).toBe(false);
		expect(rate.voice(4000)).toBe(VOICE_WEAK);
	});

	it('notices a queue inside the line by round trips', () => {
		const rate = new LineRate();
		tell(rate, 0, 2000, 0, 100);
		const before = rate.picture;
		rate.hear({ backlog: 0, trip: 700 }, 2000);
		expect(rate.picture).toBeLessThan(before);
		rate.hear({ backlog: 0, trip: 2000 }, 2500);
		expect(rate.pictures(2500)).toBe(false);
	});

	it('tries again after a pause that grows', () => {
		const rate = new LineRate();
		rate.hear({ backlog: 50_000 }, 0);
		expect(rate.pictures(4_900)).toBe(false);
		expect(rate.pictures(5_000)).toBe(true);
		rate.hear({ backlog: 50_000 }, 5_000);
		expect(rate.pictures(14_900)).toBe(false);
		expect(rate.pictures(15_000)).toBe(true);
	});
});

describe('the pace of pictures', () => {
	const keys = (pacer: Pacer, from: number, to: number) => {
		const at: number[] = [];
		let taken = 0;
		for (let now = from; now < to; now += 33) {
			const one = pacer.take(now);
			if (one) taken++;
			if (one?.key) at.push(now);
		}
		return { at, taken };
	};

	it('takes as many pictures as asked for, and a whole one every four seconds', () => {
		const { at, taken } = keys(new Pacer(10), 0, 10_000);
		expect(taken).toBeGreaterThan(95);
		expect(taken).toBeLessThan(103);
		expect(at.length).toBe(3);
	});

	it('sends a whole one for newcomers, once for many', () => {
		const pacer = new Pacer(10);
		keys(pacer, 0, 500);
		for (let i = 0; i < 1000; i++) pacer.wantKey();
		expect(keys(pacer, 500, 3000).at.length).toBe(1);
	});

	it('sends a whole one at once when one was not sent', () => {
		const pacer = new Pacer(10);
		keys(pacer, 0, 500);
		pacer.broken();
		expect(keys(pacer, 500, 700).at.length).toBe(1);
	});
});

describe('what it costs', () => {
	it('is counted in KB a minute over the last 20 seconds', () => {
		const traffic = new Traffic();
		for (let s = 0; s < 60; s++) traffic.add(s < 30 ? 50_000 : 2_000, s * 1000);
		expect(traffic.perMinute(59_000)).toBe(120);
		expect(traffic.perMinute(90_000)).toBe(0);
	});
});
