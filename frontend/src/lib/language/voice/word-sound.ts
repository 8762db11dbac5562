import type { Word } from '#lib/services/dictionary.ts';
import type { Card, Context } from '#lib/services/reviews.ts';
import type { Analyst } from './analyst.ts';
import { HOP } from './frames.ts';
import { RATE } from './resample.ts';
import { syllablesOf } from './syllables.ts';
import { fileSound, lineSound, type Sound } from './teacher.ts';

/** Around a word that is cut out of its line, in seconds: its consonant before, its breath after. */
const BEFORE = 0.09;
const AFTER = 0.06;

/** A word as a person says it: its own recording, else a teacher's, cut out of the line. */
export async function teacherOf(
	analyst: Analyst,
	{ word, context }: { word: Word } & Pick<Card, 'context'>
): Promise<Sound | undefined> {
	if (word.audio) return fileSound(word.audio);
	return context && wordSound(analyst, word.hanzi, context);
}

/** A word as a teacher says it in its line, cut out. Undefined where it cannot be found there for sure. */
export async function wordSound(
	analyst: Analyst,
	hanzi: string,
	{ assetId, startMs, endMs, tokens }: Context
): Promise<Sound | undefined> {
	const syllables = syllablesOf(tokens);
	if (!assetId || startMs === undefined || !syllables) return undefined;
	const line = await lineSound({ assetId, startMs, endMs: endMs ?? startMs + 4000 });
	const { said } = await analyst.judge(line.samples, line.rate, syllables);
	const at = placeOf(hanzi, tokens);
	if (said.unfit || at < 0) return undefined;
	const word = said.syllables.slice(at, at + [...hanzi].length);
	// What does not sound as it is written was cut in the wrong place, or was said in a way that teaches nothing.
	if (word.length === 0 || word.some(({ outcome }) => outcome !== 'right')) return undefined;
	const seconds = (frame: number) => (frame * HOP) / RATE;
	const from = Math.max(0, seconds(word[0].from) - BEFORE);
	const to = seconds(word[word.length - 1].to) + AFTER;
	return {
		samples: line.samples.slice(Math.floor(from * line.rate), Math.ceil(to * line.rate)),
		rate: line.rate
	};
}

/** Place of the first syllable of a word among those of its line; -1 when it is not there. */
export function placeOf(hanzi: string, tokens: Context['tokens']): number {
	let at = 0;
	for (const { text, pinyin } of tokens) {
		if (text === hanzi) return at;
		at += pinyin?.split(' ').filter(Boolean).length ?? 0;
	}
	return -1;
}
