import { describe, expect, it, vi } from 'vitest';
import type { Word } from '#lib/services/dictionary.ts';
import type { LessonText } from '#lib/services/language.ts';
import { LessonLanguage, type Outside } from './lesson-language.svelte.ts';
import { WORDS, word } from './practice/fake.ts';
import { bandOf, readinessAt } from './readiness.ts';
import { supportOf } from './support.ts';

const tokens = [
	{ text: '检查', pinyin: 'jiǎn chá' },
	{ text: '主轴', pinyin: 'zhǔ zhóu' },
	{ text: '转速', pinyin: 'zhuàn sù' },
	{ text: '。', kind: 'punctuation' as const }
];

function lesson(words: Word[] = WORDS): LessonText {
	return {
		list: { id: 'hsk2', name: 'HSK 2.0', levels: ['1', '2', '3', '4', '5', '6'] },
		level: 0,
		lines: [
			{ text: '检查主轴转速。', tokens },
			{ text: '停', tokens: [{ text: '停', pinyin: 'tíng' }] },
			{ text: '急停按钮', tokens: [{ text: '急停按钮', pinyin: 'jí tíng àn niǔ' }] }
		],
		words: Object.fromEntries(words.map((one) => [one.hanzi, one])),
		readiness: {
			coverage: 0,
			expected: 0,
			band: 'support',
			tokens: 20,
			words: words.length,
			learn: words.map((one) => one.hanzi),
			coverageAfter: 1
		}
	};
}

async function loaded(outside: Partial<Outside> = {}, text = lesson()): Promise<LessonLanguage> {
	const language = new LessonLanguage('lesson', { ask: async () => text, ...outside });
	await language.load();
	return language;
}

const HELP = { fading: true, ear: false };

describe('what is shown for a word', () => {
	it('fades with the memory of it', () => {
		expect(supportOf({ known: false }, HELP)).toBe('gloss');
		expect(supportOf({ known: false, retrievability: 0.4 }, HELP)).toBe('pinyin');
		expect(supportOf({ known: true, retrievability: 0.9 }, HELP)).toBe('hanzi');
		expect(supportOf({ known: true }, HELP)).toBe('hanzi');
	});

	it('follows the memory rather than the level that was declared', () => {
		expect(supportOf({ known: true, retrievability: 0.3 }, HELP)).toBe('pinyin');
	});

	it('is everything when help stays, and nothing by ear', () => {
		expect(supportOf({ known: true }, { fading: false, ear: false })).toBe('gloss');
		expect(supportOf({ known: false }, { fading: false, ear: true })).toBe('hidden');
	});

	it('is everything for what is not in the list of words', () => {
		expect(supportOf(undefined, HELP)).toBe('gloss');
	});
});

describe('the language of a lesson', () => {
	it('finds lines by their text, several cues piece by piece', async () => {
		const language = await loaded();
		expect(language.tokens(' 检查主轴转速。\n')).toEqual(tokens);
		expect(language.tokens('停\n急停按钮')?.map((token) => token.text)).toEqual([
			'停',
			'\n',
			'急停按钮'
		]);
		expect([language.tokens('停\n别的'), language.tokens('别的')]).toEqual([undefined, undefined]);
	});

	it('leaves the page as it is when it does not come, and keeps what came before', async () => {
		const ask = vi.fn().mockRejectedValue(new Error('no line'));
		const language = new LessonLanguage('lesson', { ask });
		await language.load();
		expect([language.failed, language.tokens('停'), language.word('停')]).toEqual([
			true,
			undefined,
			undefined
		]);
		ask.mockResolvedValueOnce(lesson());
		await language.load();
		await language.load();
		expect([language.failed, language.word('停')?.pinyin]).toEqual([false, 'tíng']);
	});

	it('counts the opening of a card as a look-up; the help of a kept word comes back', async () => {
		const record = vi.fn();
		const kept = word('停', 'tíng', 'to stop', { kept: true, known: true, retrievability: 0.97 });
		const listed = word('检查', 'jiǎn chá', 'to check', { known: true, knownBy: 'level' });
		const language = await loaded({ record }, lesson([kept, listed]));
		expect([language.support('停', HELP), language.support('检查', HELP)]).toEqual([
			'hanzi',
			'hanzi'
		]);
		language.look({ hanzi: '停', pinyin: 'tíng' });
		language.look({ hanzi: '检查', pinyin: 'jiǎn chá' });
		expect(record.mock.calls.map(([event]) => event)).toEqual([
			{ kind: 'lookup', word: '停', lessonId: 'lesson' },
			{ kind: 'lookup', word: '检查', lessonId: 'lesson' }
		]);
		expect([language.support('停', HELP), language.support('检查', HELP)]).toEqual([
			'pinyin',
			'hanzi'
		]);
	});

	it('keeps a word at once and gives it up again', async () => {
		const record = vi.fn();
		const language = await loaded({ record });
		language.keep('停');
		expect(language.word('停')?.kept).toBe(true);
		language.keep('停', false);
		expect(language.word('停')?.kept).toBe(false);
		expect(record.mock.calls.map(([event]) => event.kind)).toEqual(['keep', 'drop']);
	});

	it('keeps nothing for visitors', async () => {
		const language = await loaded();
		language.keep('停');
		language.look({ hanzi: '停', pinyin: 'tíng' });
		expect([language.word('停')?.kept, language.opened?.hanzi]).toEqual([false, '停']);
	});

	it('tells where else a word is used', async () => {
		const language = await loaded();
		const seek = vi.fn();
		const cues = [
			{ start: 3, text: '检查主轴转速。' },
			{ start: 9, text: '停' },
			{ start: 12, text: '检查主轴转速。' }
		];
		const away = language.register({ title: 'Video', cues: () => cues, seek });
		const uses = language.uses('转速');
		expect(uses.map((use) => use.start)).toEqual([3, 12]);
		uses[1].place.seek(uses[1].start);
		expect(seek).toHaveBeenCalledWith(12);
		away();
		expect(language.uses('转速')).toEqual([]);
	});
});

describe('readiness', () => {
	it('is banded as the server bands it', () => {
		expect([0.95, 0.9499, 0.9, 0.8999, 0.8, 0.7].map(bandOf)).toEqual([
			'go',
			'glosses',
			'glosses',
			'learn',
			'learn',
			'support'
		]);
	});

	it('of a visitor is what the server tells for the level that the device knows', async () => {
		const text = lesson([
			word('停', 'tíng', 'to stop', { level: 2, count: 4, knownFrom: 2 }),
			word('主轴', 'zhǔ zhóu', 'spindle', { level: 0, count: 2, knownFrom: 3 }),
			word('转速', 'zhuàn sù', 'spindle speed', { count: 2 })
		]);
		const at = (coverage: number) => ({ ...text.readiness, coverage });
		text.byLevel = [at(0), at(0.5), at(0.75)];
		expect([0, 1, 2, 3].map((level) => readinessAt(text, level).coverage)).toEqual([
			0, 0, 0.5, 0.75
		]);
		const language = await loaded({ level: () => 3 }, text);
		expect(['停', '主轴', '转速'].map((hanzi) => language.word(hanzi)?.knownBy)).toEqual([
			'level',
			'parts',
			undefined
		]);
		expect(language.readiness?.coverage).toBe(0.75);
	});
});
