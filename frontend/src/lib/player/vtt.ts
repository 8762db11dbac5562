/** One line of a caption track: plain text, lines divided by \n. Times in seconds. */
export interface Cue {
	start: number;
	end: number;
	text: string;
}

const ENTITIES: Record<string, string> = {
	amp: '&',
	lt: '<',
	gt: '>',
	nbsp: '\u00a0',
	lrm: '\u200e',
	rlm: '\u200f',
	quot: '"'
};

/** Cue text as plain text: tags are dropped, entities become their characters. Never markup afterwards. */
export function plain(text: string): string {
	return text
		.replace(/<[^>]*>/g, '')
		.replace(/&(amp|lt|gt|nbsp|lrm|rlm|quot);/g, (_, name: string) => ENTITIES[name]);
}

function seconds(stamp: string): number {
	const parts = stamp.trim().split(':');
	if (parts.length < 2 || parts.length > 3) return NaN;
	return parts.reduce((sum, part) => sum * 60 + Number(part.replace(',', '.')), 0);
}

/** Reads WebVTT. What is not a cue (header, notes, styles, broken times) is passed over; cues come in order. */
export function parseVtt(file: string): Cue[] {
	const cues: Cue[] = [];
	const blocks = file
		.replace(/^\ufeff/, '')
		.replace(/\r\n?/g, '\n')
		.split(/\n{2,}/);
	for (const block of blocks) {
		const lines = block.split('\n');
		const at = lines.findIndex((line) => line.includes('-->'));
		if (at < 0 || /^(NOTE|STYLE|REGION)\b/.test(lines[0])) continue;
		const [from, rest] = lines[at].split('-->');
		const start = seconds(from);
		const end = seconds(rest.trim().split(/\s+/)[0]);
		const text = plain(lines.slice(at + 1).join('\n')).trim();
		if (text && start >= 0 && end > start) cues.push({ start, end, text });
	}
	return cues.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Cues shown at second t. */
export function cuesAt(cues: readonly Cue[], t: number): Cue[] {
	return cues.filter((cue) => cue.start <= t && t < cue.end);
}

/** Index of the cue at t, or of the last one before it; -1 before the first. */
export function currentCue(cues: readonly Cue[], t: number): number {
	let low = -1;
	let high = cues.length - 1;
	while (low < high) {
		const mid = (low + high + 1) >> 1;
		if (cues[mid].start <= t + 0.05) low = mid;
		else high = mid - 1;
	}
	return low;
}

/** One row of a transcript: the line of the first language and what the others say meanwhile. */
export interface Row {
	start: number;
	end: number;
	texts: { lang: string; text: string }[];
}

/**
 * Lays tracks side by side: the first one gives the rows; a cue of another stands in the row that holds
 * its middle, or in the last one before it.
 */
export function rows(tracks: readonly { lang: string; cues: readonly Cue[] }[]): Row[] {
	const [first, ...others] = tracks;
	if (!first) return [];
	const out: Row[] = first.cues.map(({ start, end, text }) => ({
		start,
		end,
		texts: [{ lang: first.lang, text }]
	}));
	for (const { lang, cues } of others) {
		for (const cue of cues) {
			const row = out[Math.max(0, currentCue(out as unknown as Cue[], (cue.start + cue.end) / 2))];
			const known = row?.texts.find((t) => t.lang === lang);
			if (known) known.text += `\n${cue.text}`;
			else row?.texts.push({ lang, text: cue.text });
		}
	}
	return out;
}

/** Text cut at every place where the query stands, for marking; case and accents do not matter. */
export function marks(text: string, query: string): { text: string; hit: boolean }[] {
	const fold = (s: string) => s.toLowerCase();
	const needle = fold(query.trim());
	if (!needle) return [{ text, hit: false }];
	const parts: { text: string; hit: boolean }[] = [];
	let at = 0;
	for (let hit = fold(text).indexOf(needle); hit >= 0; hit = fold(text).indexOf(needle, at)) {
		if (hit > at) parts.push({ text: text.slice(at, hit), hit: false });
		parts.push({ text: text.slice(hit, hit + needle.length), hit: true });
		at = hit + needle.length;
	}
	if (at < text.length) parts.push({ text: text.slice(at), hit: false });
	return parts;
}
