import type { Box } from './box.ts';
import type { Pen2D } from './draw.ts';

/** The part of the page that is seen: scale 1 is the whole page; x and y are its corner in units. */
export interface View {
	scale: number;
	x: number;
	y: number;
}

export const WHOLE: View = { scale: 1, x: 0, y: 0 };

/** How a canvas shows a view: pixels for a unit, and the corner. */
export interface Window {
	width: number;
	height: number;
	/** Pixels of a unit. */
	unit: number;
	x: number;
	y: number;
}

/** Lays a pen on the page: from now on it draws in units. */
export function place(pen: Pen2D, { unit, x, y }: Window): void {
	pen.setTransform(unit, 0, 0, unit, -x * unit, -y * unit);
}

/** A part of the page in whole pixels, with a pixel around it for soft edges; undefined when out of sight. */
export function pixelsOf(window: Window, box: Box) {
	const { unit, width, height } = window;
	const left = Math.max(0, Math.floor((box.x - window.x) * unit) - 2);
	const top = Math.max(0, Math.floor((box.y - window.y) * unit) - 2);
	const right = Math.min(width, Math.ceil((box.right - window.x) * unit) + 2);
	const bottom = Math.min(height, Math.ceil((box.bottom - window.y) * unit) + 2);
	if (right <= left || bottom <= top) return undefined;
	return { left, top, width: right - left, height: bottom - top };
}

/** A canvas that nobody sees. */
export class Layer {
	readonly canvas = document.createElement('canvas');
	readonly pen: Pen2D;

	constructor(window: Window) {
		this.canvas.width = window.width;
		this.canvas.height = window.height;
		this.pen = this.canvas.getContext('2d')!;
		place(this.pen, window);
	}
}

/** What is finished on a page: its paper, highlighters, and ink above them. */
export class Layers {
	readonly paper: Layer;
	readonly marks: Layer;
	readonly ink: Layer;

	constructor(readonly window: Window) {
		this.paper = new Layer(window);
		this.marks = new Layer(window);
		this.ink = new Layer(window);
	}
}
