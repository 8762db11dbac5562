/** One running download as the meter sees it. */
export interface Flow {
	start: number;
	first: number;
	bytes: number;
}

class Mean {
	private value = 0;
	private weight = 0;
	constructor(private readonly halfLifeMs: number) {}
	add(sample: number, ms: number) {
		const keep = Math.pow(0.5, ms / this.halfLifeMs);
		this.value = this.value * keep + sample * (1 - keep);
		this.weight = this.weight * keep + (1 - keep);
	}
	get(): number | null {
		return this.weight > 0 ? this.value / this.weight : null;
	}
}

/**
 * Measures the line: bytes of all downloads together over the time in which any of them receives.
 * Sound and picture share the line, so each alone would look half as fast as it is. Waiting for the
 * first byte is delay, not rate, and is kept apart.
 */
export class Meter {
	/** Bytes received since the start. */
	total = 0;
	/** Shortest wait for a first byte in ms, null before the first. */
	delay: number | null = null;
	private readonly fast = new Mean(2500);
	private readonly slow = new Mean(9000);
	private receiving = 0;
	private mark = 0;
	private window = 0;

	/** prior: bit/s remembered or reported by the browser; soon outweighed by what is measured. */
	constructor(prior: number | null = null) {
		if (prior) {
			this.fast.add(prior, 400);
			this.slow.add(prior, 1500);
		}
	}

	begin(now: number): Flow {
		return { start: now, first: 0, bytes: 0 };
	}

	received(flow: Flow, bytes: number, now: number) {
		this.total += bytes;
		flow.bytes += bytes;
		if (!flow.first) {
			flow.first = now;
			const wait = now - flow.start;
			this.delay = this.delay === null ? wait : Math.min(this.delay, wait);
			// The first chunk of a lone download came in no known time.
			if (this.receiving++ === 0) {
				this.mark = now;
				this.window = 0;
				return;
			}
		}
		this.window += bytes;
		if (now - this.mark >= 250) this.close(now);
	}

	end(flow: Flow, now: number) {
		if (!flow.first) return;
		this.receiving--;
		if (this.receiving === 0 && now - this.mark >= 40 && this.window > 0) this.close(now);
		// So short that it came as one burst: its whole time bounds the rate from below.
		if (now - flow.first < 40 && flow.bytes > 2000) {
			const floor = (flow.bytes * 8000) / Math.max(1, now - flow.start);
			const known = this.estimate(now);
			if (known === null || floor > known) this.sample(floor, 400);
		}
	}

	/** Present bit/s, careful: the lower of a quick and a slow mean, and of a stall that lasts. */
	estimate(now: number): number | null {
		const fast = this.fast.get();
		const slow = this.slow.get();
		if (fast === null || slow === null) return null;
		const silent = now - this.mark;
		const stalled =
			this.receiving > 0 && silent > 1500
				? (this.window * 8000) / silent
				: Number.POSITIVE_INFINITY;
		return Math.max(1000, Math.min(fast, slow, stalled));
	}

	private close(now: number) {
		const ms = now - this.mark;
		if (ms > 0) this.sample((this.window * 8000) / ms, ms);
		this.mark = now;
		this.window = 0;
	}

	private sample(bps: number, ms: number) {
		this.fast.add(bps, ms);
		this.slow.add(bps, ms);
	}
}
