import { resampled, type Point } from '#lib/language/writing/geometry.ts';
import { judge, LENIENCY } from '#lib/language/writing/grade.ts';

/** A stroke of a round as it is sent: x and y in 0–1000 of the square, y going down. */
export type FlatStroke = number[];

/** Points of one stroke that are sent; strokes of one sheet that are taken. */
const POINTS = 60;
export const MOST_STROKES = 64;

const whole = (value: number) => Math.round(Math.min(1100, Math.max(-100, value)));

/** A stroke ready to be sent: few points, whole numbers. */
export function flat(line: readonly Point[]): FlatStroke {
	const points = line.length > POINTS ? resampled(line, POINTS) : line;
	return points.flatMap(([x, y]) => [whole(x), whole(y)]);
}

/** In the square of the grading: 1024 units, y going up from 900 at the top. */
export function forGrading(stroke: FlatStroke): Point[] {
	const points: Point[] = [];
	for (let i = 0; i + 1 < stroke.length; i += 2)
		points.push([stroke[i]! * 1.024, 900 - stroke[i + 1]! * 1.024]);
	return points;
}

/** And back: a stroke of the data as somebody could have drawn it. */
export const fromData = (median: readonly (readonly number[])[]): FlatStroke =>
	flat(median.map(([x, y]): Point => [x! / 1.024, (900 - y!) / 1.024]));

const CREDIT = { right: 1, backwards: 0.5, order: 0.5, place: 0.5, miss: 0 } as const;

/**
 * The mark of a character that was written freely, 0–1. Every stroke is judged as the one that stands at its place in
 * the order, and a wrong one does not hold up the next: here nobody is told while writing, unlike on a practice sheet.
 */
export function markOf(
	strokes: readonly FlatStroke[],
	medians: readonly (readonly Point[])[]
): number {
	const drawn = strokes.map(forGrading).filter((points) => points.length > 1);
	let sum = 0;
	for (const [i, points] of drawn.slice(0, medians.length).entries()) {
		const { verdict, distance } = judge(points, medians, i, LENIENCY.practice);
		sum += CREDIT[verdict] * (1 - 0.2 * Math.min(1, distance / 400));
	}
	const count = Math.max(drawn.length, medians.length, 1);
	return Math.round((100 * sum) / count) / 100;
}
