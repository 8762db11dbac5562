import { add, type Range } from './ranges.ts';

/** Breaks of the clock shorter than this are one stretch: timeupdate comes four times a second. */
const JOIN_SECONDS = 0.3;
/** Slack between the media's clock and ours, in seconds. */
const SLACK = 0.6;

interface Moment {
	position: number;
	at: number;
}

/**
 * Collects the seconds that were really played from a media element's position: what a seek jumps over
 * does not count, and neither does time that passed faster than the playback rate allows.
 */
export class Collector {
	private ranges: Range[] = [];
	private last: Moment | null = null;
	/** Where the present stretch began: events may come late and in clumps, so the whole is judged. */
	private anchor: Moment | null = null;
	private rate = 1;

	/** The position while playing. at: a monotonic clock in ms. */
	tick(position: number, playbackRate: number, at: number): void {
		const now = { position, at };
		const { last } = this;
		if (this.rate !== playbackRate) this.anchor = last;
		this.rate = playbackRate;
		const anchor = this.anchor ?? last;
		this.last = now;
		if (!last || !anchor) return;
		const possible = ((at - anchor.at) / 1000) * Math.max(playbackRate, 0.1) + SLACK;
		if (position > last.position && position - anchor.position <= possible) {
			this.anchor = anchor;
			this.ranges = add(this.ranges, [last.position, position], JOIN_SECONDS);
		} else if (position !== last.position) this.anchor = now;
	}

	/** Playing stopped, or the position is about to jump. */
	stop(): void {
		this.last = this.anchor = null;
	}

	/** Hands over what was collected and begins anew. */
	take(): Range[] {
		const taken = this.ranges;
		this.ranges = [];
		return taken;
	}
}
