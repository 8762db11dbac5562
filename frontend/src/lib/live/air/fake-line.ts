import type { JitterBuffer } from './jitter.ts';
import { RATE } from './stretch.ts';

/** A packet of a test: when it was said, when it comes, what went missing before it. */
export interface Sent {
	time: number;
	arrives: number;
	lost?: number;
}

const PACKET = 60;

/** A voice of 120 Hz with an overtone, as long as a packet, in phase with its time. */
export function voiceAt(time: number, rate = RATE): Float32Array {
	const out = new Float32Array((PACKET * RATE) / 1000);
	for (let i = 0; i < out.length; i++) {
		const t = time / 1000 + i / rate;
		out[i] = 0.2 * Math.sin(2 * Math.PI * 120 * t) + 0.1 * Math.sin(2 * Math.PI * 240 * t);
	}
	return out;
}

/** `count` packets in a row; `late` says by how much each is later than the line's 50 ms. */
export function packets(count: number, late: (i: number) => number = () => 0, from = 0): Sent[] {
	let before = 0;
	return Array.from({ length: count }, (_, i) => {
		const time = from + i * PACKET;
		// Nothing overtakes on a socket.
		before = Math.max(before, time + PACKET + 50 + late(i));
		return { time, arrives: before };
	});
}

/**
 * Plays packets through a buffer by a loudspeaker whose clock runs `drift` times as fast; answers the samples, and
 * the ms of the longest silence after the first sound.
 */
export function play(buffer: JitterBuffer, sent: Sent[], until: number, drift = 1) {
	const out = new Float32Array(128);
	const all = new Float32Array(Math.ceil((until / drift) * (RATE / 1000)) + 256);
	let filled = 0;
	let next = 0;
	let silent = 0;
	let longest = 0;
	let heard = false;
	for (let now = 0; now < until; now += (128 / RATE) * 1000 * drift) {
		for (; next < sent.length && sent[next].arrives <= now; next++) {
			const { time, lost = 0 } = sent[next];
			buffer.push({ time, samples: voiceAt(time), lost }, now);
		}
		buffer.pull(out, now);
		all.set(out, filled);
		filled += out.length;
		const loud = out.some((sample) => Math.abs(sample) > 0.01);
		if (loud) {
			if (heard) longest = Math.max(longest, silent);
			heard = true;
			silent = 0;
		} else silent += (128 / RATE) * 1000;
	}
	return { samples: all.subarray(0, filled), longest };
}
