/** Level of a frame of 20 ms in dB below full scale. */
export function levelOf(samples: Float32Array): number {
	let energy = 0;
	for (const one of samples) energy += one * one;
	return Math.max(-100, 10 * Math.log10(energy / Math.max(1, samples.length) + 1e-10));
}

/** Voice is so much louder than the room, dB. */
const ABOVE = 10;
/** Quieter than this is nothing, however quiet the room. */
const FAINTEST = -52;
/** A click is shorter, unless it is far louder than the room: then it is the beginning of a word. */
const ATTACK = 2;
const FAR_ABOVE = 25;
const RISE = 0.05;
/** Long speech must not be taken for the noise of the room. */
const RISE_OPEN = 0.03;

/**
 * Tells voice from the noise of a room: opens after 20 to 40 ms of voice, stays open over the pauses between words. Fed with
 * the level of every 20 ms.
 */
export class VoiceGate {
	private floor = -60;
	private loud = 0;
	private left = 0;

	/** `hangover`: ms that it stays open after the last voice. */
	constructor(private readonly hangover = 400) {}

	get open(): boolean {
		return this.left > 0;
	}

	hear(level: number): boolean {
		const rise = this.open ? RISE_OPEN : RISE;
		this.floor = level < this.floor ? level : Math.min(level, this.floor + rise);
		const voice = level > Math.max(FAINTEST, this.floor + ABOVE);
		const steps = level > this.floor + FAR_ABOVE ? ATTACK : 1;
		this.loud = voice ? this.loud + steps : 0;
		if (this.loud >= ATTACK || (voice && this.open)) this.left = this.hangover;
		else this.left = Math.max(0, this.left - 20);
		return this.open;
	}
}

/** Says `speaking` not more often than people can see: the last state always gets said. */
export class Throttle {
	private said = false;
	private at = -Infinity;

	constructor(private readonly pause = 300) {}

	/** The state to be said now; undefined = nothing. Ask again later. */
	turn(on: boolean, now: number): boolean | undefined {
		if (on === this.said || now - this.at < this.pause) return undefined;
		this.said = on;
		this.at = now;
		return on;
	}
}
