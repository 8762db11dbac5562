import type { Storyboard } from '#lib/services/lessons.ts';

/** Place in the sheet, in pixels from its top left corner, of the picture for a second. */
export function framePlace(board: Storyboard, seconds: number): { x: number; y: number } {
	const last = (board.count ?? board.columns * board.rows) - 1;
	const index = Math.min(last, Math.max(0, Math.floor((seconds * 1000) / board.intervalMs)));
	return {
		x: (index % board.columns) * board.width,
		y: Math.floor(index / board.columns) * board.height
	};
}
