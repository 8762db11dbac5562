import { joined, NOTHING, type Box } from './box.ts';
import { boxOf, effort, outlineOf, type Pen2D } from './draw.ts';
import { safeColor } from './palette.ts';
import { Decoder, type InkPoint } from './points.ts';

/** A line is outlined in parts of so many points: a longer one does not cost more with every point that is added. */
export const PART = 240;
/** Points that a part shares with the one before it, so that no seam is seen. */
const SHARED = 6;

interface Part {
	points: InkPoint[];
	box: Box;
	path?: Path2D;
}

/** A stroke as it grows. */
export class Ink {
	readonly color: string;
	readonly size: number;
	private readonly parts: Part[] = [];
	private readonly decoder = new Decoder();
	box: Box = NOTHING;

	constructor(color: string, size: number, points: readonly number[]) {
		this.color = safeColor(color);
		this.size = Math.max(1, size);
		this.extend(points);
	}

	/** Adds points as they come over the line; answers where they changed what is seen. */
	extend(points: readonly number[]): Box {
		let changed = NOTHING;
		for (const point of this.decoder.decode(points)) {
			const part = this.room();
			part.points.push(point);
			part.path = undefined;
			part.box = joined(part.box, boxOf([point], this.size));
			changed = joined(changed, part.box);
		}
		this.box = joined(this.box, changed);
		return changed;
	}

	private room(): Part {
		const last = this.parts.at(-1);
		if (last && last.points.length < PART) return last;
		const points = last ? last.points.slice(-SHARED) : [];
		const part = { points, box: points.length ? boxOf(points, this.size) : NOTHING };
		this.parts.push(part);
		return part;
	}

	/** Draws it, or its end alone. */
	draw(pen: Pen2D, color = this.color, end = false): void {
		pen.fillStyle = color;
		for (const part of end ? this.parts.slice(-2) : this.parts) {
			effort.drawn++;
			part.path ??= outlineOf(part.points, this.size);
			pen.fill(part.path);
		}
	}

	/** Whether the line passes within a distance of a place. */
	passes(x: number, y: number, within: number): boolean {
		const reach = within + this.size / 2;
		return this.parts.some(({ box, points }) => {
			if (x < box.x - reach || x > box.right + reach) return false;
			if (y < box.y - reach || y > box.bottom + reach) return false;
			return points.some((to, i) => distance(x, y, points[i - 1] ?? to, to) <= reach);
		});
	}
}

/** How far a place is from the line between two points. */
export function distance(
	x: number,
	y: number,
	from: readonly number[],
	to: readonly number[]
): number {
	const [dx, dy] = [to[0]! - from[0]!, to[1]! - from[1]!];
	const length = dx * dx + dy * dy;
	const along = length ? ((x - from[0]!) * dx + (y - from[1]!) * dy) / length : 0;
	const f = Math.min(1, Math.max(0, along));
	return Math.hypot(x - from[0]! - f * dx, y - from[1]! - f * dy);
}
