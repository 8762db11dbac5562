/** How long voice is held back before it is played, ms. */
export const LEAST = 60;
export const MOST = 400;
const START = 120;
const MARGIN = 10;
/** Packets that are remembered: about ten seconds of speech. */
const KEPT = 160;
/** So many late ones in a row mean that the way itself has grown longer. */
const RECENT = 25;
/** Voice is not relayed when it is older than 5 s: later than this is another clock. */
const OTHER_CLOCK = 8000;
const FADE = 0.98;

/**
 * Learns from arrivals how long voice has to be held back so that nearly all of it is there when its turn comes. The
 * clocks of sender and listener are not the same: only differences count.
 */
export class Arrivals {
	private transits: number[] = [];
	private peak = 0;
	/** Smallest difference between arrival and capture, ms. */
	base = 0;
	/** How long to hold voice back, ms. */
	target = START;

	/** Notes an arrival; answers by how many ms it was later than the quickest. */
	add(time: number, now: number): number {
		const transit = now - time;
		if (this.transits.length && transit - this.base > OTHER_CLOCK) this.reset();
		this.transits.push(transit);
		if (this.transits.length > KEPT) this.transits.shift();
		const recent = this.transits.slice(-RECENT);
		if (recent.length === RECENT && Math.min(...recent) > this.base + 500) this.transits = recent;
		this.base = Math.min(...this.transits);
		const late = transit - this.base;
		// One stall is answered at once and forgotten slowly.
		this.peak = late > this.target ? late : this.peak * FADE;
		this.target = this.aim();
		return late;
	}

	reset(): void {
		this.transits = [];
		this.peak = 0;
		this.target = START;
	}

	private aim(): number {
		const sorted = [...this.transits].sort((a, b) => a - b);
		const most = sorted[Math.floor(0.95 * (sorted.length - 1))] - this.base;
		const usual = sorted.length < 10 ? Math.max(START, most) : most + MARGIN;
		return Math.min(MOST, Math.max(LEAST, usual, this.peak));
	}
}
