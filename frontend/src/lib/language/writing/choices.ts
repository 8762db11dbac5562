import type { Chance } from '#lib/language/practice/chance.ts';
import { shuffled } from '#lib/language/practice/chance.ts';
import { distance, lengthOf, type Point } from './geometry.ts';
import type { Sheet } from './sheet.svelte.ts';

/** The next stroke among others still to come, for who chooses instead of drawing. */
export function choicesOf(sheet: Sheet, chance: Chance): number[] {
	const left = Array.from({ length: sheet.count - sheet.done }, (_, i) => sheet.done + i);
	const others = shuffled(left.slice(1), chance).slice(0, 3);
	return shuffled([sheet.done, ...others], chance);
}

export type Shape = 'dot' | 'across' | 'down' | 'left' | 'right' | 'up' | 'bend';
export type Height = 'top' | 'middle' | 'bottom';

/** What a stroke looks like, for who cannot see it. */
export function shapeOf(median: readonly Point[]): Shape {
	const [from, to] = [median[0]!, median.at(-1)!];
	const length = lengthOf(median);
	if (length < 160) return 'dot';
	if (distance(from, to) < 0.8 * length) return 'bend';
	const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
	if (Math.abs(dx) > 2 * Math.abs(dy)) return 'across';
	if (Math.abs(dy) > 2.5 * Math.abs(dx)) return 'down';
	if (dy > 0) return 'up';
	return dx < 0 ? 'left' : 'right';
}

/** In which third of the square a stroke begins. */
export function heightOf(median: readonly Point[]): Height {
	const y = median[0]![1];
	return y > 560 ? 'top' : y > 220 ? 'middle' : 'bottom';
}
