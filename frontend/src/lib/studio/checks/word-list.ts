import type { Word } from '#lib/services/dictionary.ts';
import type { DraftLesson, Text } from '../types';

/**
 * Word lists of lessons: tables in readings whose first column is the word. Learners find its words marked as taught,
 * and so does the check. What a list says is content of the course, in the course's languages, not of the interface.
 */
const TITLE: Text = { en: 'Words', 'zh-CN': '生词', ru: 'Слова', fr: 'Mots', ar: 'الكلمات' };
const HANZI = '汉字';
const PINYIN = 'Pīnyīn';
const MEANING: Text = {
	en: 'Meaning',
	'zh-CN': '意思',
	ru: 'Значение',
	fr: 'Sens',
	ar: 'المعنى'
};

const inLanguage = (text: Text, lang: string) => text[lang] ?? text[lang.split('-')[0]!];
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();

function meaning(word: Word, lang: string): string {
	const gloss = word.gloss ?? {};
	return inLanguage(gloss, lang) ?? gloss.en ?? word.glosses.slice(0, 2).join('; ');
}

const row = (word: Word, lang: string) =>
	`| ${cell(word.hanzi)} | ${cell(word.pinyin)} | ${cell(meaning(word, lang))} |`;

/** The heading of a list with its rule; lists of others begin in other ways and are left alone. */
const heading = (lang: string) =>
	`| ${HANZI} | ${PINYIN} | ${inLanguage(MEANING, lang) ?? MEANING.en} |\n| --- | --- | --- |`;

const LIST = new RegExp(
	`^\\| ${HANZI} \\| ${PINYIN} \\| [^\\n]*\\n\\| --- [^\\n]*(?:\\n\\|[^\\n]*)*`,
	'm'
);

/** A list of words as Markdown, in each language of the course. */
export function newList(words: readonly Word[], languages: readonly string[]): Text {
	return Object.fromEntries(
		languages.map((lang) => [
			lang,
			[heading(lang), ...words.map((word) => row(word, lang))].join('\n')
		])
	);
}

/** The same text with words added to its list; words that it has already are passed over. */
export function withWords(markdown: string, words: readonly Word[], lang: string): string {
	const list = LIST.exec(markdown)?.[0];
	if (!list) return [markdown.trimEnd(), '', newList(words, [lang])[lang]].join('\n').trimStart();
	const fresh = words.filter((word) => !list.includes(`\n| ${cell(word.hanzi)} |`));
	return markdown.replace(list, () => [list, ...fresh.map((word) => row(word, lang))].join('\n'));
}

/** The reading of a lesson that holds a list, in the first language of the course. */
export function listIn(lesson: DraftLesson, lang: string) {
	return lesson.activities.find(
		(activity) => activity.kind === 'reading' && LIST.test(activity.body.markdown?.[lang] ?? '')
	);
}

/** The title of a reading that is a list, in each language of the course. */
export function listTitle(languages: readonly string[]): Text {
	return Object.fromEntries(languages.map((lang) => [lang, inLanguage(TITLE, lang) ?? TITLE.en!]));
}
