import { describe, expect, it } from 'vitest';
import { dictates, heardOf } from './dictation.ts';
import { LINE } from './fake.ts';

const wrong = (typed: string) =>
	heardOf(typed, LINE.tokens)
		.filter(({ right }) => !right)
		.map(({ token }) => token.text);

describe('a dictation', () => {
	it.each([
		'检查主轴转速。',
		'检查 主轴 转速',
		'检查，主轴转速！',
		'jiancha zhuzhou zhuansu',
		'Jiǎnchá zhǔzhóu zhuànsù.',
		'jian3cha2 zhu3zhou2 zhuan4su4',
		'ｊｉａｎｃｈａ ｚｈｕｚｈｏｕ ｚｈｕａｎｓｕ'
	])('takes %s for the whole line', (typed) => {
		expect(wrong(typed)).toEqual([]);
	});

	it('says which words are missing or other ones, wherever they stand', () => {
		expect(wrong('检查转速')).toEqual(['主轴']);
		expect(wrong('检查主轴专速')).toEqual(['转速']);
		expect(wrong('主轴转速')).toEqual(['检查']);
		expect(wrong('jiancha zhuansu')).toEqual(['主轴']);
		expect(wrong('')).toEqual(['检查', '主轴', '转速']);
		expect(wrong('检查检查主轴转速')).toEqual([]);
	});

	it('does not take words in another order', () => {
		expect(wrong('转速主轴检查').length).toBeGreaterThan(0);
	});

	it('takes a figure for the numeral that was said', () => {
		const tokens = [
			{ text: '按', pinyin: 'àn' },
			{ text: '三', pinyin: 'sān' },
			{ text: '次', pinyin: 'cì' }
		];
		const right = (typed: string) => heardOf(typed, tokens).map((heard) => heard.right);
		expect(right('按3次')).toEqual([true, true, true]);
		expect(right('按３次')).toEqual([true, true, true]);
		expect(right('按4次')).toEqual([true, false, true]);
	});

	it('keeps rare characters whole', () => {
		const tokens = [
			{ text: '𠮷𠮾', pinyin: 'jí' },
			{ text: '好', pinyin: 'hǎo' }
		];
		expect(heardOf('𠮷好', tokens).map(({ right }) => right)).toEqual([false, true]);
		expect(heardOf('𠮷𠮾好', tokens).map(({ right }) => right)).toEqual([true, true]);
	});

	it('is asked only of short lines without figures that hold the word', () => {
		expect(dictates('转速', LINE)).toBe(true);
		expect(dictates('停', LINE)).toBe(false);
		expect(dictates('转速', undefined)).toBe(false);
		const figure = { ...LINE, tokens: [...LINE.tokens, { text: '800', kind: 'number' as const }] };
		expect(dictates('转速', figure)).toBe(false);
		const long = { ...LINE, tokens: [...LINE.tokens, ...LINE.tokens, ...LINE.tokens] };
		expect(dictates('转速', long)).toBe(false);
	});
});
