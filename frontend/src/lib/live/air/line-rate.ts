/** What is known of the way up. */
export interface LineState {
	/** Bytes that wait to be sent. */
	backlog: number;
	/** Ms of the last round trip, if one was measured. */
	trip?: number;
}

export const VOICE_WEAK = 12_000;
export const VOICE_USUAL = 16_000;
export const VOICE_GOOD = 24_000;
export const PICTURE_MOST = 200_000;
export const SCREEN_MOST = 300_000;

const LEAST = 0.3;
const START = 0.6;
const FULL = 8_192;
const STUCK = 32_768;
/** Longer than the shortest round trip by so many ms means that something waits in the line itself. */
const SLOW = 400;
const STALLED = 1_500;
/** Calm for so long before voice gets more, ms. */
const GOOD_AFTER = 20_000;
const PAUSE = 5_000;
const LONGEST_PAUSE = 40_000;

/**
 * Decides how much picture the way up carries. Pictures go first: they shrink, then stop; voice only gets thinner.
 * Told of the line about twice a second.
 */
export class LineRate {
	private share = START;
	private paused = 0;
	private pause = PAUSE;
	private calmSince?: number;
	private shortest = Infinity;
	private hard = false;
	private last = -Infinity;

	hear({ backlog, trip }: LineState, now: number): void {
		if (trip !== undefined) this.shortest = Math.min(this.shortest, trip);
		const extra = trip === undefined ? 0 : trip - this.shortest;
		this.hard = backlog > FULL || extra > SLOW;
		const stuck = backlog > STUCK || extra > STALLED;
		const passed = Math.min(1000, now - this.last);
		this.last = now;
		if (stuck || (this.hard && this.share <= LEAST)) this.stop(now);
		else if (this.hard) this.share = Math.max(LEAST, this.share * 0.7);
		else this.share = Math.min(1, this.share + 0.05 * (passed / 1000));
		if (this.hard) this.calmSince = undefined;
		else this.calmSince ??= now;
		if (this.share === 1) this.pause = PAUSE;
	}

	/** Whether pictures may be sent. */
	pictures(now: number): boolean {
		return now >= this.paused;
	}

	get picture(): number {
		return Math.round(PICTURE_MOST * this.share);
	}

	get screen(): number {
		return Math.round(SCREEN_MOST * this.share);
	}

	voice(now: number): number {
		if (this.hard || !this.pictures(now)) return VOICE_WEAK;
		const calm = this.calmSince !== undefined && now - this.calmSince >= GOOD_AFTER;
		return calm ? VOICE_GOOD : VOICE_USUAL;
	}

	private stop(now: number): void {
		if (now < this.paused) return;
		this.share = LEAST;
		this.paused = now + this.pause;
		this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
	}
}

/** When the next picture is due, and whether it has to be a whole one. */
export class Pacer {
	private next = -Infinity;
	private lastKey = -Infinity;
	private wanted = true;

	constructor(
		public rate: number,
		private readonly keyEvery = 4000
	) {}

	/** Somebody needs a whole picture. Not more often than once in 1.5 s: a thousand may come at once. */
	wantKey(): void {
		this.wanted = true;
	}

	/** What was encoded was not sent: the next picture must stand alone. */
	broken(): void {
		this.wanted = true;
		this.lastKey = -Infinity;
	}

	/** Whether to take this picture; undefined = not. */
	take(now: number): { key: boolean } | undefined {
		if (now < this.next) return undefined;
		const step = 1000 / this.rate;
		this.next = now - this.next > step ? now + step * 0.9 : this.next + step;
		const since = now - this.lastKey;
		const key = since >= this.keyEvery || (this.wanted && since >= 1500);
		if (key) {
			this.lastKey = now;
			this.wanted = false;
		}
		return { key };
	}
}
