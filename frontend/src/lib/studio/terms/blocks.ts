/**
 * Where the pages of a long table lie, in pixels from its top: measured ones as they are, others as high as those that
 * were measured are on average.
 */
export class Blocks {
	#heights: Float64Array;
	#measured = 0;
	#sum = 0;
	#starts: Float64Array | undefined;

	/** `guess` is how high a page is before any was measured. */
	constructor(
		readonly count: number,
		private readonly guess: number
	) {
		this.#heights = new Float64Array(count);
	}

	/** Height of the whole table. */
	get size(): number {
		return this.top(this.count);
	}

	/** Where a page begins. */
	top(n: number): number {
		this.#starts ??= this.#layOut();
		return this.#starts[Math.min(Math.max(n, 0), this.count)] ?? 0;
	}

	/** The page at a height; the first or the last one outside of the table. */
	at(y: number): number {
		let low = 0;
		let high = Math.max(0, this.count - 1);
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.top(middle) <= y) low = middle;
			else high = middle - 1;
		}
		return low;
	}

	/** Notes how high a page is; true when that moves others. The last page is shorter and says nothing of the rest. */
	measure(n: number, height: number): boolean {
		const known = this.#heights[n] ?? 0;
		if (n < 0 || n >= this.count || height <= 0 || Math.abs(known - height) < 0.5) return false;
		if (n < this.count - 1) {
			if (known === 0) this.#measured++;
			this.#sum += height - known;
		}
		this.#heights[n] = height;
		this.#starts = undefined;
		return true;
	}

	#layOut(): Float64Array {
		const usual = this.#measured ? this.#sum / this.#measured : this.guess;
		const starts = new Float64Array(this.count + 1);
		for (let n = 0; n < this.count; n++)
			starts[n + 1] = (starts[n] ?? 0) + (this.#heights[n] || usual);
		return starts;
	}
}
