import { shuffled, type Chance } from '#lib/language/practice/chance.ts';
import { inTone } from '#lib/language/sandhi.ts';
import type { Card } from '#lib/services/reviews.ts';
import type { ToneAnswers } from '#lib/services/tones.ts';
import { syllablesOfWord, type Syllable, type Tone } from './syllables.ts';

/** A word whose tones are asked for. */
export interface Question {
	card: Card;
	syllables: Syllable[];
	/** The tones as they are spoken, a figure a syllable. */
	tones: string;
	/** What can be chosen, the right one with them. */
	options: string[];
}

/** Questions of one round. */
export const ROUND = 10;
/** Tones that are taken for each other, those that most people mix up first (2nd and 3rd). */
const NEIGHBOURS: Record<Tone, Tone[]> = {
	1: [4, 2, 3],
	2: [3, 1, 4],
	3: [2, 4, 1],
	4: [1, 3, 2],
	5: [4, 1, 3]
};
const FULL: Tone[] = [1, 2, 3, 4];

/** How it went so far with what was heard. */
export function record(answers: readonly ToneAnswers[]): { count: number; share: number } {
	const heard = answers.filter(({ exercise }) => exercise === 'tone');
	const count = heard.reduce((n, one) => n + one.count, 0);
	const right = heard.filter((one) => one.asked === one.answered);
	return { count, share: count ? right.reduce((n, one) => n + one.count, 0) / count : 0 };
}

/** How much there is to choose from: two, three, or all sixteen pairs. Each step is earned. */
export type Stage = 2 | 3 | 16;

export function stageOf(answers: readonly ToneAnswers[]): Stage {
	const { count, share } = record(answers);
	if (count >= 40 && share >= 0.85) return 16;
	return count >= 12 && share >= 0.75 ? 3 : 2;
}

/** One talker while it is hard: many help those who hear the tones, and confuse those who do not yet. */
export const manyTalkers = (answers: readonly ToneAnswers[]) => stageOf(answers) === 16;

/** How often each tone was taken for another, heard and said. */
export function confusions(answers: readonly ToneAnswers[]): Map<string, number> {
	const out = new Map<string, number>();
	for (const { asked, answered, count } of answers)
		[...asked].forEach((tone, i) => {
			const key = tone + answered[i];
			if (tone !== answered[i]) out.set(key, (out.get(key) ?? 0) + count);
		});
	return out;
}

/** How much a word is worth asking for: by the confusions of its tones, 2nd and 3rd first while none are known. */
export function need(tones: string, confused: ReadonlyMap<string, number>): number {
	let sum = 1;
	for (const tone of tones) {
		if (tone === '2' || tone === '3') sum += 1;
		for (const other of '12345') sum += Math.min(6, confused.get(tone + other) ?? 0) * 1.5;
	}
	return sum / Math.sqrt(tones.length);
}

const changed = (tones: string, at: number, tone: number) =>
	tones.slice(0, at) + tone + tones.slice(at + 1);

/** Wrong choices, the most tempting first: one tone changed for what this learner takes it for. */
export function temptations(tones: string, confused: ReadonlyMap<string, number>): string[] {
	const all = [...tones].flatMap((tone, at) =>
		NEIGHBOURS[Number(tone) as Tone].map((other, rank) => ({
			tones: changed(tones, at, other),
			pull:
				(confused.get(tone + other) ?? 0) * 2 - rank + (/[23]/.test(tone) && rank === 0 ? 0.5 : 0)
		}))
	);
	return all.sort((a, b) => b.pull - a.pull).map((one) => one.tones);
}

/** All pairs of the four tones, the first syllable's together. */
export const allPairs = () => FULL.flatMap((a) => FULL.map((b) => `${a}${b}`));

/** What one chooses from. Only pairs of full tones can be chosen from all sixteen. */
export function optionsFor(
	tones: string,
	stage: Stage,
	confused: ReadonlyMap<string, number>,
	chance: Chance
): string[] {
	if (stage === 16 && /^[1-4]{2}$/.test(tones)) return allPairs();
	const wrong = temptations(tones, confused).slice(0, stage === 2 ? 1 : stage === 3 ? 2 : 3);
	return shuffled([tones, ...wrong], chance);
}

/** The word in other tones. */
export function pinyinIn(syllables: readonly Syllable[], tones: string): string {
	const bare = /[\u0304\u0301\u030c\u0300]/;
	return syllables
		.map(({ pinyin, tone }, i) => {
			const wanted = Number(tones[i]) as Tone;
			if (wanted === tone) return pinyin;
			if (wanted === 5) return pinyin.normalize('NFD').replace(bare, '').normalize('NFC');
			return inTone(tone === 5 ? withMark(pinyin) : pinyin, wanted);
		})
		.join(' ');
}

/** A neutral syllable has no mark that could be changed: it goes where the rules of pinyin put it. */
function withMark(pinyin: string): string {
	const at = ['a', 'e', 'ou'].map((vowel) => pinyin.indexOf(vowel)).find((i) => i >= 0);
	const last = [...pinyin].findLastIndex((letter) => 'iouü'.includes(letter));
	const place = at ?? last;
	return place < 0 ? pinyin : pinyin.slice(0, place + 1) + '\u0304' + pinyin.slice(place + 1);
}

/** A round of questions: words drawn by need, each once, their tones mixed. */
export function round(
	cards: readonly Card[],
	answers: readonly ToneAnswers[],
	stage: Stage,
	chance: Chance
): Question[] {
	const confused = confusions(answers);
	const pool = cards.flatMap((card) => {
		const syllables = syllablesOfWord(card.word);
		if (!syllables) return [];
		const tones = syllables.map(({ tone }) => tone).join('');
		// A random key with a weight: the largest are a weighted draw without putting back.
		const key = chance() ** (1 / need(tones, confused));
		return [{ card, syllables, tones, key }];
	});
	return pool
		.sort((a, b) => b.key - a.key)
		.slice(0, ROUND)
		.map(({ card, syllables, tones }) => ({
			card,
			syllables,
			tones,
			options: optionsFor(tones, stage, confused, chance)
		}));
}
