import { getStroke } from 'perfect-freehand';
import type { BoardObject, Shape } from '../protocol.ts';
import { between, grown, joined, NOTHING, type Box } from './box.ts';
import { safeColor } from './palette.ts';
import { pointsOf, type InkPoint } from './points.ts';
import { fontOf, LINE, linesOf, rightToLeft } from './text.ts';

/** What drawing has cost so far: tests count it, since time says little on a busy machine. */
export const effort = { outlined: 0, drawn: 0 };

export type Pen2D = CanvasRenderingContext2D;

/** The outline of a line of ink. */
export function outlineOf(points: readonly InkPoint[], size: number): Path2D {
	effort.outlined += points.length;
	const felt = points.some(([, , pressure]) => pressure > 0);
	const edge = getStroke(points as InkPoint[], {
		size,
		thinning: felt ? 0.6 : 0.35,
		smoothing: 0.5,
		streamline: 0.35,
		simulatePressure: !felt,
		last: true
	});
	const path = new Path2D();
	if (edge.length < 3) return path;
	const middle = (i: number): [number, number] => {
		const [a, b] = [edge[i]!, edge[(i + 1) % edge.length]!];
		return [(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2];
	};
	path.moveTo(...middle(edge.length - 1));
	for (let i = 0; i < edge.length; i++)
		path.quadraticCurveTo(edge[i]![0]!, edge[i]![1]!, ...middle(i));
	path.closePath();
	return path;
}

/** Where points lie, with the breadth of the line. */
export function boxOf(points: readonly InkPoint[], size: number): Box {
	let box = NOTHING;
	for (const [x, y] of points) box = joined(box, { x, y, right: x, bottom: y });
	return grown(box, size);
}

let ruler: Pen2D | null | undefined;

/** Letters are measured on a canvas of their own: asking must not change what is drawn on. */
function measureWith(size: number): (text: string) => number {
	ruler ??= document.createElement('canvas').getContext('2d');
	if (!ruler) return (text) => text.length * size * 0.6;
	ruler.font = fontOf(size);
	const pen = ruler;
	return (text) => pen.measureText(text).width;
}

/** The lines of a text of the board. */
export const textLines = (shape: Pick<Shape, 'text' | 'w' | 'size'>) =>
	linesOf(shape.text ?? '', shape.w, measureWith(shape.size));

/** How tall a text is, in units. */
export const textHeight = (shape: Pick<Shape, 'text' | 'w' | 'size'>) =>
	textLines(shape).length * shape.size * LINE;

/** Where a shape lies. */
export function shapeBox(shape: Shape): Box {
	if (shape.kind !== 'text')
		return grown(between(shape.x, shape.y, shape.w, shape.h), shape.size * 3 + 2);
	const height = Math.max(shape.h, textHeight(shape));
	return grown(between(shape.x, shape.y, shape.w, height), 4);
}

function drawText(pen: Pen2D, shape: Shape): void {
	const { x, y, w, size } = shape;
	pen.font = fontOf(size);
	pen.textBaseline = 'alphabetic';
	const right = rightToLeft(shape.text ?? '');
	pen.direction = right ? 'rtl' : 'ltr';
	pen.textAlign = right ? 'right' : 'left';
	textLines(shape).forEach((line, i) => {
		pen.fillText(line, right ? x + w : x, y + size * (LINE * i + 1));
	});
}

function drawLine(pen: Pen2D, { kind, x, y, w, h, size }: Shape): void {
	const [endX, endY] = [x + w, y + h];
	pen.beginPath();
	pen.moveTo(x, y);
	pen.lineTo(endX, endY);
	if (kind === 'arrow') {
		const angle = Math.atan2(h, w);
		const length = size * 2 + 14;
		for (const turn of [-0.5, 0.5]) {
			pen.moveTo(endX, endY);
			pen.lineTo(endX - length * Math.cos(angle + turn), endY - length * Math.sin(angle + turn));
		}
	}
	pen.stroke();
}

/** Draws a shape. */
export function drawShape(pen: Pen2D, shape: Shape): void {
	effort.drawn++;
	pen.save();
	pen.fillStyle = pen.strokeStyle = safeColor(shape.color);
	pen.lineWidth = shape.size;
	pen.lineCap = pen.lineJoin = 'round';
	const { x, y, right, bottom } = between(shape.x, shape.y, shape.w, shape.h);
	if (shape.kind === 'text') drawText(pen, shape);
	else if (shape.kind === 'rect') pen.strokeRect(x, y, right - x, bottom - y);
	else if (shape.kind === 'ellipse') {
		pen.beginPath();
		pen.ellipse(
			(x + right) / 2,
			(y + bottom) / 2,
			(right - x) / 2,
			(bottom - y) / 2,
			0,
			0,
			2 * Math.PI
		);
		pen.stroke();
	} else drawLine(pen, shape);
	pen.restore();
}

/** Draws an object of the board in units of the page; the canvas is scaled by who calls. */
export function drawObject(pen: Pen2D, object: BoardObject): void {
	if (object.kind !== 'stroke') return drawShape(pen, object);
	effort.drawn++;
	pen.fillStyle = safeColor(object.color);
	pen.fill(outlineOf(pointsOf(object.points), object.size));
}
