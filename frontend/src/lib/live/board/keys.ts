import { newReportId as newId } from '#lib/progress/report.ts';
import { COLORS, SIZES } from './palette.ts';
import { middleOf, WHOLE, zoomed } from './view.ts';
import type { ShapeTool, Whiteboard } from './whiteboard.svelte.ts';

/** Units of one press of an arrow, and of one with Shift. */
const STEP = 20;
const SMALL = 4;
const NEARER = 1.25;

const ARROWS: Record<string, [number, number]> = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1]
};

/** Puts the shape or text of the chosen tool into the middle of what is seen, or selects the next object. */
function place(board: Whiteboard): void {
	const { x, y } = middleOf(board.view);
	const { tool, chosen } = board;
	if (chosen?.shape?.kind === 'text' && tool !== 'select')
		return board.beginText(chosen.shape.x, chosen.shape.y, chosen.shape);
	if (tool === 'text') return board.beginText(x - 200, y - 40);
	if (tool === 'select') return next(board);
	if (!['line', 'arrow', 'rect', 'ellipse'].includes(tool)) return;
	const object = newId();
	const by = board.live.you?.id ?? '';
	const flat = tool === 'line' || tool === 'arrow';
	board.put({
		object,
		by,
		kind: tool as ShapeTool,
		x: x - 150,
		y: flat ? y : y - 100,
		w: 300,
		h: flat ? 0 : 200,
		color: COLORS[board.color],
		size: SIZES[board.size]
	});
	board.select(object);
}

/** Selects one object after another: those that may be moved. */
function next(board: Whiteboard): void {
	const items = (board.stage?.scene.list() ?? []).filter((one) => one.shape && board.mine(one.by));
	const at = items.findIndex(({ id }) => id === board.selected);
	board.select(items[(at + 1) % items.length]?.id);
}

/** What the keys do on the board. */
export function keyed(board: Whiteboard, event: KeyboardEvent): void {
	if (event.target !== event.currentTarget) return;
	if (act(board, event)) event.preventDefault();
}

function act(board: Whiteboard, event: KeyboardEvent): boolean {
	const { key } = event;
	const command = event.ctrlKey || event.metaKey;
	if (command) {
		const letter = key.toLowerCase();
		const again = letter === 'y' || (letter === 'z' && event.shiftKey);
		if (again && board.may) board.redo();
		else if (letter === 'z' && board.may) board.undo();
		else return false;
		return true;
	}
	const arrow = ARROWS[key];
	if (arrow && board.chosen) {
		const by = event.shiftKey ? SMALL : STEP;
		board.move(arrow[0] * by, arrow[1] * by);
		return true;
	}
	const middle = middleOf(board.view);
	const zoom = (factor: number) => board.setView(zoomed(board.view, factor, middle.x, middle.y));
	if (key === '+' || key === '=') zoom(NEARER);
	else if (key === '-') zoom(1 / NEARER);
	else if (key === '0') board.setView(WHOLE);
	else if (key === 'Enter' && board.may) place(board);
	else if ((key === 'Delete' || key === 'Backspace') && board.chosen) board.removeSelected();
	else if (key === 'Escape' && board.selected) board.select(undefined);
	else return false;
	return true;
}
