import { resampled, type Point } from './geometry.ts';

/** What went wrong in a character. */
export interface Tally {
	/** Strokes that fitted nothing, or lay too far from their place. */
	misses: number;
	/** Strokes that belong later. */
	disorders: number;
	/** Strokes that ran the wrong way. */
	backwards: number;
	/** Strokes that were shown. */
	helped: number;
	/** Mean distance from the right line, in units of which the square has 1024. */
	distance: number;
}

/** What a writing of a character of `strokes` strokes is worth, 0 to 100; the server counts the same. */
export function scoreOf(strokes: number, tally: Tally): number {
	const { misses, disorders, backwards, helped, distance } = tally;
	const lost = (0.5 * (helped + disorders + backwards) + misses / 3) / Math.max(strokes, 1);
	return Math.round(100 * Math.max(0, 1 - lost - 0.2 * Math.min(1, distance / 200)));
}

const INK_POINTS = 24;
const byte = (value: number) => Math.min(255, Math.max(0, Math.round(value / 4)));

/** Strokes as the server keeps them: of each the number of points, then x and y of each, in 256ths, y going down. */
export function inkOf(lines: readonly (readonly Point[])[]): string {
	const bytes = lines.flatMap((line) => {
		const points = line.length > INK_POINTS ? resampled(line, INK_POINTS) : line;
		return [points.length, ...points.flatMap(([x, y]) => [byte(x), byte(900 - y)])];
	});
	return btoa(String.fromCharCode(...bytes.slice(0, 4000))).replace(/=+$/, '');
}

/** The strokes of an ink as paths in a square of 256. */
export function pathsOf(ink: string): string[] {
	const bytes = [...atob(ink)].map((letter) => letter.charCodeAt(0));
	const paths: string[] = [];
	for (let at = 0; at < bytes.length; at += 1 + 2 * bytes[at]!) {
		const points = bytes.slice(at + 1, at + 1 + 2 * bytes[at]!);
		paths.push(`M${points.join(' ')}`);
	}
	return paths;
}
