import { describe, expect, it } from 'vitest';
import type { Token } from '#lib/services/reviews.ts';
import { spokenPinyin, toneOf, inTone } from './sandhi.ts';
import { bundles, hasHan, hits, isHanzi, isPinyin, joined, pinyinLine } from './tokens.ts';

const word = (text: string, pinyin: string): Token => ({ text, pinyin });
const mark = (text: string): Token => ({ text, kind: 'punctuation' });

const LINE: Token[] = [
	word('主轴', 'zhǔ zhóu'),
	word('转速', 'zhuàn sù'),
	{ text: '800', kind: 'number' },
	{ text: '转/分', kind: 'unit' },
	mark('，'),
	word('不', 'bù'),
	word('要', 'yào'),
	word('打开', 'dǎ kāi'),
	mark('“'),
	word('门', 'mén'),
	mark('”'),
	mark('。')
];

describe('a line of tokens', () => {
	it('breaks only where Chinese may break', () => {
		const texts = bundles(LINE).map((bundle) => bundle.map(({ token }) => token.text).join(''));
		expect(texts).toEqual(['主轴', '转速', '800转/分，', '不', '要', '打开', '“门”。']);
	});

	it('keeps every token once and in its place', () => {
		expect(bundles(LINE).flatMap((bundle) => bundle.map(({ index }) => index))).toEqual(
			LINE.map((_, i) => i)
		);
	});

	it('never ties anything across a line feed', () => {
		const lines = bundles([word('停', 'tíng'), { text: '\n', kind: 'space' }, mark('。')]);
		expect(lines.map((bundle) => bundle.length)).toEqual([1, 1, 1]);
	});

	it('is written in pinyin as people write it', () => {
		expect(pinyinLine(LINE)).toBe('zhǔzhóu zhuànsù 800 转/分, bù yào dǎkāi “mén”.');
		expect(pinyinLine([word('方案', 'fāng àn')])).toBe('fāng’àn');
		expect(joined('xī ān')).toBe('xī’ān');
		expect(pinyinLine([word('停', 'tíng'), { text: '\n', kind: 'space' }, word('走', 'zǒu')])).toBe(
			'tíng\nzǒu'
		);
		expect(pinyinLine([])).toBe('');
	});
});

describe('a search in a line', () => {
	const found = (query: string) => [...hits(LINE, query)].map((i) => LINE[i].text);

	it('finds characters, also across words', () => {
		expect(found('轴转')).toEqual(['主轴', '转速']);
		expect(found('速')).toEqual(['转速']);
	});

	it('finds pinyin without tones, with tones and with digits', () => {
		for (const query of ['zhuansu', 'zhuan su', 'zhuànsù', 'Zhuan4su4'])
			expect(found(query), query).toEqual(['转速']);
	});

	it('finds pinyin that is not finished or goes over words', () => {
		expect(found('zhua')).toEqual(['转速']);
		expect(found('zhouzhuan')).toEqual(['主轴', '转速']);
	});

	it('begins at a syllable and not inside of one', () => {
		expect(found('huansu')).toEqual([]);
		expect(found('z')).toEqual([]);
		expect(found('  ')).toEqual([]);
	});
});

describe('tones as they are spoken', () => {
	const spoken = (...tokens: Token[]) => spokenPinyin(tokens).join(' ').trim();

	it('know marks on every vowel', () => {
		expect(['mā', 'má', 'mǎ', 'mà', 'ma', 'lǜ', 'nǚ'].map(toneOf)).toEqual([1, 2, 3, 4, 0, 4, 3]);
		expect([inTone('nǚ', 2), inTone('ma', 2)]).toEqual(['nǘ', 'ma']);
	});

	it('raise a third tone before another in the same word', () => {
		expect(spoken(word('水果', 'shuǐ guǒ'))).toBe('shuí guǒ');
		expect(spoken(word('展览馆', 'zhǎn lǎn guǎn'))).toBe('zhán lán guǎn');
		expect(spoken(word('手', 'shǒu'), word('冷', 'lěng'))).toBe('shǒu lěng');
	});

	it('raise 不 before a fallen tone, unless a pause stands between', () => {
		expect(spoken(word('不', 'bù'), word('要', 'yào'))).toBe('bú yào');
		expect(spoken(word('不', 'bù'), word('开', 'kāi'))).toBe('bù kāi');
		expect(spoken(word('不', 'bù'), mark('，'), word('要', 'yào'))).toBe('bù  yào');
	});

	it('change 一 by what follows, and leave it where it counts in order', () => {
		expect(spoken(word('一', 'yī'), word('次', 'cì'))).toBe('yí cì');
		expect(spoken(word('一起', 'yī qǐ'))).toBe('yì qǐ');
		expect(spoken(word('第一', 'dì yī'), word('步', 'bù'))).toBe('dì yī bù');
		expect(spoken(word('一月', 'yī yuè'))).toBe('yī yuè');
		expect(spoken(word('统一', 'tǒng yī'))).toBe('tǒng yī');
	});
});

describe('what is Chinese', () => {
	it('is told by the characters, also rare ones', () => {
		expect(['停', 'stop 停', '𠮷', 'stop', 'кнопка', '。'].map(hasHan)).toEqual([
			true,
			true,
			true,
			false,
			false,
			false
		]);
	});

	it('is told by the tag of a track', () => {
		expect(['zh', 'zh-CN', 'zh-Hans-CN', 'zh-Latn', 'zh-Latn-pinyin', 'en'].map(isHanzi)).toEqual([
			true,
			true,
			true,
			false,
			false,
			false
		]);
		expect(isPinyin('zh-Latn')).toBe(true);
	});
});
