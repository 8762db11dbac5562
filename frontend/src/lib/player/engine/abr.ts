import { pictureBps, type VideoRung } from './playlist.ts';

/** Below this rung size a picture at two frames a second is easier to read than a moving one. */
const READABLE_HEIGHT = 300;

/** What a decision is made from. */
export interface Situation {
	/** Measured or remembered bit/s; null when nothing is known. */
	bps: number | null;
	/** Seconds of picture buffered ahead of the playhead. */
	ahead: number;
	/** Seconds of sound buffered ahead. */
	voiceAhead: number;
	playbackRate: number;
	current: string | null;
	/** Picture height that the place on screen can show, in device pixels. */
	screenHeight: number;
	saveData: boolean;
	/** First segment after a start or a seek: it must come soon. */
	starting: boolean;
}

/**
 * The rungs that automatic choice walks, ascending. A lecture whose moving 240p costs hardly more than
 * two still frames a second does not move: there a sharp slide beats a small moving picture, so small
 * rungs are left out. Where things do move, 144p gives way to slides, as text on it is unreadable.
 */
export function autoLadder(rungs: VideoRung[]): VideoRung[] {
	const slides = rungs.find((r) => r.fps <= 5);
	if (!slides) return rungs;
	const small = rungs.filter((r) => r !== slides && r.height < READABLE_HEIGHT);
	const largest = small[small.length - 1];
	const still = largest !== undefined && pictureBps(largest) < 1.9 * pictureBps(slides);
	return rungs.filter(
		(r) =>
			r === slides ||
			(r.height >= READABLE_HEIGHT ? true : !still && r.bandwidth > slides.bandwidth)
	);
}

/** Share of the measured line that may be planned with: little while the buffer is thin. */
function share(s: Situation): number {
	if (s.starting) return 0.35;
	if (s.ahead < 6) return 0.65;
	return s.ahead < 18 ? 0.8 : 0.9;
}

/**
 * The rung for the next segment, or null for "no picture now, the line carries the sound only".
 * An unknown line gets the lowest rung.
 */
export function chooseRung(ladder: VideoRung[], s: Situation): VideoRung | null {
	if (ladder.length === 0) return null;
	const lowest = ladder[0];
	if (s.bps === null) return lowest;
	const budget = (s.bps * share(s)) / s.playbackRate;
	let best: VideoRung | null = null;
	for (const rung of ladder) {
		const need = s.ahead > 12 ? rung.average : rung.bandwidth;
		const up = s.current !== null && rung.bandwidth > currentBandwidth(ladder, s.current);
		if (need * (up ? 1.15 : 1) > budget) continue;
		if (rung !== lowest && !fits(rung, best, s)) continue;
		best = rung;
	}
	if (best) return best;
	// Not even the lowest fits the plan. The sound is worth more than the picture.
	const carries = (s.bps * 0.95) / s.playbackRate >= lowest.average;
	return carries || s.voiceAhead > 14 ? lowest : null;
}

function currentBandwidth(ladder: VideoRung[], name: string): number {
	return ladder.find((r) => r.name === name)?.bandwidth ?? 0;
}

function fits(rung: VideoRung, below: VideoRung | null, s: Situation): boolean {
	if (s.saveData && rung.average > 110_000) return false;
	// A rung above the screen's height is allowed when the one below is far too small for it.
	return (
		rung.height <= s.screenHeight * 1.2 || (below !== null && below.height < s.screenHeight * 0.8)
	);
}

/** A running download, as far as the decision to give it up needs it. */
export interface Running {
	received: number;
	/** Bytes of the whole segment, measured or estimated. */
	size: number;
	elapsedMs: number;
	/** Bit/s. */
	bps: number;
	/** Seconds until its first frame is needed. */
	deadline: number;
	/** Estimated bytes of the same segment one or more rungs lower. */
	lowerSize: number;
	/** Seconds from request to first byte. */
	delay: number;
}

/**
 * Whether to drop a download for a lower rung: it will be late, and the lower one, begun now, would be
 * there clearly sooner.
 */
export function shouldAbort(r: Running): boolean {
	if (r.elapsedMs < 600 || r.bps <= 0) return false;
	const left = (Math.max(0, r.size - r.received) * 8) / r.bps;
	if (left <= Math.max(0.3, r.deadline - 0.3)) return false;
	return r.delay + (r.lowerSize * 8) / r.bps < left * 0.75;
}

/** Line reported by the browser (Network Information API), where there is one. */
export interface ConnectionHint {
	effectiveType?: string;
	downlink?: number;
	saveData?: boolean;
}

const OLDEST_MEMORY_MS = 24 * 3600_000;

/**
 * First guess in bit/s: what the same device measured within a day, held below what the browser says
 * now. Null when nothing is known, so that playing begins at the lowest rung.
 */
export function priorBps(
	hint: ConnectionHint | undefined,
	memory: { bps: number; at: number } | null,
	now: number
): number | null {
	const recent = memory && now - memory.at < OLDEST_MEMORY_MS ? memory.bps * 0.7 : null;
	const type = hint?.effectiveType;
	const ceiling =
		type === 'slow-2g' ? 35_000 : type === '2g' ? 60_000 : type === '3g' ? 350_000 : Infinity;
	if (recent !== null) return Math.min(recent, ceiling);
	return ceiling === Infinity ? null : ceiling * 0.7;
}
