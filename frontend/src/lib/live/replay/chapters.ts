import type { Replay } from '#lib/services/replay.ts';

/** A page that was shown, ms since the beginning of what is shown of the class. */
export interface Shown {
	at: number;
	title: string;
	/** Counts all pages, from 1. */
	number: number;
	page: string;
}

/** The chapters of what is shown: the first is the page that was there already, and none lies outside. */
export function shownChapters(chapters: Replay['chapters'], from: number, length: number): Shown[] {
	const list: Shown[] = [];
	for (const { at, title, page } of chapters) {
		if (at - from >= length) break;
		const last = list.at(-1);
		const next = { at: Math.max(0, at - from), title, page, number: list.length + 1 };
		if (last?.page === page) continue;
		// What was turned past before the beginning, or within a second.
		if (last && next.at - last.at < 1000)
			list[list.length - 1] = { ...next, at: last.at, number: last.number };
		else list.push(next);
	}
	return list;
}
