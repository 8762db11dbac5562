import { JitterBuffer, type Piece } from './jitter.ts';
import { RATE } from './stretch.ts';

/** What the page tells the player: a piece of somebody's voice, or that somebody else has the slot now. */
export type ToPlayer = { slot: number; piece?: Piece };
/** What the player tells ten times a second of each slot. */
export interface PlayerReport {
	slot: number;
	/** Of what was played since the last report, 0–1. */
	level: number;
	delay: number;
	heard: number;
	late: number;
	lost: number;
	dropped: number;
}

const EVERY = RATE / 10;

/** Mixes the voices that are on air. It runs beside the page, so a page that is busy does not break voices up. */
class Player extends AudioWorkletProcessor {
	private readonly slots = new Map<number, { buffer: JitterBuffer; energy: number }>();
	private readonly voice = new Float32Array(128);
	private since = 0;

	constructor() {
		super();
		this.port.onmessage = ({ data }: MessageEvent<ToPlayer>) => this.told(data);
	}

	process(_: Float32Array[][], [output]: Float32Array[][]): boolean {
		const [mix] = output;
		const now = (currentFrame / RATE) * 1000;
		for (const slot of this.slots.values()) {
			const voice = this.voice.subarray(0, mix.length);
			slot.buffer.pull(voice, now);
			for (let i = 0; i < mix.length; i++) {
				mix[i] += voice[i];
				slot.energy += voice[i] * voice[i];
			}
		}
		// Two who speak at once may be louder than full scale.
		for (let i = 0; i < mix.length; i++) mix[i] = Math.max(-1, Math.min(1, mix[i]));
		for (let i = 1; i < output.length; i++) output[i].set(mix);
		this.since += mix.length;
		if (this.since >= EVERY) this.report();
		return true;
	}

	private told({ slot, piece }: ToPlayer): void {
		const known = this.slots.get(slot) ?? { buffer: new JitterBuffer(), energy: 0 };
		this.slots.set(slot, known);
		if (piece) known.buffer.push(piece, (currentFrame / RATE) * 1000);
		else known.buffer.reset();
	}

	private report(): void {
		const reports: PlayerReport[] = [];
		for (const [slot, { buffer, energy }] of this.slots) {
			const level = Math.sqrt(energy / this.since);
			reports.push({ slot, level, delay: Math.round(buffer.delay), ...buffer.counts });
		}
		for (const slot of this.slots.values()) slot.energy = 0;
		this.since = 0;
		this.port.postMessage(reports);
	}
}

registerProcessor('player', Player);
