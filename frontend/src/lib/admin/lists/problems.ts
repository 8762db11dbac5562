import { m } from '#lib/i18n';
import type { LineProblem } from '#lib/services/lists.ts';

const WHY: Record<LineProblem['code'], (other: string) => string> = {
	not_utf8: () => m.lists_why_not_utf8(),
	no_level: () => m.lists_why_no_level(),
	empty: () => m.lists_why_empty(),
	too_many: () => m.lists_why_too_many(),
	no_word: () => m.lists_why_no_word(),
	too_long: () => m.lists_why_too_long(),
	twice: (other) => m.lists_why_twice({ other }),
	lower_level: (other) => m.lists_why_lower_level({ other })
};

/** What is wrong with a line, in words. */
export function why({ code, other }: LineProblem): string {
	return WHY[code](other ?? '');
}

/** Where the line is; a whole file has no line. */
export function where({ file, line }: LineProblem): string {
	return line > 0 ? m.lists_at({ file, line: String(line) }) : file;
}

/** The bytes of a file as the API takes them. */
export function base64(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 0x8000)
		text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
	return btoa(text);
}
