import { spokenPinyin } from '#lib/language/sandhi.ts';
import { toneOf } from '#lib/language/sandhi.ts';
import type { Token } from '#lib/services/reviews.ts';

/** A tone: 1 to 4, 5 = neutral. */
export type Tone = 1 | 2 | 3 | 4 | 5;

/** How a syllable begins: that decides where it can be cut from the one before. */
export type Onset = 'stop' | 'sonorant' | 'vowel';

/** A syllable that is to be said. */
export interface Syllable {
	/** As it is spoken, with its mark. */
	pinyin: string;
	/** The character, where each has one syllable. */
	hanzi: string;
	tone: Tone;
	/** Another tone that is right as well: between words, 3rd before 3rd may be said either way. */
	also?: Tone;
	onset: Onset;
}

/** The tone of a syllable with marks. */
export const spokenTone = (pinyin: string): Tone => (toneOf(pinyin) || 5) as Tone;

export function onsetOf(pinyin: string): Onset {
	const first = pinyin.normalize('NFD').charAt(0).toLowerCase();
	if ('mnlr'.includes(first)) return 'sonorant';
	return 'aoeiuvwy'.includes(first) ? 'vowel' : 'stop';
}

function syllable(pinyin: string, hanzi: string): Syllable {
	return { pinyin, hanzi, tone: spokenTone(pinyin), onset: onsetOf(pinyin) };
}

/** What can be said: letters with or without marks, not "G01" or "1200". */
const SAYABLE = /^[\p{L}\p{M}'’]+$/u;

/**
 * The syllables of a line as they are spoken, or undefined when it holds something whose reading is not known (a number,
 * Latin letters): then nobody can say which sound belongs to which syllable.
 */
export function syllablesOf(tokens: readonly Token[]): Syllable[] | undefined {
	const spoken = spokenPinyin(tokens);
	const out: Syllable[] = [];
	for (const [i, token] of tokens.entries()) {
		const pinyin = spoken[i].split(' ').filter(Boolean);
		if (pinyin.length === 0) {
			if (/[\p{L}\p{N}]/u.test(token.text)) return undefined;
			continue;
		}
		const characters = [...token.text];
		const paired = characters.length === pinyin.length;
		for (const [k, text] of pinyin.entries()) {
			if (!SAYABLE.test(text)) return undefined;
			out.push(syllable(text.toLowerCase(), paired ? characters[k] : ''));
		}
	}
	out.forEach((one, i) => {
		if (one.tone === 3 && out[i + 1]?.tone === 3) one.also = 2;
	});
	return out.length > 0 ? out : undefined;
}

/** The syllables of a word as it is spoken. */
export function syllablesOfWord(word: { hanzi: string; pinyin: string }): Syllable[] | undefined {
	return syllablesOf([{ text: word.hanzi, pinyin: word.pinyin }]);
}
