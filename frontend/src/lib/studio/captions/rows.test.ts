import { describe, expect, it } from 'vitest';
import type { Cue } from '../types';
import {
	add,
	addTrack,
	captionOf,
	change,
	chineseOf,
	cuesOf,
	dropTrack,
	faultOf,
	merge,
	rebase,
	remove,
	split,
	write
} from './rows';
import { readTime, showTime } from './time';

const cue = (id: string, startMs: number, endMs: number, text: string): Cue => ({
	id,
	startMs,
	endMs,
	text
});
const zh = [
	cue('1', 0, 1000, '你好。'),
	cue('2', 1000, 3000, '请戴安全帽。'),
	cue('3', 4000, 5000, '开始。')
];
const rows = addTrack([], 'zh-CN', zh);
const said = (
	all: readonly { startMs: number; endMs: number; texts: Record<string, string> }[],
	lang = 'zh-CN'
) => all.map((r) => `${r.startMs}-${r.endMs} ${r.texts[lang] ?? ''}`);

describe('the texts of a line', () => {
	const row = { id: '1', startMs: 0, endMs: 1000 };
	it('are spoken in Chinese, and pinyin is not', () => {
		const texts = { en: 'Hello.', 'zh-Latn-pinyin': 'nǐ hǎo', 'zh-CN': ' 你好。 ' };
		expect(chineseOf({ ...row, texts })).toBe('你好。');
		expect(chineseOf({ ...row, texts: { en: 'Hello.', 'zh-Latn-pinyin': 'nǐ hǎo' } })).toBe('');
	});
	it('are shown below each other in the languages that have one', () => {
		const texts = { en: 'Hello.', 'zh-CN': '你好。' };
		expect(captionOf({ ...row, texts }, ['zh-CN', 'ru', 'en'])).toBe('你好。\nHello.');
		expect(captionOf(undefined, ['en'])).toBe('');
	});
});

describe('tracks side by side', () => {
	it('share the lines that are spoken at the same time', () => {
		const both = addTrack(rows, 'en', [cue('a', 30, 980, 'Hello.'), cue('2', 2000, 3000, 'Late.')]);
		expect(both.map((r) => r.texts.en)).toEqual(['Hello.', undefined, 'Late.', undefined]);
		expect(cuesOf(both, 'zh-CN')).toEqual(zh);
	});

	it('give back each cue under the id it had', () => {
		const both = addTrack(rows, 'en', [cue('a', 0, 1000, 'Hello.'), cue('1', 2000, 2500, 'Mine.')]);
		expect(cuesOf(both, 'en').map((c) => c.id)).toEqual(['a', '1']);
		expect(new Set(both.map((r) => r.id)).size).toBe(both.length);
	});

	it('lose only the lines of their own when one is taken away', () => {
		const both = addTrack(rows, 'en', [cue('x', 6000, 7000, 'End.')]);
		expect(cuesOf(dropTrack(both, 'en'), 'zh-CN')).toEqual(zh);
		expect(dropTrack(both, 'en')).toHaveLength(3);
	});

	it('make no cue of an empty text', () => {
		expect(cuesOf(write(rows, '2', 'zh-CN', '  '), 'zh-CN')).toHaveLength(2);
	});
});

describe('lines', () => {
	it('are cut at the cursor, the time by the share of the text', () => {
		const cut = split(rows, '2', { newId: 'n', lang: 'zh-CN', caret: 3 });
		expect(said(cut)).toEqual([
			'0-1000 你好。',
			'1000-2000 请戴安',
			'2000-3000 全帽。',
			'4000-5000 开始。'
		]);
	});

	it('are cut where the player stands when it stands in the line', () => {
		const cut = split(rows, '2', { newId: 'n', lang: 'zh-CN', caret: 1, atMs: 2500 });
		expect(said(cut).slice(1, 3)).toEqual(['1000-2500 请', '2500-3000 戴安全帽。']);
	});

	it('join without a space in Chinese and with one in English', () => {
		expect(said(merge(rows, '1'))[0]).toBe('0-3000 你好。请戴安全帽。');
		const english = addTrack([], 'en', [cue('1', 0, 1, 'Put on'), cue('2', 1, 2, 'a helmet.')]);
		expect(merge(english, '1')[0]?.texts.en).toBe('Put on a helmet.');
		expect(merge(rows, '3')).toEqual(rows);
	});

	it('are added in the gap behind a line, no longer than the gap', () => {
		expect(said(add(rows, 'n', '2'))[2]).toBe('3000-4000 ');
		expect(said(add(rows, 'n', '3'))[3]).toBe('5000-7000 ');
		expect(remove(add(rows, 'n', '2'), 'n')).toEqual(rows);
	});

	it('stay in the order of time when one is moved', () => {
		expect(change(rows, '1', { startMs: 6000, endMs: 7000 }).map((r) => r.id)).toEqual([
			'2',
			'3',
			'1'
		]);
	});

	it('say what is wrong with their times', () => {
		expect(faultOf(change(rows, '1', { endMs: 1500 }), 0)).toBe('overlap');
		expect(faultOf(change(rows, '1', { endMs: 0 }), 0)).toBe('order');
		expect(faultOf(rows, 0)).toBeUndefined();
	});
});

describe('two people at one track', () => {
	it('both keep their work in different lines', () => {
		const mine = write(rows, '1', 'zh-CN', '您好。');
		const theirs = [zh[0]!, cue('2', 1000, 3000, '请戴好安全帽。'), cue('4', 7000, 8000, '再见。')];
		const done = rebase(mine, 'zh-CN', zh, theirs);
		expect(done.conflicts).toEqual([]);
		expect(said(done.rows)).toEqual([
			'0-1000 您好。',
			'1000-3000 请戴好安全帽。',
			'7000-8000 再见。'
		]);
	});

	it('are shown both texts of a line that both changed', () => {
		const mine = write(rows, '1', 'zh-CN', '您好。');
		const theirs = [cue('1', 0, 1000, '大家好。'), ...zh.slice(1)];
		const done = rebase(mine, 'zh-CN', zh, theirs);
		expect(done.conflicts).toMatchObject([
			{ rowId: '1', mine: { text: '您好。' }, theirs: { text: '大家好。' } }
		]);
		expect(done.rows[0]?.texts['zh-CN']).toBe('您好。');
	});
});

describe('times', () => {
	it('are read as they are shown', () => {
		for (const ms of [0, 999, 61_005, 3_723_456]) expect(readTime(showTime(ms))).toBe(ms);
	});

	it('may be typed with a comma, in seconds alone, and are refused when they are none', () => {
		expect(readTime('1:02,5')).toBe(62_500);
		expect(readTime('75')).toBe(75_000);
		expect(readTime('1:75')).toBeUndefined();
		expect(readTime('soon')).toBeUndefined();
	});
});
