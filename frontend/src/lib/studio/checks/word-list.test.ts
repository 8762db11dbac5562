import { describe, expect, it } from 'vitest';
import type { Word } from '#lib/services/dictionary.ts';
import type { DraftLesson } from '../types';
import { listIn, listTitle, newList, withWords } from './word-list.ts';

const word = (hanzi: string, pinyin: string, gloss: Record<string, string> = {}) =>
	({ hanzi, pinyin, gloss, glosses: ['first', 'second', 'third'] }) as unknown as Word;

const chuck = word('卡盘', 'kǎ pán', { en: 'chuck', ru: 'патрон' });

describe('word lists', () => {
	it('hold a word a row, with its meaning in the language, else in English, else from the dictionary', () => {
		const list = newList([chuck, word('加工', 'jiā gōng')], ['en', 'ru', 'fr', 'pt']);
		expect(list.ru).toContain('| 卡盘 | kǎ pán | патрон |');
		expect(list.fr).toContain('| 卡盘 | kǎ pán | chuck |');
		expect(list.en).toContain('| 加工 | jiā gōng | first; second |');
		expect(list.pt).toMatch(/^\| 汉字 \| Pīnyīn \| Meaning \|\n\| --- \|/);
	});
	it('take marks of tables in a meaning as text', () => {
		expect(
			newList([word('轴', 'zhóu', { en: 'axle | shaft\n(of a wheel)' })], ['en']).en
		).toContain('axle \\| shaft (of a wheel)');
	});
	it('grow at their end and take no word twice', () => {
		const text = `Before.\n\n${newList([chuck], ['en']).en}\n\nAfter.`;
		const more = withWords(text, [chuck, word('轴', 'zhóu', { en: '$& shaft' })], 'en');
		expect(more).toBe(text.replace('chuck |', 'chuck |\n| 轴 | zhóu | $$& shaft |'));
		expect(withWords(more, [chuck], 'en')).toBe(more);
	});
	it('follow a text that has none, and leave tables of others alone', () => {
		const table = '| 汉字 | what |\n|---|---|\n| 轴 | shaft |';
		const text = withWords(table, [chuck], 'en');
		expect(text.startsWith(`${table}\n\n| 汉字 | Pīnyīn |`)).toBe(true);
		expect(withWords('', [chuck], 'en')).toBe(newList([chuck], ['en']).en);
	});
	it('are found in the readings of a lesson', () => {
		const list = { kind: 'reading', body: { markdown: newList([chuck], ['en']) } };
		const lesson = {
			activities: [{ kind: 'video', body: {} }, { kind: 'reading', body: {} }, list]
		};
		expect(listIn(lesson as unknown as DraftLesson, 'en')).toBe(list);
		expect(listTitle(['ru', 'pt-BR'])).toEqual({ ru: 'Слова', 'pt-BR': 'Words' });
	});
});
