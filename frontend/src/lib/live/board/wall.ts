import type { Id, Person, Sheet } from '../protocol.ts';
import { PAPER, GRID, INK } from './palette.ts';

export type WallOrder = 'mark' | 'name' | 'missing';

/** One square of the wall: a student, with the sheet once there is one. */
export interface Place {
	person: Id;
	name: string;
	sheet?: Sheet & { shown?: boolean };
}

/** Whoever wrote, and the students who have not yet, in an order. */
export function placesOf(
	sheets: readonly (Sheet & { shown?: boolean })[],
	students: readonly Pick<Person, 'id' | 'name'>[],
	order: WallOrder
): Place[] {
	const wrote = new Set(sheets.map(({ person }) => person));
	const places: Place[] = [
		...sheets.map((sheet) => ({ person: sheet.person, name: sheet.name, sheet })),
		...students.filter(({ id }) => !wrote.has(id)).map(({ id, name }) => ({ person: id, name }))
	];
	// Sheets without a mark (nobody knows how the character is written) stand behind those that have one.
	const rank = ({ sheet }: Place) => {
		if (order === 'name') return 0;
		if (!sheet) return order === 'missing' ? -1 : 3;
		return order === 'missing' ? 0 : (sheet.mark ?? 2);
	};
	return places.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** Which rows of a wall are in sight, with one more on each side. */
export function rowsInSight(top: number, height: number, row: number, rows: number) {
	const from = Math.max(0, Math.floor(top / row) - 1);
	return { from, to: Math.min(rows, Math.ceil((top + height) / row) + 1) };
}

/** Pixels of a sheet's picture. */
export const SQUARE = 160;

const pictures = new WeakMap<object, HTMLCanvasElement>();

/** A sheet as a picture; drawn once. */
export function pictureOf(sheet: Sheet): HTMLCanvasElement {
	const known = pictures.get(sheet);
	if (known) return known;
	const canvas = document.createElement('canvas');
	canvas.width = canvas.height = SQUARE;
	const pen = canvas.getContext('2d');
	if (pen) drawSheet(pen, sheet.strokes, SQUARE);
	pictures.set(sheet, canvas);
	return canvas;
}

/** Draws strokes of a sheet into a 田字格 square. */
export function drawSheet(
	pen: CanvasRenderingContext2D,
	strokes: readonly number[][],
	side: number
): void {
	pen.fillStyle = PAPER;
	pen.fillRect(0, 0, side, side);
	pen.strokeStyle = GRID;
	pen.lineWidth = 1;
	pen.setLineDash([4, 4]);
	pen.beginPath();
	pen.moveTo(side / 2, 0);
	pen.lineTo(side / 2, side);
	pen.moveTo(0, side / 2);
	pen.lineTo(side, side / 2);
	pen.stroke();
	pen.setLineDash([]);
	pen.strokeStyle = INK;
	pen.lineWidth = side * 0.045;
	pen.lineCap = pen.lineJoin = 'round';
	for (const stroke of strokes) {
		pen.beginPath();
		for (let i = 0; i + 1 < stroke.length; i += 2)
			pen.lineTo((stroke[i]! * side) / 1000, (stroke[i + 1]! * side) / 1000);
		pen.stroke();
	}
}
