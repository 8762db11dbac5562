/** A rectangle in units of the page. */
export interface Box {
	x: number;
	y: number;
	right: number;
	bottom: number;
}

export const NOTHING: Box = { x: Infinity, y: Infinity, right: -Infinity, bottom: -Infinity };

export const isEmpty = (box: Box) => box.right < box.x || box.bottom < box.y;

export const joined = (a: Box, b: Box): Box => ({
	x: Math.min(a.x, b.x),
	y: Math.min(a.y, b.y),
	right: Math.max(a.right, b.right),
	bottom: Math.max(a.bottom, b.bottom)
});

export const grown = (box: Box, by: number): Box => ({
	x: box.x - by,
	y: box.y - by,
	right: box.right + by,
	bottom: box.bottom + by
});

export const meets = (a: Box, b: Box) =>
	a.x <= b.right && b.x <= a.right && a.y <= b.bottom && b.y <= a.bottom;

export const around = (x: number, y: number, by: number): Box =>
	grown({ x, y, right: x, bottom: y }, by);

/** The rectangle between two corners, whichever they are. */
export const between = (x: number, y: number, w: number, h: number): Box => ({
	x: Math.min(x, x + w),
	y: Math.min(y, y + h),
	right: Math.max(x, x + w),
	bottom: Math.max(y, y + h)
});

/** Which things lie where: found by their place, so that a look at one corner costs nothing of the rest. */
export class Places<T> {
	private readonly cells = new Map<number, Set<T>>();

	constructor(private readonly side = 100) {}

	add(thing: T, box: Box): void {
		for (const key of this.keys(box)) {
			const cell = this.cells.get(key);
			if (cell) cell.add(thing);
			else this.cells.set(key, new Set([thing]));
		}
	}

	remove(thing: T, box: Box): void {
		for (const key of this.keys(box)) this.cells.get(key)?.delete(thing);
	}

	/** What may lie there. */
	near(box: Box): Set<T> {
		const found = new Set<T>();
		for (const key of this.keys(box)) for (const one of this.cells.get(key) ?? []) found.add(one);
		return found;
	}

	private *keys(box: Box): Generator<number> {
		if (isEmpty(box)) return;
		// What lies off the page is kept at its edge: the page is what is looked at.
		const at = (value: number) => Math.min(63, Math.max(0, Math.floor(value / this.side)));
		for (let row = at(box.y); row <= at(box.bottom); row++)
			for (let column = at(box.x); column <= at(box.right); column++) yield row * 64 + column;
	}
}
