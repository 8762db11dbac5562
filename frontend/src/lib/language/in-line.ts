import type { Token } from '#lib/services/reviews.ts';

/** A word in its line. */
export interface InLine {
	word: string;
	before: string;
	after: string;
}

/** Where a token stands in its line. */
export function placeOf(tokens: readonly Token[], index: number): InLine {
	const textOf = (part: readonly Token[]) => part.map((token) => token.text).join('');
	return {
		word: tokens[index]?.text ?? '',
		before: textOf(tokens.slice(0, index)),
		after: textOf(tokens.slice(index + 1))
	};
}
