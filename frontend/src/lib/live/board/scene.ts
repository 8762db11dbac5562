import type { BoardObject, Id, Shape } from '../protocol.ts';
import { around, joined, NOTHING, Places, type Box } from './box.ts';
import { drawShape, shapeBox, type Pen2D } from './draw.ts';
import { meetsShape } from './hit.ts';
import { Ink } from './ink.ts';
import { isMarker } from './palette.ts';

/** One object as it is drawn here. */
export interface Item {
	id: Id;
	by: Id;
	/** Place in the order of drawing. */
	order: number;
	ink?: Ink;
	shape?: Shape;
	box: Box;
	removed: boolean;
	/** It is part of the layers. */
	baked: boolean;
	/** When it last grew, ms; 0 = it is whole. */
	grew: number;
}

export const markerOf = (item: Item) => isMarker(item.ink?.color ?? item.shape?.color ?? '');

/** Draws an item; `color` in place of its own, `end` only what came last. */
export function drawItem(pen: Pen2D, { ink, shape }: Item, color?: string, end = false): void {
	if (ink) ink.draw(pen, color, end);
	else if (shape) drawShape(pen, color ? { ...shape, color } : shape);
}

/** What is on one page, and where. Knows nothing of canvases. */
export class Scene {
	readonly items = new Map<Id, Item>();
	private readonly places = new Places<Item>();
	private last = 0;

	constructor(objects: readonly BoardObject[] = []) {
		for (const object of objects) this.add(object);
	}

	/** Puts an object above all others. */
	add(object: BoardObject): Item {
		const ink =
			object.kind === 'stroke' ? new Ink(object.color, object.size, object.points) : undefined;
		const shape = object.kind === 'stroke' ? undefined : object;
		const box = ink?.box ?? shapeBox(shape!);
		const { object: id, by } = object;
		const order = ++this.last;
		const item: Item = { id, by, order, ink, shape, box, removed: false, baked: false, grew: 0 };
		this.items.set(id, item);
		this.places.add(item, box);
		return item;
	}

	/** Adds points to a stroke; answers what changed. */
	extend(item: Item, points: readonly number[]): Box {
		const changed = item.ink?.extend(points) ?? NOTHING;
		item.box = joined(item.box, changed);
		this.places.add(item, changed);
		return changed;
	}

	/** Puts another shape in the place of one; answers what changed. */
	change(item: Item, shape: Shape): Box {
		const before = item.box;
		this.places.remove(item, before);
		item.shape = { ...shape, object: item.id, by: item.by };
		item.box = shapeBox(shape);
		this.places.add(item, item.box);
		return joined(before, item.box);
	}

	/** Forgets an object altogether. */
	drop(item: Item): void {
		this.items.delete(item.id);
		this.places.remove(item, item.box);
	}

	/** What may be seen in a part of the page, lowest first. */
	in(box: Box): Item[] {
		return [...this.places.near(box)]
			.filter((item) => !item.removed)
			.sort((a, b) => a.order - b.order);
	}

	/** What is met within a distance of a place, topmost first. */
	at(x: number, y: number, within: number): Item[] {
		return this.in(around(x, y, within + 40))
			.reverse()
			.filter(({ ink, shape }) =>
				ink ? ink.passes(x, y, within) : shape ? meetsShape(shape, x, y, within) : false
			);
	}

	/** What is on the page, lowest first. */
	list(): Item[] {
		return [...this.items.values()].filter((item) => !item.removed);
	}
}
