import type { Word } from '#lib/services/dictionary.ts';

/**
 * What is shown for a word: `gloss` pinyin and meaning, `pinyin` the reading alone, `hanzi` neither, `hidden` not
 * even the characters.
 */
export type Support = 'gloss' | 'pinyin' | 'hanzi' | 'hidden';

/** From this probability of recall on a word counts as known; the server draws the line at the same place. */
export const KNOWN = 0.9;

/** How the learner wants to be helped. */
export interface Help {
	/** Help goes by itself where a word is known. */
	fading: boolean;
	/** By ear alone: nothing is written. */
	ear: boolean;
}

/** What is shown for a word by the memory of it. What is remembered says more than the level that was declared. */
export function supportOf(
	word: Pick<Word, 'known' | 'retrievability'> | undefined,
	{ fading, ear }: Help
): Support {
	if (ear) return 'hidden';
	if (!fading || !word) return 'gloss';
	if (word.retrievability !== undefined) return word.retrievability < KNOWN ? 'pinyin' : 'hanzi';
	return word.known ? 'hanzi' : 'gloss';
}
