import type { Drawing } from '#lib/services/writing.ts';
import { PAGE } from '../protocol.ts';
import type { Pen2D } from './draw.ts';
import { GRID, INK, TRACE } from './palette.ts';

/** A square of a page with its character, in units. */
export interface Square {
	hanzi: string;
	x: number;
	y: number;
	side: number;
}

const MARGIN = 60;
/** The square of hanzi-writer's data. */
const DATA = 1024;
const DATA_TOP = 900;
/** Of a square's side, left free around the character. */
const INSET = 0.06;

/** Where the squares of a page lie: as large as the page lets them be. */
export function squaresOf(hanzi: string): Square[] {
	const characters = [...hanzi].filter((one) => one.trim());
	const count = characters.length;
	const [width, height] = [PAGE.width - 2 * MARGIN, PAGE.height - 2 * MARGIN];
	let [columns, side] = [1, 0];
	for (let c = 1; c <= count; c++) {
		const fits = Math.min(width / c, height / Math.ceil(count / c));
		if (fits > side) [columns, side] = [c, fits];
	}
	const rows = Math.ceil(count / columns);
	const [left, top] = [(PAGE.width - columns * side) / 2, (PAGE.height - rows * side) / 2];
	return characters.map((one, i) => ({
		hanzi: one,
		x: left + (i % columns) * side,
		y: top + Math.floor(i / columns) * side,
		side
	}));
}

/** Draws in the square of the characters' data. */
function inData(pen: Pen2D, { x, y, side }: Square, draw: () => void): void {
	pen.save();
	const scale = (side * (1 - 2 * INSET)) / DATA;
	pen.translate(x + side * INSET, y + side * INSET + DATA_TOP * scale);
	pen.scale(scale, -scale);
	draw();
	pen.restore();
}

const paths = new Map<string, Path2D>();

function pathOf(outline: string): Path2D {
	const known = paths.get(outline) ?? new Path2D(outline);
	paths.set(outline, known);
	return known;
}

/** Draws 田字格 squares with their characters faint. What nobody knows to write is set in type. */
export function drawGrid(pen: Pen2D, squares: Square[], drawings?: Map<string, Drawing>): void {
	for (const square of squares) {
		const { x, y, side } = square;
		pen.save();
		pen.strokeStyle = GRID;
		pen.lineWidth = 3;
		pen.strokeRect(x, y, side, side);
		pen.lineWidth = 1.5;
		pen.setLineDash([12, 12]);
		pen.beginPath();
		pen.moveTo(x + side / 2, y);
		pen.lineTo(x + side / 2, y + side);
		pen.moveTo(x, y + side / 2);
		pen.lineTo(x + side, y + side / 2);
		pen.stroke();
		pen.restore();
		drawCharacter(pen, square, TRACE, drawings);
	}
}

/** Draws the character of a square, from its strokes where they are known. */
export function drawCharacter(
	pen: Pen2D,
	square: Square,
	color: string,
	drawings?: Map<string, Drawing>
): void {
	const drawing = drawings?.get(square.hanzi);
	pen.fillStyle = color;
	if (drawing)
		return inData(pen, square, () => {
			for (const stroke of drawing.strokes) pen.fill(pathOf(stroke));
		});
	const { x, y, side, hanzi } = square;
	pen.save();
	pen.font = `${side * 0.84}px 'Kaiti SC', STKaiti, KaiTi, 'Songti SC', 'Noto Serif SC', 'Noto Serif CJK SC', 'Hanzhi Hanzi', serif`;
	pen.textAlign = 'center';
	pen.textBaseline = 'middle';
	pen.fillText(hanzi, x + side / 2, y + side / 2);
	pen.restore();
}

const lengthOf = (line: readonly (readonly number[])[]) =>
	line
		.slice(1)
		.reduce((sum, [x, y], i) => sum + Math.hypot(x! - line[i]![0]!, y! - line[i]![1]!), 0);

/** Draws one stroke as far as it has come (0–1): a broad line along its middle, seen through its outline. */
function drawPart(pen: Pen2D, outline: string, median: readonly (readonly number[])[], f: number) {
	pen.save();
	pen.clip(pathOf(outline));
	pen.beginPath();
	const [first, ...rest] = median;
	pen.moveTo(first![0]!, first![1]!);
	for (const [x, y] of rest) pen.lineTo(x!, y!);
	const length = lengthOf(median) + 100;
	pen.setLineDash([length * f, 10_000]);
	pen.lineWidth = 220;
	pen.lineCap = pen.lineJoin = 'round';
	pen.strokeStyle = INK;
	pen.stroke();
	pen.restore();
}

/** Units of the data a ms, and the rests between strokes and characters. */
const SPEED = 1.1;
const REST = 260;
const STAY = 1800;

interface Step {
	square: Square;
	stroke: number;
	from: number;
	to: number;
}

/** The order of strokes of a page's characters, one after another. */
export class StrokePlay {
	private readonly steps: Step[] = [];
	/** ms that it takes. */
	readonly duration: number;

	constructor(
		squares: Square[],
		private readonly drawings: Map<string, Drawing>,
		/** Strokes appear whole: for who wants nothing to move. */
		private readonly still = false
	) {
		let at = 200;
		for (const square of squares) {
			const drawing = drawings.get(square.hanzi);
			for (const [stroke, median] of (drawing?.medians ?? []).entries()) {
				const to = at + (lengthOf(median) + 100) / SPEED;
				this.steps.push({ square, stroke, from: at, to });
				at = to + REST;
			}
		}
		this.duration = this.steps.length ? at + STAY : 0;
	}

	/** Draws what is seen after `ms`. */
	draw(pen: Pen2D, ms: number): void {
		for (const { square, stroke, from, to } of this.steps) {
			if (ms < from) break;
			const drawing = this.drawings.get(square.hanzi)!;
			inData(pen, square, () => {
				pen.fillStyle = INK;
				const outline = drawing.strokes[stroke]!;
				if (ms >= to || this.still) pen.fill(pathOf(outline));
				else drawPart(pen, outline, drawing.medians[stroke]!, (ms - from) / (to - from));
			});
		}
	}
}
