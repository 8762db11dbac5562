import { PAGE, type Id, type Shape } from '../protocol.ts';
import { COLORS, LETTERS, type ColorName, type SizeName } from './palette.ts';

/** A text that is being written. */
export interface Draft {
	object?: Id;
	x: number;
	y: number;
	w: number;
	size: number;
	color: string;
	text: string;
}

/** Begins a text where somebody pressed, so that it fits on the page. */
export function newDraft(x: number, y: number, color: ColorName, size: SizeName): Draft {
	const left = Math.max(0, Math.min(x, PAGE.width - 220));
	return {
		x: left,
		y: Math.max(0, Math.min(y, PAGE.height - 100)),
		w: Math.min(640, PAGE.width - left - 20),
		size: LETTERS[size],
		// A text that one sees through is hard to read.
		color: COLORS[color === 'marker' ? 'ink' : color],
		text: ''
	};
}

export const draftOf = ({ object, x, y, w, size, color, text = '' }: Shape): Draft => ({
	object,
	x,
	y,
	w,
	size,
	color,
	text
});
