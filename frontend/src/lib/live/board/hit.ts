import type { Shape } from '../protocol.ts';
import { between, type Box } from './box.ts';
import { shapeBox } from './draw.ts';
import { distance } from './ink.ts';

const inside = ({ x, y, right, bottom }: Box, px: number, py: number, by: number) =>
	px >= x - by && px <= right + by && py >= y - by && py <= bottom + by;

/** Whether a shape is met within a distance of a place: text by its field, the others by their lines. */
export function meetsShape(shape: Shape, x: number, y: number, within: number): boolean {
	const reach = within + shape.size / 2;
	const { kind, w, h } = shape;
	if (kind === 'text') return inside(shapeBox(shape), x, y, within);
	if (kind === 'line' || kind === 'arrow')
		return distance(x, y, [shape.x, shape.y], [shape.x + w, shape.y + h]) <= reach;
	const box = between(shape.x, shape.y, w, h);
	if (kind === 'rect') return inside(box, x, y, reach) && !inside(box, x, y, -reach);
	const [rx, ry] = [(box.right - box.x) / 2, (box.bottom - box.y) / 2];
	const at = (by: number) =>
		Math.hypot(
			(x - (box.x + box.right) / 2) / Math.max(rx + by, 0.1),
			(y - (box.y + box.bottom) / 2) / Math.max(ry + by, 0.1)
		);
	return at(reach) <= 1 && (at(-reach) >= 1 || Math.min(rx, ry) <= reach);
}
