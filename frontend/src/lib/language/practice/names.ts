import { locale, m, textLanguage, textOf } from '#lib/i18n';
import type { Word } from '#lib/services/dictionary.ts';

/** A word's meaning and the language it is written in: the term bank's in the reader's, else English. */
export function meaning(word: Pick<Word, 'gloss' | 'glosses'>): { text: string; lang: string } {
	const own = textLanguage(word.gloss);
	if (own && (own === locale() || own === locale().slice(0, 2) || !word.glosses.length))
		return { text: textOf(word.gloss), lang: own };
	const english = word.gloss?.en?.trim() || word.glosses.slice(0, 2).join('; ');
	return english ? { text: english, lang: 'en' } : { text: textOf(word.gloss), lang: own ?? 'en' };
}

/** The level with the list it belongs to; lists differ, so none goes unnamed. Empty when it is in none. */
export function levelOf({
	list,
	level,
	levelName
}: Pick<Word, 'level' | 'levelName' | 'list'>): string {
	return list ? m.language_list_level({ list, level: levelName ?? String(level) }) : '';
}
