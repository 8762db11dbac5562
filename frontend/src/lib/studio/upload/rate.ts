const WINDOW_MS = 15_000;

/** How fast bytes leave, over the last fifteen seconds: steady enough to tell the time left. */
export class Rate {
	#samples: { at: number; bytes: number }[] = [];

	/** Notes how many bytes have left in all. */
	add(bytes: number, at = performance.now()): void {
		const last = this.#samples.at(-1);
		if (last && (bytes < last.bytes || at < last.at)) this.#samples = [];
		this.#samples.push({ at, bytes });
		while (this.#samples.length > 2 && (this.#samples[0]?.at ?? at) < at - WINDOW_MS)
			this.#samples.shift();
	}

	/** Bytes per second, or 0 when too little is known. */
	get bytesPerSecond(): number {
		const first = this.#samples[0];
		const last = this.#samples.at(-1);
		if (!first || !last || last.at - first.at < 500) return 0;
		return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
	}

	/** Forgets everything: the line was away in between. */
	reset(): void {
		this.#samples = [];
	}
}

const SMALLEST = 512 * 1024;
const LARGEST = 16 * 1024 * 1024;

/**
 * How much one request carries: about eight seconds of the line. Between us and the server may
 * stand a proxy that passes a request on only when it is whole; what it holds at a cut is lost.
 */
export function chunkSize(bytesPerSecond: number): number {
	const wanted = bytesPerSecond * 8 || 2 * SMALLEST;
	return Math.min(LARGEST, Math.max(SMALLEST, Math.round(wanted / SMALLEST) * SMALLEST));
}
