/** What is written with. Colours go over the line as CSS hex, so that whoever draws the log later needs no table. */
export const COLORS = {
	ink: '#221f19',
	seal: '#b02a1c',
	jade: '#1f6b55',
	blue: '#17599c',
	/** The highlighter: seen through, and below all ink. */
	marker: '#ffcf2e80'
} as const;
export type ColorName = keyof typeof COLORS;

export const SIZES = { fine: 4, medium: 8, broad: 16 } as const;
export type SizeName = keyof typeof SIZES;

/** How broad a highlighter is beside a pen, and how tall letters are, in units. */
export const MARKER_TIMES = 4;
export const LETTERS: Record<SizeName, number> = { fine: 32, medium: 48, broad: 80 };

/** The paper of the board is light in both themes, as slides and the recording are. */
export const PAPER = '#fffdf8';
export const GRID = '#d9a99a';
export const TRACE = '#ddd2bf';
export const INK = COLORS.ink;

/** Whether it is a highlighter's colour: one that is seen through. */
export const isMarker = (color: string) => color.length === 9;

/** Only what is a colour is given to the canvas; anything else is ink. */
export const safeColor = (color: string) =>
	/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(color) ? color : INK;
