/** A place in the square of 1024 units in which characters are drawn; y goes up, 900 is the top. */
export type Point = readonly [x: number, y: number];

export const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);

export const lengthOf = (line: readonly Point[]) =>
	line.slice(1).reduce((sum, point, i) => sum + distance(line[i]!, point), 0);

/** The line as `count` points at equal distances. */
export function resampled(line: readonly Point[], count: number): Point[] {
	const step = lengthOf(line) / (count - 1);
	const out: Point[] = [line[0]!];
	let left = step;
	for (let i = 1; i < line.length && step > 0; i++) {
		let from = line[i - 1]!;
		let span = distance(from, line[i]!);
		while (span >= left && out.length < count) {
			const f = left / span;
			from = [from[0] + f * (line[i]![0] - from[0]), from[1] + f * (line[i]![1] - from[1])];
			out.push(from);
			span -= left;
			left = step;
		}
		left -= span;
	}
	while (out.length < count) out.push(line.at(-1)!);
	return out;
}

/** Mean distance of two lines of equally many points. */
export const apart = (a: readonly Point[], b: readonly Point[]) =>
	a.reduce((sum, point, i) => sum + distance(point, b[i]!), 0) / a.length;

export function centreOf(line: readonly Point[]): Point {
	const sum = line.reduce<[number, number]>(([x, y], [a, b]) => [x + a, y + b], [0, 0]);
	return [sum[0] / line.length, sum[1] / line.length];
}

export const moved = (line: readonly Point[], dx: number, dy: number): Point[] =>
	line.map(([x, y]) => [x + dx, y + dy]);
