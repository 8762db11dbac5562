import { apart, centreOf, lengthOf, moved, resampled, type Point } from './geometry.ts';

/**
 * What a stroke was: `right`; `backwards`, drawn from its end; `order`, a stroke that belongs later; `place`, the right
 * shape too far away; `miss`, nothing of the character.
 */
export type Verdict = 'right' | 'backwards' | 'order' | 'place' | 'miss';

/** How much is forgiven: more while one practises than in a test. */
export const LENIENCY = { practice: 1.5, test: 1 } as const;

const SAMPLES = 14;
/** How far a stroke may lie from its place on average. */
const PLACE = 120;
/** How far its points may lie from the right shape, as a share of its length. */
const SHAPE = 0.2;
/** Dots are short: what is no shape any more at this length is one at theirs. */
const SHORTEST = 220;
/** Another stroke was meant when it lies nearer than this share of the way to the one asked for. */
const NEARER = 0.93;

interface Fit {
	/** Mean distance in units. */
	off: number;
	shape: boolean;
}

function fit(drawn: Point[], drawnLength: number, median: readonly Point[], leniency: number): Fit {
	const line = resampled(median, SAMPLES);
	const length = lengthOf(median);
	const [a, b] = [centreOf(drawn), centreOf(line)];
	const bent = apart(moved(drawn, b[0] - a[0], b[1] - a[1]), line);
	const ratio = (drawnLength + 40) / (length + 40);
	return {
		off: apart(drawn, line),
		shape:
			bent <= SHAPE * leniency * Math.max(length, SHORTEST) &&
			ratio > 0.5 / leniency &&
			ratio < 1.9 * leniency
	};
}

/**
 * Judges a stroke that was drawn as the stroke `at` of a character, given by the lines of its strokes. hanzi-writer's
 * own judgement takes strokes that lie far from their place (its issue 34) and takes one of a hundred strokes for the
 * one before it; here a stroke has to lie nearer to its own place than to that of any stroke still to come.
 */
export function judge(
	points: readonly Point[],
	medians: readonly (readonly Point[])[],
	at: number,
	leniency: number
): { verdict: Verdict; distance: number } {
	const drawn = resampled(points, SAMPLES);
	const length = lengthOf(drawn);
	const of = (line: readonly Point[], median: readonly Point[]) =>
		fit([...line], length, median, leniency);
	const own = of(drawn, medians[at]!);
	const back = of([...drawn].reverse(), medians[at]!);
	const near = PLACE * leniency;
	const later = medians.slice(at + 1).some((median) => {
		const other = of(drawn, median);
		return other.shape && other.off < near && other.off < NEARER * own.off;
	});
	const answer = (verdict: Verdict) => ({ verdict, distance: own.off });
	if (later) return answer('order');
	if (back.off < 1.1 * own.off) return answer(back.shape && back.off < near ? 'backwards' : 'miss');
	if (!own.shape) return answer('miss');
	return answer(own.off <= near ? 'right' : 'place');
}
