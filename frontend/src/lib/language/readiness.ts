import type { Word } from '#lib/services/dictionary.ts';
import type { Band, LessonText, Readiness } from '#lib/services/language.ts';

/** The shares at which the bands begin, as they are marked on a bar. */
export const BANDS = [0.8, 0.9, 0.95] as const;

/** The band of a share of known words. */
export function bandOf(coverage: number): Band {
	if (coverage >= 0.95) return 'go';
	if (coverage >= 0.9) return 'glosses';
	return coverage >= 0.8 ? 'learn' : 'support';
}

/** A word as it is to somebody who has reached a level. */
export function atLevel(word: Word, level: number): Word {
	if (word.known || !word.knownFrom || word.knownFrom > level) return word;
	const itself = word.level > 0 && word.level <= level;
	return { ...word, known: true, knownBy: itself ? 'level' : 'parts' };
}

/**
 * The readiness of a visitor who has told their level to this device only. The server tells a visitor for each level what
 * it would tell an account of that level, so that nothing has to be asked when the level changes, nor be worked out anew.
 */
export function readinessAt(lesson: LessonText, level: number): Readiness {
	return lesson.byLevel?.[level - 1] ?? lesson.readiness;
}
