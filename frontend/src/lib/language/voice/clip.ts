import { Framer, type Frames } from './frames.ts';
import { Resampler } from './resample.ts';

/** One clip at a time: analysed while it comes in. */
export class Clip {
	private readonly framer = new Framer();
	private readonly pieces: Float32Array[] = [];
	private readonly resampler: Resampler;

	constructor(rate: number) {
		this.resampler = new Resampler(rate);
	}

	push(samples: Float32Array): void {
		this.take(this.resampler.push(samples));
	}

	end(): { frames: Frames; samples: Float32Array<ArrayBuffer> } {
		this.take(this.resampler.end());
		const frames = this.framer.end();
		const samples = new Float32Array(this.pieces.reduce((n, piece) => n + piece.length, 0));
		let at = 0;
		for (const piece of this.pieces) {
			samples.set(piece, at);
			at += piece.length;
		}
		return { frames, samples };
	}

	private take(piece: Float32Array): void {
		this.pieces.push(piece);
		this.framer.push(piece);
	}
}
