import { PAGE } from '../protocol.ts';
import { WHOLE, type View } from './layers.ts';

export const CLOSEST = 6;

const within = (value: number, least: number, most: number) =>
	Math.min(Math.max(most, least), Math.max(least, value));

/** The view kept on the page. */
export function kept({ scale, x, y }: View): View {
	const s = within(scale, 1, CLOSEST);
	return {
		scale: s,
		x: within(x, 0, PAGE.width * (1 - 1 / s)),
		y: within(y, 0, PAGE.height * (1 - 1 / s))
	};
}

/** Comes nearer by a factor; the place at (x, y) stays where it is seen. */
export function zoomed(view: View, factor: number, x: number, y: number): View {
	const scale = within(view.scale * factor, 1, CLOSEST);
	const part = view.scale / scale;
	return kept({ scale, x: x - (x - view.x) * part, y: y - (y - view.y) * part });
}

/** Moves by a share of what is seen. */
export const panned = (view: View, right: number, down: number): View =>
	kept({
		scale: view.scale,
		x: view.x + (right * PAGE.width) / view.scale,
		y: view.y + (down * PAGE.height) / view.scale
	});

/** The middle of what is seen, in units. */
export const middleOf = (view: View) => ({
	x: view.x + PAGE.width / view.scale / 2,
	y: view.y + PAGE.height / view.scale / 2
});

export { WHOLE };
