/** A text with a selection, as a textarea holds it. */
export interface Selected {
	text: string;
	start: number;
	end: number;
}

/** Puts marks around the selection, or takes them away when they are there. Keeps the words selected. */
export function wrap({ text, start, end }: Selected, mark: string): Selected {
	const inside = text.slice(start, end);
	const marked =
		text.slice(start - mark.length, start) === mark && text.slice(end, end + mark.length) === mark;
	if (marked && start >= mark.length)
		return {
			text: text.slice(0, start - mark.length) + inside + text.slice(end + mark.length),
			start: start - mark.length,
			end: end - mark.length
		};
	return {
		text: text.slice(0, start) + mark + inside + mark + text.slice(end),
		start: start + mark.length,
		end: end + mark.length
	};
}

/** Begins every selected line with a mark; `number` counts instead. Lines that have it lose it. */
export function prefix({ text, start, end }: Selected, mark: string | 'number'): Selected {
	const from = text.lastIndexOf('\n', start - 1) + 1;
	const next = text.indexOf('\n', end);
	const to = next < 0 ? text.length : next;
	const lines = text.slice(from, to).split('\n');
	const markOf = (i: number) => (mark === 'number' ? `${i + 1}. ` : mark);
	const all = lines.every((line, i) => line.startsWith(markOf(i)));
	const bare = lines.map((line) => line.replace(/^(#{1,6} |[-*] |\d+\. |> )/, ''));
	const done = (all ? bare : bare.map((line, i) => markOf(i) + line)).join('\n');
	return {
		text: text.slice(0, from) + done + text.slice(to),
		start: from,
		end: from + done.length
	};
}

/** Puts a block of its own behind the line of the cursor, with empty lines around, and selects `pick` in it. */
export function block({ text, end }: Selected, content: string, pick = ''): Selected {
	const next = text.indexOf('\n', end);
	const at = next < 0 ? text.length : next;
	const head = text.slice(0, at).replace(/\s+$/, '');
	const tail = text.slice(at).replace(/^\n+/, '');
	const before = head ? `${head}\n\n` : '';
	const start = before.length + Math.max(0, content.indexOf(pick));
	return {
		text: `${before}${content}\n${tail ? `\n${tail}` : ''}`,
		start,
		end: start + pick.length
	};
}

/** Makes a link of the selection and selects the address to be typed. */
export function link({ text, start, end }: Selected, words: string): Selected {
	const label = text.slice(start, end) || words;
	const made = `[${label}](https://)`;
	const at = start + made.length - 1;
	return {
		text: text.slice(0, start) + made + text.slice(end),
		start: at - 'https://'.length,
		end: at
	};
}

/** The Markdown of an uploaded picture; what would end its description early is left out. */
export function picture(assetId: string, alt: string): string {
	return `![${alt.replace(/[[\]\n]/g, ' ').trim()}](asset:${assetId})`;
}

/** A name to describe a picture with until the author writes a better one: the file's, without its end. */
export function altOf(filename: string): string {
	return filename.replace(/\.[^.]+$/, '').replace(/[_-]+/g, ' ');
}
