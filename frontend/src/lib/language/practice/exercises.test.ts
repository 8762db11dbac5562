import { describe, expect, it } from 'vitest';
import { disordered, seeded, shuffled } from './chance.ts';
import { clozes, distractors, makeExercise, piecesOf, wayFor, waysFor } from './exercises.ts';
import { card, known, LINE, word, WORDS } from './fake.ts';
import { gradeOf, gradesFor } from './grade.ts';
import { plainPinyin, reads } from './pinyin.ts';

const [speed, spindle, stop, emergency] = WORDS as [
	(typeof WORDS)[0],
	(typeof WORDS)[0],
	(typeof WORDS)[0],
	(typeof WORDS)[0]
];
const gloss = (one: (typeof WORDS)[0]) => one.glosses[0]!;
const quiet = { voice: false, online: false };

describe('typed pinyin', () => {
	it.each([
		['zhuansu', 'zhuàn sù'],
		['Zhuàn Sù', 'zhuàn sù'],
		['zhuan4su4', 'zhuàn sù'],
		['lv se', 'lǜ sè'],
		['lu:4 se4', 'lǜ sè'],
		['lyuse', 'lǜ sè'],
		['qu', 'qù'],
		['nv er', "nǚ'ér"],
		['xi an', "xī'ān"]
	])('%s reads %s', (typed, pinyin) => {
		expect(reads(typed, { hanzi: '字', pinyin })).toBe(true);
	});

	it('tells u from ü where they are different sounds', () => {
		expect(reads('lu', { hanzi: '绿', pinyin: 'lǜ' })).toBe(false);
		expect(plainPinyin('nǚ')).not.toBe(plainPinyin('nú'));
	});

	it('also takes the word itself, and nothing for nothing', () => {
		expect([reads('转速', speed), reads('  ', speed), reads('zhuan', speed)]).toEqual([
			true,
			false,
			false
		]);
	});
});

describe('chance', () => {
	it('gives the same order for the same seed and loses nothing', () => {
		const mixed = shuffled([1, 2, 3, 4, 5], seeded(7));
		expect(mixed).toEqual(shuffled([1, 2, 3, 4, 5], seeded(7)));
		expect([...mixed].sort()).toEqual([1, 2, 3, 4, 5]);
	});

	it('never leaves pieces in order', () => {
		for (let seed = 0; seed < 200; seed++)
			expect(disordered(['甲', '乙', '丙'], seeded(seed)).join('')).not.toBe('甲乙丙');
	});
});

describe('wrong choices', () => {
	it('come from the same bank first and never look like the right one', () => {
		const twin = word('速度', 'sù dù', 'spindle speed', { bankId: 'cnc', partOfSpeech: 'noun' });
		for (let seed = 0; seed < 50; seed++) {
			const wrong = distractors(speed, [...WORDS, twin], gloss, seeded(seed));
			expect(wrong).toHaveLength(3);
			expect(wrong[0]).toBe(spindle);
			expect(wrong.map(gloss)).not.toContain('spindle speed');
			expect(new Set(wrong.map(gloss)).size).toBe(3);
		}
	});
});

describe('the way a word is asked', () => {
	it('is recognition for a new word and recall for an old one', () => {
		const fresh = card(stop);
		expect(wayFor(fresh, waysFor(fresh, WORDS, quiet), 0)).toBe('recognise');
		expect(wayFor(fresh, waysFor(fresh, WORDS, quiet), 1)).toBe('recall');
		const old = known(stop, 20, 4);
		expect(wayFor(old, waysFor(old, WORDS, quiet), 0)).toBe('recall');
	});

	it('changes from review to review', () => {
		const ways = (reps: number) => {
			const one = known(speed, 20, reps, LINE);
			return wayFor(one, waysFor(one, WORDS, { voice: true, online: true }), 0);
		};
		expect([5, 6, 7, 8, 9].map(ways)).toEqual(['recall', 'cloze', 'listen', 'dictation', 'order']);
	});

	it('leaves listening out where there is nothing to hear', () => {
		const one = known(speed, 20, 4, { ...LINE, assetId: undefined });
		expect(waysFor(one, WORDS, quiet)).not.toContain('listen');
		expect(waysFor(one, WORDS, { voice: true, online: false })).toContain('listen');
		expect(waysFor(known(speed, 20, 4, LINE), WORDS, { voice: false, online: true })).toContain(
			'listen'
		);
	});

	it('is dictation only of a line that can be heard, and never of a young word', () => {
		const old = known(speed, 20, 4, LINE);
		const ways = (voice: boolean, online: boolean) => waysFor(old, WORDS, { voice, online });
		expect(ways(false, true)).toContain('dictation');
		expect(ways(true, false)).toContain('dictation');
		expect(ways(false, false)).not.toContain('dictation');
		const young = (reps: number) => wayFor(known(speed, 1, reps, LINE), ways(true, true), 0);
		expect([3, 4, 5, 6, 7, 8].map(young)).not.toContain('dictation');
	});

	it('is typing when there are no words to choose among', () => {
		const alone = card(stop);
		expect(waysFor(alone, [stop], quiet)).toEqual(['recall']);
		const exercise = makeExercise('recall', alone, [stop], gloss, seeded(1));
		expect(exercise.options).toEqual([]);
	});
});

describe('lines', () => {
	it('have a gap only where the word is one of several', () => {
		expect(clozes(speed, LINE)).toBe(true);
		expect(clozes(stop, LINE)).toBe(false);
		expect(clozes(speed, { ...LINE, tokens: LINE.tokens.slice(2) })).toBe(false);
	});

	it('are put in order without their punctuation; long words by their characters', () => {
		expect(piecesOf(speed, LINE)).toEqual(['检查', '主轴', '转速']);
		expect(piecesOf(emergency)).toEqual(['急', '停', '按', '钮']);
		expect(piecesOf(speed)).toEqual([]);
	});
});

describe('an exercise', () => {
	it('holds the right word among four', () => {
		const exercise = makeExercise('recognise', card(speed), WORDS, gloss, seeded(3));
		expect(exercise.options).toHaveLength(4);
		expect(exercise.options).toContain(speed);
		expect(exercise.face).toBe('gloss');
	});

	it('lays pieces in disorder', () => {
		const exercise = makeExercise('order', card(speed, {}, LINE), WORDS, gloss, seeded(3));
		expect(exercise.straight.join('')).toBe('检查主轴转速');
		expect(exercise.pieces).not.toEqual(exercise.straight);
		expect([...exercise.pieces].sort()).toEqual([...exercise.straight].sort());
	});
});

describe('a grade', () => {
	const quick = { right: true, hinted: false, tookMs: 2_000 };

	it('is again when wrong, hard after a hint or a long search, else good', () => {
		expect([
			gradeOf('recognise', { ...quick, right: false }),
			gradeOf('recognise', { ...quick, hinted: true }),
			gradeOf('recognise', { ...quick, tookMs: 60_000 }),
			gradeOf('recognise', quick)
		]).toEqual([1, 2, 2, 3]);
	});

	it('may be changed by the learner, but not upwards from help or a mistake', () => {
		expect([
			gradesFor({ right: false, hinted: false }),
			gradesFor({ right: true, hinted: true }),
			gradesFor({ right: true, hinted: false })
		]).toEqual([[1], [2], [2, 3, 4]]);
	});
});
