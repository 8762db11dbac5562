/** A text of the board: system fonts, as the page has them. */
export const fontOf = (size: number) =>
	`${size}px system-ui, 'Noto Sans', 'Noto Sans Arabic', 'PingFang SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif`;

export const LINE = 1.3;

/** Whether a text runs from right to left, by its first letter that has a direction. */
export const rightToLeft = (text: string) =>
	/^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text);

/** Where a line may break: after spaces, and before and after every Chinese character. */
const pieces = (line: string) =>
	line.match(
		/[\p{Script=Han}\u3000-\u303f\uff00-\uffef]|[^\s\p{Script=Han}\u3000-\u303f\uff00-\uffef]+\s*|\s+/gu
	) ?? [];

/** A text broken into lines of a width. What is too long for a line stands alone on it. */
export function linesOf(text: string, width: number, measure: (text: string) => number): string[] {
	const out: string[] = [];
	for (const paragraph of text.split('\n')) {
		let line = '';
		for (const piece of pieces(paragraph)) {
			if (line && measure((line + piece).trimEnd()) > width) {
				out.push(line.trimEnd());
				line = '';
			}
			line += piece;
		}
		out.push(line.trimEnd());
	}
	return out;
}
