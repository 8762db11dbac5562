import type { Token } from '#lib/services/reviews.ts';

// Pinyin is kept as the dictionary has it; how neighbours change a tone when they are spoken is only a way to show it.
const MARKS = ['', '\u0304', '\u0301', '\u030c', '\u0300'];
const MARK = /[\u0304\u0301\u030c\u0300]/;

/** Tone of a syllable with tone marks: 1–4, 0 for none. */
export function toneOf(syllable: string): number {
	const mark = MARK.exec(syllable.normalize('NFD'))?.[0];
	return mark ? MARKS.indexOf(mark) : 0;
}

/** The syllable in another tone; one without a mark stays as it is. */
export function inTone(syllable: string, tone: number): string {
	return syllable.normalize('NFD').replace(MARK, MARKS[tone]).normalize('NFC');
}

interface Syllable {
	text: string;
	/** The character, where each has one syllable. */
	character: string;
	token: number;
}

/** Syllables that are spoken without a pause between them. */
function stretches(tokens: readonly Token[]): Syllable[][] {
	const all: Syllable[][] = [[]];
	tokens.forEach(({ text, pinyin, kind }, token) => {
		if (!pinyin) {
			if (kind !== 'space') all.push([]);
			return;
		}
		const characters = [...text];
		const syllables = pinyin.split(' ');
		const paired = characters.length === syllables.length && kind !== 'number';
		syllables.forEach((syllable, i) =>
			all[all.length - 1].push({ text: syllable, character: paired ? characters[i] : '', token })
		);
	});
	return all;
}

/** Numerals count things in order: 第一, 十一, 一月, 一楼. The tone of 一 then stays. */
const ORDINAL_BEFORE = /[第十初零〇一二三四五六七八九]/;
const ORDINAL_AFTER = /[月号日楼层级班年]/;

function spoken(syllables: readonly Syllable[], i: number): string {
	const { text, character, token } = syllables[i];
	const [before, next] = [syllables[i - 1], syllables[i + 1]];
	if (!next) return text;
	const tone = toneOf(next.text);
	if (character === '不' && toneOf(text) === 4 && tone === 4) return inTone(text, 2);
	if (character === '一' && toneOf(text) === 1) {
		const counts = ORDINAL_BEFORE.test(before?.character ?? '');
		if (counts || ORDINAL_AFTER.test(next.character)) return text;
		return inTone(text, tone === 4 || tone === 0 ? 2 : 4);
	}
	// Between words it depends on the speaker's pace; inside a word it is always heard.
	if (toneOf(text) === 3 && tone === 3 && next.token === token) return inTone(text, 2);
	return text;
}

/** The pinyin of each token as it is spoken in this line; empty where there is none. */
export function spokenPinyin(tokens: readonly Token[]): string[] {
	const out: string[][] = tokens.map(() => []);
	for (const syllables of stretches(tokens)) {
		syllables.forEach((syllable, i) => out[syllable.token].push(spoken(syllables, i)));
	}
	return out.map((syllables) => syllables.join(' '));
}
