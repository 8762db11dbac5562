/** Samples a second of everything that is analysed. */
export const RATE = 16_000;

/** Zero crossings of the filter on each side, at the lower of both rates. */
const LOBES = 8;

/**
 * Brings sound of a microphone or a file to 16 kHz, piece by piece: a windowed sinc at each new sample, so that nothing
 * above 8 kHz folds back into the voice.
 */
export class Resampler {
	private rest = new Float32Array(0);
	/** Place of the next new sample, in old samples from the beginning of `rest`. */
	private at: number;
	private readonly reach: number;
	private readonly step: number;
	private readonly cut: number;

	/** `from` is the rate of what comes, in samples a second. */
	constructor(from: number) {
		this.step = from / RATE;
		this.cut = Math.min(1, 1 / this.step);
		this.reach = Math.ceil(LOBES / this.cut);
		this.rest = new Float32Array(this.reach);
		this.at = this.reach;
	}

	/** The next piece at 16 kHz; what needs later samples waits for them. */
	push(samples: Float32Array): Float32Array {
		if (this.step === 1) return samples.slice();
		const all = new Float32Array(this.rest.length + samples.length);
		all.set(this.rest);
		all.set(samples, this.rest.length);
		const count = Math.max(0, Math.ceil((all.length - this.reach - this.at) / this.step));
		const out = new Float32Array(count);
		for (let i = 0; i < count; i++) out[i] = this.sample(all, this.at + i * this.step);
		const next = this.at + count * this.step;
		const keep = Math.max(0, Math.floor(next) - this.reach);
		this.rest = all.slice(keep);
		this.at = next - keep;
		return out;
	}

	/** What is still inside, with silence after it. */
	end(): Float32Array {
		return this.step === 1 ? new Float32Array(0) : this.push(new Float32Array(this.reach));
	}

	private sample(all: Float32Array, at: number): number {
		const first = Math.max(0, Math.ceil(at - this.reach));
		const last = Math.min(all.length - 1, Math.floor(at + this.reach));
		let sum = 0;
		for (let i = first; i <= last; i++) {
			const x = (i - at) * this.cut;
			const window = 0.5 + 0.5 * Math.cos((Math.PI * (i - at)) / this.reach);
			sum += all[i] * window * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
		}
		return sum * this.cut;
	}
}

/** A whole sound at 16 kHz. */
export function resample(samples: Float32Array, from: number): Float32Array {
	const one = new Resampler(from);
	const parts = [one.push(samples), one.end()];
	const out = new Float32Array(parts[0].length + parts[1].length);
	out.set(parts[0]);
	out.set(parts[1], parts[0].length);
	return out;
}
