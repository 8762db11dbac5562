import type { Voice } from './range.ts';
import type { Syllable } from './syllables.ts';
import type { Answer, Ask } from './worker.ts';

/** Analyses clips beside the page, so that the page stays smooth. One clip at a time. */
export class Analyst {
	private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
	private readonly waiting = new Map<number, (answer: Answer) => void>();
	private next = 0;

	constructor() {
		this.worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
			this.waiting.get(data.id)?.(data);
			this.waiting.delete(data.id);
		});
	}

	/** A new clip, in samples a second. */
	begin(rate: number): void {
		this.tell({ do: 'begin', rate });
	}

	push(samples: Float32Array): void {
		this.tell({ do: 'sound', samples });
	}

	/** The clip has ended: what was said in it. */
	end(syllables: readonly Syllable[], voice?: Voice): Promise<Answer> {
		const id = this.next++;
		return new Promise((resolve) => {
			this.waiting.set(id, resolve);
			this.tell({ do: 'end', id, syllables: [...syllables], voice });
		});
	}

	/** A whole sound at once. */
	judge(samples: Float32Array, rate: number, syllables: readonly Syllable[], voice?: Voice) {
		this.begin(rate);
		this.push(samples);
		return this.end(syllables, voice);
	}

	close(): void {
		this.worker.terminate();
	}

	private tell(ask: Ask): void {
		// Copied to the worker: the page may still draw its own.
		this.worker.postMessage(ask);
	}
}
