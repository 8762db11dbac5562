import { PINYIN } from '../core/languages';
import type { Cue } from '../types';

/** One line of the captions in all its languages. A language without a text has no cue here. */
export interface Row {
	id: string;
	startMs: number;
	endMs: number;
	texts: Record<string, string>;
	/** The id its cue has in a language's track, where that is not the row's own. */
	ids?: Record<string, string>;
}

/** Times this near are the same line, spoken once and written in two languages. */
const NEAR_MS = 120;
const SHORTEST_MS = 300;

const near = (a: number, b: number) => Math.abs(a - b) <= NEAR_MS;
const byTime = (a: Row, b: Row) => a.startMs - b.startMs || a.endMs - b.endMs;

/** The cues of a language, in order; empty texts make none. */
export function cuesOf(rows: readonly Row[], lang: string): Cue[] {
	return rows
		.filter((row) => row.texts[lang]?.trim())
		.map((row) => ({
			id: row.ids?.[lang] ?? row.id,
			startMs: row.startMs,
			endMs: row.endMs,
			text: (row.texts[lang] as string).trim()
		}));
}

/** What is spoken in a line; '' without a text in Chinese. */
export function chineseOf({ texts }: Row): string {
	const lang = Object.keys(texts).find((each) => each.startsWith('zh') && each !== PINYIN);
	return (lang && texts[lang]?.trim()) || '';
}

/** What is shown of a line: its texts in some languages. */
export function captionOf(row: Row | undefined, langs: readonly string[]): string {
	const texts = langs.map((lang) => row?.texts[lang]);
	return texts.filter(Boolean).join('\n');
}

/** Puts a track beside the others: a line that is there at the same time gets one more text. */
export function addTrack(rows: readonly Row[], lang: string, cues: readonly Cue[]): Row[] {
	const result = rows.map((row) => ({ ...row, texts: { ...row.texts } }));
	const known = new Set(result.map((row) => row.id));
	for (const cue of cues) {
		const row = result.find(
			(r) => near(r.startMs, cue.startMs) && near(r.endMs, cue.endMs) && !(lang in r.texts)
		);
		if (row) {
			row.texts[lang] = cue.text;
			if (row.id !== cue.id) row.ids = { ...row.ids, [lang]: cue.id };
			continue;
		}
		const id = known.has(cue.id) ? `${cue.id}-${lang}` : cue.id;
		known.add(id);
		result.push({
			id,
			startMs: cue.startMs,
			endMs: cue.endMs,
			texts: { [lang]: cue.text },
			ids: id === cue.id ? undefined : { [lang]: cue.id }
		});
	}
	return result.sort(byTime);
}

/** Takes a language out; lines that no other language has go with it. */
export function dropTrack(rows: readonly Row[], lang: string): Row[] {
	return rows.flatMap((row) => {
		const { [lang]: gone, ...texts } = row.texts;
		return gone === undefined || Object.keys(texts).length ? [{ ...row, texts }] : [];
	});
}

/** The same lines with one of them changed. */
export function change(rows: readonly Row[], id: string, changes: Partial<Row>): Row[] {
	return rows.map((row) => (row.id === id ? { ...row, ...changes } : row)).sort(byTime);
}

/** The same lines with another text in one of them. */
export function write(rows: readonly Row[], id: string, lang: string, text: string): Row[] {
	return rows.map((row) =>
		row.id === id ? { ...row, texts: { ...row.texts, [lang]: text } } : row
	);
}

/** A new line behind another, as long as there is room for, at most two seconds; `at` puts it elsewhere. */
export function add(rows: readonly Row[], id: string, after?: string, at?: number): Row[] {
	const i = rows.findIndex((row) => row.id === after);
	const startMs = Math.max(0, Math.round(at ?? rows[i]?.endMs ?? 0));
	const next = rows.find((row) => row.startMs > startMs);
	const endMs = Math.max(
		startMs + SHORTEST_MS,
		Math.min(startMs + 2000, next?.startMs ?? Infinity)
	);
	return [...rows, { id, startMs, endMs, texts: {} }].sort(byTime);
}

/** The same lines without one. */
export function remove(rows: readonly Row[], id: string): Row[] {
	return rows.filter((row) => row.id !== id);
}

/**
 * Cuts a line in two: the text of one language at the cursor, the time at `atMs` when the player stands in the
 * line, else where the text is cut. Other languages stay in the first half.
 */
export function split(
	rows: readonly Row[],
	id: string,
	cut: { newId: string; lang: string; caret: number; atMs?: number }
): Row[] {
	const row = rows.find((r) => r.id === id);
	const text = row?.texts[cut.lang] ?? '';
	if (!row || row.endMs - row.startMs < 2 * SHORTEST_MS) return [...rows];
	const share = text ? Math.min(1, Math.max(0, cut.caret / text.length)) : 0.5;
	const inside = cut.atMs !== undefined && cut.atMs > row.startMs && cut.atMs < row.endMs;
	const wanted = inside ? (cut.atMs as number) : row.startMs + (row.endMs - row.startMs) * share;
	const middle = Math.round(
		Math.min(row.endMs - SHORTEST_MS, Math.max(row.startMs + SHORTEST_MS, wanted))
	);
	const first = {
		...row,
		endMs: middle,
		texts: { ...row.texts, [cut.lang]: text.slice(0, cut.caret).trim() }
	};
	const rest = text.slice(cut.caret).trim();
	const second: Row = {
		id: cut.newId,
		startMs: middle,
		endMs: row.endMs,
		texts: rest ? { [cut.lang]: rest } : {}
	};
	return rows.flatMap((r) => (r.id === id ? [first, second] : [r])).sort(byTime);
}

/** Makes one line of a line and the next. */
export function merge(rows: readonly Row[], id: string): Row[] {
	const i = rows.findIndex((row) => row.id === id);
	const [a, b] = [rows[i], rows[i + 1]];
	if (!a || !b) return [...rows];
	const langs = new Set([...Object.keys(a.texts), ...Object.keys(b.texts)]);
	const texts = Object.fromEntries(
		[...langs].map((l) => [l, join(a.texts[l] ?? '', b.texts[l] ?? '')])
	);
	const whole = { ...a, endMs: Math.max(a.endMs, b.endMs), texts };
	return [...rows.slice(0, i), whole, ...rows.slice(i + 2)];
}

// Chinese, Japanese and Thai write no space between sentences; a space would show in the caption.
const CLOSE =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}，。！？、；：”）]$/u;

function join(a: string, b: string): string {
	const [x, y] = [a.trim(), b.trim()];
	return x && y ? x + (CLOSE.test(x) ? '' : ' ') + y : x || y;
}

/** A line that two people changed differently. */
export interface LineConflict {
	lang: string;
	rowId: string;
	mine?: Cue;
	theirs?: Cue;
}

const same = (a?: Cue, b?: Cue) =>
	a === b || (a && b && a.text === b.text && a.startMs === b.startMs && a.endMs === b.endMs);

/**
 * Brings what someone else did to a track since `base` into the lines here. Lines that only one of the two changed
 * take that change; the others are conflicts and keep ours for now.
 */
export function rebase(
	rows: readonly Row[],
	lang: string,
	base: readonly Cue[],
	theirs: readonly Cue[]
): { rows: Row[]; conflicts: LineConflict[] } {
	const was = new Map(base.map((cue) => [cue.id, cue]));
	const mine = new Map(cuesOf(rows, lang).map((cue) => [cue.id, cue]));
	const now = new Map(theirs.map((cue) => [cue.id, cue]));
	const rowOf = (id: string) => rows.find((row) => (row.ids?.[lang] ?? row.id) === id)?.id ?? id;
	let result = [...rows];
	const conflicts: LineConflict[] = [];
	for (const id of new Set([...was.keys(), ...now.keys()])) {
		const [b, m, t] = [was.get(id), mine.get(id), now.get(id)];
		if (same(b, t) || same(m, t)) continue;
		if (same(b, m)) result = take(result, lang, rowOf(id), t);
		else conflicts.push({ lang, rowId: rowOf(id), mine: m, theirs: t });
	}
	return { rows: result, conflicts };
}

/** Puts the cue of someone else into a line, makes the line, or empties it. */
export function take(rows: readonly Row[], lang: string, rowId: string, cue?: Cue): Row[] {
	if (!rows.some((row) => row.id === rowId)) return cue ? addTrack(rows, lang, [cue]) : [...rows];
	if (cue) {
		const { startMs, endMs, text } = cue;
		return change(write(rows, rowId, lang, text), rowId, { startMs, endMs });
	}
	return rows.flatMap((row) => {
		if (row.id !== rowId) return [row];
		const { [lang]: _, ...texts } = row.texts;
		return Object.keys(texts).length ? [{ ...row, texts }] : [];
	});
}

/** What is wrong with a line's times: it ends before it begins, or speaks into the next one. */
export function faultOf(rows: readonly Row[], i: number): 'order' | 'overlap' | undefined {
	const [row, next] = [rows[i], rows[i + 1]];
	if (row && row.endMs <= row.startMs) return 'order';
	return row && next && row.endMs > next.startMs ? 'overlap' : undefined;
}
