import type { Context, Token } from '#lib/services/reviews.ts';
import { plainPinyin } from './pinyin.ts';

/** Longer lines are too much to keep in mind while one writes. */
const LONGEST = 12;

const isWord = (token: Token) => !token.kind || token.kind === 'name';
const isSilent = (token: Token) => token.kind === 'punctuation' || token.kind === 'space';

/** Whether a line can be dictated: a few words that can all be written in Hanzi or in pinyin, and no figures. */
export function dictates(hanzi: string, context?: Context): boolean {
	const said = context?.tokens.filter((token) => !isSilent(token)) ?? [];
	const length = [...said.map((token) => token.text).join('')].length;
	return (
		said.length >= 2 &&
		length <= LONGEST &&
		said.every((token) => isWord(token) && token.pinyin) &&
		said.some((token) => token.text === hanzi)
	);
}

/** A word of the line, and whether it was written. */
export interface Heard {
	token: Token;
	right: boolean;
}

const FIGURES = '〇一二三四五六七八九';
/** A keyboard may offer 3 where 三 was said, and 零 for 〇. */
const inFigures = (text: string) =>
	text.replace(/[0-9]/g, (digit) => FIGURES[Number(digit)]!).replace(/零/g, '〇');

/** The places of the most words that are all in `written`, whole and in their order. */
function found(words: readonly string[], written: string): number[] {
	const search = (word: number, from: number): number[] => {
		if (word === words.length) return [];
		const without = search(word + 1, from);
		const at = written.indexOf(words[word]!, from);
		if (at < 0) return without;
		const taken = [word, ...search(word + 1, at + words[word]!.length)];
		return taken.length >= without.length ? taken : without;
	};
	return search(0, 0);
}

/**
 * Compares what was written with a line, word by word. Hanzi are compared as such, Latin letters as pinyin without
 * tones; marks and spaces do not count. A word is right when all of it is there and in its place.
 */
export function heardOf(typed: string, tokens: readonly Token[]): Heard[] {
	const text = typed.normalize('NFKC');
	const inHanzi = /\p{Script=Han}/u.test(text);
	const plain = (of: string) =>
		inHanzi
			? inFigures(of).replace(/[\p{P}\p{S}\s]/gu, '')
			: plainPinyin(of).replace(/[^a-z]/g, '');
	const said = tokens.filter((token) => !isSilent(token));
	const faces = said.map((token) => plain(inHanzi ? token.text : (token.pinyin ?? token.text)));
	const right = new Set(found(faces, plain(text)));
	return said.map((token, i) => ({ token, right: right.has(i) }));
}
