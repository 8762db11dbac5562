import type { Word } from '#lib/services/dictionary.ts';
import type { Card, Context, WordMemory } from '#lib/services/reviews.ts';
import { freshMemory } from './scheduler.ts';

// Words and cards for the unit tests of the practice.
export const NOW = new Date('2027-03-10T09:00:00Z');

export function word(hanzi: string, pinyin: string, gloss: string, more: Partial<Word> = {}): Word {
	return {
		hanzi,
		pinyin,
		glosses: [gloss],
		safety: false,
		level: 0,
		count: 1,
		known: false,
		kept: false,
		...more
	};
}

export const WORDS = [
	word('转速', 'zhuàn sù', 'spindle speed', { bankId: 'cnc', partOfSpeech: 'noun' }),
	word('主轴', 'zhǔ zhóu', 'spindle', { bankId: 'cnc', partOfSpeech: 'noun' }),
	word('停', 'tíng', 'to stop'),
	word('急停按钮', 'jí tíng àn niǔ', 'emergency stop button', { bankId: 'cnc', safety: true }),
	word('检查', 'jiǎn chá', 'to check')
];

export const LINE: Context = {
	lessonId: 'lesson',
	lessonTitle: { en: 'Lesson' },
	courseSlug: 'cnc',
	assetId: 'asset',
	startMs: 1000,
	endMs: 3000,
	tokens: [
		{ text: '检查', pinyin: 'jiǎn chá' },
		{ text: '主轴', pinyin: 'zhǔ zhóu' },
		{ text: '转速', pinyin: 'zhuàn sù' },
		{ text: '。', kind: 'punctuation' }
	]
};

export function card(of: Word, memory: Partial<WordMemory> = {}, context?: Context): Card {
	return { word: of, memory: { ...freshMemory(of.hanzi, NOW), ...memory }, context };
}

/** A card that has been reviewed before and is due. */
export function known(of: Word, stability = 10, reps = 4, context?: Context): Card {
	const due = new Date(NOW.getTime() - 3_600_000);
	return card(
		of,
		{
			state: 'review',
			stability,
			difficulty: 5,
			reps,
			dueAt: due.toISOString(),
			lastReviewAt: new Date(due.getTime() - stability * 86_400_000).toISOString()
		},
		context
	);
}
