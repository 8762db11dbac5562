import { plainPinyin } from './practice/pinyin.ts';
import type { Token } from '#lib/services/reviews.ts';
import { spokenPinyin } from './sandhi.ts';

/** Whether a text holds Chinese characters, also those outside the basic plane. */
export function hasHan(text: string): boolean {
	return /\p{Script=Han}/u.test(text);
}

/** Whether the tag of a language is that of Chinese in characters. */
export function isHanzi(lang: string): boolean {
	return /^(zh|cmn)(-|$)/i.test(lang) && !isPinyin(lang);
}

/** Whether the tag of a language is that of Chinese in Latin letters. */
export function isPinyin(lang: string): boolean {
	return /^(zh|cmn)-.*(latn|pinyin)/i.test(lang);
}

/** A token with its place in the line. */
export interface Placed {
	token: Token;
	index: number;
}

const CLOSING = /^[，。、！？；：…·,.!?;:%°”’）)》」』】〉\]]+$/;
const OPENING = /^[“‘（(《「『【〈[]+$/;

/**
 * Tokens in bundles that no line break may part: a mark that closes stays with what it closes, one that opens with
 * what follows, a unit with its number. A line feed stands alone.
 */
export function bundles(tokens: readonly Token[]): Placed[][] {
	const out: Placed[][] = [];
	let tied = false;
	tokens.forEach((token, index) => {
		const before = out.at(-1)?.at(-1)?.token;
		const free = !before || before.text.includes('\n') || token.text.includes('\n');
		const unit = token.kind === 'unit' && before?.kind === 'number';
		if (!free && (tied || unit || CLOSING.test(token.text))) out.at(-1)?.push({ token, index });
		else out.push([{ token, index }]);
		tied = OPENING.test(token.text);
	});
	return out;
}

/** The pinyin of each token: as the dictionary has it, or as neighbours change it. */
export function pinyinOf(tokens: readonly Token[], spoken: boolean): string[] {
	return spoken ? spokenPinyin(tokens) : tokens.map((token) => token.pinyin ?? '');
}

/** Syllables of one word stand together, those that would run into each other parted by an apostrophe. */
export function joined(pinyin: string): string {
	return pinyin
		.split(' ')
		.map((syllable, i) =>
			i > 0 && /^[aoeāáǎàōóǒòēéěè]/i.test(syllable) ? `’${syllable}` : syllable
		)
		.join('');
}

const PAUSES: Record<string, string> = {
	'，': ',',
	'。': '.',
	'、': ',',
	'！': '!',
	'？': '?',
	'；': ';',
	'：': ':',
	'（': '(',
	'）': ')'
};

/** A whole line in pinyin, as it is written: words apart, syllables of a word together. */
export function pinyinLine(tokens: readonly Token[], spoken = false): string {
	const readings = pinyinOf(tokens, spoken);
	let line = '';
	tokens.forEach((token, i) => {
		const text = token.text.includes('\n') ? '\n' : (PAUSES[token.text] ?? token.text);
		const piece = readings[i] ? joined(readings[i]) : text;
		const tied = !line || /[\s(“‘《「]$/.test(line) || /^[\s,.!?;:)”’》」%°]/.test(piece);
		line += tied ? piece : ` ${piece}`;
	});
	return line.replace(/ +/g, ' ').trim();
}

/** Places of tokens that a query touches in the characters of a line. */
function touched(tokens: readonly Token[], query: string): Set<number> {
	const hits = new Set<number>();
	const text = tokens
		.map((token) => token.text)
		.join('')
		.toLowerCase();
	for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + 1)) {
		let start = 0;
		tokens.forEach((token, i) => {
			const end = start + token.text.length;
			if (start < at + query.length && end > at) hits.add(i);
			start = end;
		});
	}
	return hits;
}

/** Places of tokens whose pinyin, read on from the beginning of a syllable, is what was typed without tones. */
function read(tokens: readonly Token[], needle: string): Set<number> {
	const syllables = tokens.flatMap((token, token_) =>
		(token.pinyin ?? '')
			.split(' ')
			.filter(Boolean)
			.map((syllable) => ({ plain: plainPinyin(syllable), token: token_ }))
	);
	const hits = new Set<number>();
	syllables.forEach((_, from) => {
		let spelt = '';
		for (let to = from; to < syllables.length && spelt.length < needle.length; to++) {
			spelt += syllables[to].plain;
			if (!needle.startsWith(spelt) && !spelt.startsWith(needle)) return;
			if (spelt.startsWith(needle))
				for (const { token } of syllables.slice(from, to + 1)) hits.add(token);
		}
	});
	return hits;
}

/** The fewest letters that are looked for among the pinyin: one would be found everywhere. */
const FEWEST = 2;

/** The tokens in which a query is found: by their characters, or by their pinyin with or without tones. */
export function hits(tokens: readonly Token[], query: string): Set<number> {
	const needle = query.trim().toLowerCase();
	if (!needle) return new Set();
	const found = touched(tokens, needle);
	const letters = plainPinyin(needle);
	if (found.size > 0 || letters.length < FEWEST || !/^[a-z]+$/.test(letters)) return found;
	return read(tokens, letters);
}
