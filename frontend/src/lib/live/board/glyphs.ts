/** The outlines of the board's tools, in the 24 × 24 box of lib/ui/icons. */
export const glyphs = {
	pen: 'M4 20l1.5-6L16 3.5l4.5 4.5L10 18.5zM14 5.5L18.5 10M4 20l3-3',
	eraser: 'M8 20h12M4.5 15.5L14 6l5 5-8.5 9H8z M9 11l5 5',
	shapes: 'M4 4h9v9H4zM15.5 11a5 5 0 1 1-5 5.5',
	line: 'M5 19L19 5',
	arrow: 'M5 19L19 5M11 5h8v8',
	rect: 'M4 6h16v12H4z',
	ellipse: 'M12 6c5 0 8.5 2.5 8.5 6s-3.5 6-8.5 6-8.5-2.5-8.5-6S7 6 12 6z',
	text: 'M5 7V5h14v2M12 5v14M9 19h6',
	select: 'M6 3.5l12 9-5.5 1-2.5 6z',
	pointer: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6M12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21',
	play: 'M7 4.5v15l12-7.5z',
	stop: 'M6 6h12v12H6z',
	pages: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
	previous: 'M15 6l-6 6 6 6',
	following: 'M9 6l6 6-6 6',
	undo: 'M4 9h10a5.5 5.5 0 0 1 0 11H8M8 5L4 9l4 4',
	redo: 'M20 9H10a5.5 5.5 0 0 0 0 11h6M16 5l4 4-4 4',
	clear: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
	nearer: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20M10.5 8v5M8 10.5h5',
	farther: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5L20 20M8 10.5h5',
	whole: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
	left: 'M15 6l-6 6 6 6',
	right: 'M9 6l6 6-6 6',
	up: 'M6 15l6-6 6 6',
	down: 'M6 9l6 6 6-6'
} as const;
/** Those that point along the line of reading. */
export const turning: ReadonlySet<GlyphName> = new Set(['undo', 'redo', 'previous', 'following']);
export type GlyphName = keyof typeof glyphs;
