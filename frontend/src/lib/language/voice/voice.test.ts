import type { Card, Token } from '#lib/services/reviews.ts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { answersOf } from './answers.ts';
import { Clip } from './clip.ts';
import { cut } from './cut.ts';
import { allPairs, need, optionsFor, pinyinIn, round, stageOf } from './drill.ts';
import { Ending } from './ending.ts';
import { dice, inNoise, say } from './fake-voice.ts';
import { framesOf } from './frames.ts';
import { judge, type Said } from './judge.ts';
import { melodyOf } from './melody.ts';
import { keepVoice, knownVoice } from './memory.ts';
import { MicrophoneError } from './microphone.ts';
import { onScale, voiceOf } from './range.ts';
import { RATE, resample } from './resample.ts';
import { Shadowing } from './shadowing.svelte.ts';
import { SoundCheck } from './sound-check.ts';
import { syllablesOf, syllablesOfWord } from './syllables.ts';
import { chances, model } from './tones.ts';
import { wav } from './wav.ts';
import { placeOf } from './word-sound.ts';

const sine = (hz: number, rate: number, seconds: number) =>
	Float32Array.from(
		{ length: rate * seconds },
		(_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / rate)
	);

describe('resample', () => {
	it('keeps a voice as it is and lets nothing above 8 kHz fold into it', () => {
		const voice = resample(sine(200, 48_000, 0.5), 48_000);
		expect(Math.abs(voice.length - RATE / 2)).toBeLessThan(3);
		expect(framesOf(voice).pitches[25][0].hz).toBeCloseTo(200, 0);
		const high = resample(sine(11_000, 44_100, 0.5), 44_100).slice(500, -500);
		expect(Math.max(...high)).toBeLessThan(0.02);
	});
});

describe('syllables', () => {
	const pinyin = (tokens: Token[]) => syllablesOf(tokens)?.map((one) => one.pinyin);

	it('are those that are spoken: 一, 不 and 3rd before 3rd change', () => {
		expect(
			pinyin([
				{ text: '不', pinyin: 'bù' },
				{ text: '要', pinyin: 'yào' }
			])
		).toEqual(['bú', 'yào']);
		expect(syllablesOfWord({ hanzi: '你好', pinyin: 'nǐ hǎo' })?.map(({ tone }) => tone)).toEqual([
			2, 3
		]);
	});

	it('may be said in two ways where a third tone of one word meets that of the next', () => {
		const line = syllablesOf([
			{ text: '请', pinyin: 'qǐng' },
			{ text: '走', pinyin: 'zǒu' }
		]);
		expect(line?.map(({ tone, also }) => [tone, also])).toEqual([
			[3, 2],
			[3, undefined]
		]);
	});

	it('are not told where a reading is not known', () => {
		expect(
			syllablesOf([
				{ text: '转速', pinyin: 'zhuàn sù' },
				{ text: 'G01', kind: 'latin' as Token['kind'] }
			])
		).toBeUndefined();
		expect(syllablesOf([{ text: '。', kind: 'punctuation' }])).toBeUndefined();
	});
});

describe('cut', () => {
	it('gives each syllable its place, and nothing where there is no room', () => {
		const said = syllablesOfWord({ hanzi: '转速', pinyin: 'zhuàn sù' }) ?? [];
		const sound = say(
			[
				{ pinyin: 'zhuan', tone: 4 },
				{ pinyin: 'su', tone: 4 }
			],
			{ middle: 120, width: 10 },
			{ random: dice(2) }
		);
		const melody = melodyOf(framesOf(sound));
		const cuts = cut(melody, said);
		expect(cuts).toHaveLength(2);
		// The hiss of "s" is where the first ends.
		expect(Math.abs((cuts?.[1].from ?? 0) - 66)).toBeLessThan(12);
		expect(
			cut(
				melody,
				Array.from({ length: 30 }, () => said[0])
			)
		).toBeUndefined();
	});
});

describe('range', () => {
	it('finds the middle of a voice from high tones alone', () => {
		const voice = voiceOf([{ points: [20, 20, 20], tone: 1 }]);
		expect(voice?.middle).toBeLessThan(18);
		expect(onScale([20], voice!)[0]).toBeGreaterThan(3.5);
	});

	it('learns over clips, and keeps what it knew when nothing was heard', () => {
		let voice = voiceOf([{ points: [10, 11], tone: 2 }]);
		for (let i = 0; i < 50; i++)
			voice = voiceOf(
				[
					{ points: [16, 12, 6], tone: 4 },
					{ points: [9, 16], tone: 2 }
				],
				voice
			);
		expect(voice?.weight).toBe(60);
		expect(voiceOf([{ points: [], tone: 1 }], voice)).toBe(voice);
	});

	it('is kept on the device, and what is no voice is not taken for one', () => {
		keepVoice({ weight: 3, middle: 15, width: 9 });
		expect(knownVoice()).toEqual({ weight: 3, middle: 15, width: 9 });
		localStorage.setItem('hanzhi:voice', '{"weight":"x"}');
		expect(knownVoice()).toBeUndefined();
		keepVoice(undefined);
		expect(localStorage.getItem('hanzhi:voice')).toBeNull();
	});
});

describe('tones', () => {
	it('are told by how their lines go', () => {
		const place = { last: true, neutral: false, length: 1, sure: 1 };
		for (const tone of [1, 2, 3, 4] as const) {
			const odds = chances(model(tone, true), place);
			expect(odds[tone]).toBeGreaterThan(0.6);
		}
		expect(
			chances(model(5, true, 4), { ...place, after: 4, neutral: true, length: 0.5 })[5]
		).toBeGreaterThan(0.5);
	});
});

const said = (
	...outcomes: [Said['syllables'][number]['outcome'], (1 | 2 | 3 | 4 | 5)?][]
): Said => ({
	syllables: outcomes.map(([outcome, heard]) => ({ outcome, heard, line: [], from: 0, to: 0 }))
});

describe('answers', () => {
	const tokens: Token[] = [
		{ text: '按下', pinyin: 'àn xià' },
		{ text: '，', kind: 'punctuation' },
		{ text: '急停', pinyin: 'jí tíng' }
	];
	const line = syllablesOf(tokens) ?? [];

	it('tell of each word which tones were said; in doubt the right ones', () => {
		const heard = said(['right', 4], ['other', 2], ['unsure', 3], ['right', 2]);
		expect(answersOf(tokens, line, heard, 'l')).toEqual([
			{
				kind: 'review',
				word: '按下',
				exercise: 'say',
				rating: 1,
				lessonId: 'l',
				tones: { asked: '44', answered: '42' }
			},
			{
				kind: 'review',
				word: '急停',
				exercise: 'say',
				rating: 3,
				lessonId: 'l',
				tones: { asked: '22', answered: '22' }
			}
		]);
	});

	it('tell nothing of a word that was not heard whole, nor of a recording that is not judged', () => {
		expect(
			answersOf(tokens, line, said(['right', 4], ['unheard'], ['right', 2], ['right', 2]))
		).toHaveLength(1);
		expect(answersOf(tokens, line, { unfit: 'noisy', syllables: [] })).toEqual([]);
	});
});

describe('drill', () => {
	const word = (hanzi: string, pinyin: string) => ({ word: { hanzi, pinyin } }) as Card;
	const heard = (asked: string, answered: string, count: number) => ({
		exercise: 'tone' as const,
		asked,
		answered,
		count
	});

	it('asks for 2nd and 3rd tones first, and then for what this learner mixes up', () => {
		expect(need('23', new Map())).toBeGreaterThan(need('14', new Map()));
		expect(need('14', new Map([['14', 4]]))).toBeGreaterThan(need('23', new Map()));
	});

	it('lets one choose between two, then three, then all sixteen, as each is earned', () => {
		expect(stageOf([])).toBe(2);
		expect(stageOf([heard('23', '23', 11), heard('23', '33', 1)])).toBe(3);
		expect(stageOf([heard('23', '23', 30), heard('14', '14', 20)])).toBe(16);
		expect(stageOf([heard('23', '33', 50)])).toBe(2);
		expect(optionsFor('23', 2, new Map(), dice(1)).sort()).toEqual(['23', '33']);
		expect(optionsFor('14', 3, new Map([['41', 9]]), dice(1))).toContain('11');
		expect(optionsFor('23', 16, new Map(), dice(1))).toEqual(allPairs());
		expect(optionsFor('25', 16, new Map(), dice(1))).toHaveLength(4);
	});

	it('writes a word in other tones', () => {
		const syllables = syllablesOfWord({ hanzi: '朋友', pinyin: 'péng you' }) ?? [];
		expect(pinyinIn(syllables, '32')).toBe('pěng yóu');
		expect(pinyinIn(syllables, '25')).toBe('péng you');
		expect(pinyinIn(syllablesOfWord({ hanzi: '转速', pinyin: 'zhuàn sù' }) ?? [], '15')).toBe(
			'zhuān su'
		);
	});

	it('takes each word once in a round and none whose reading is not known', () => {
		const cards = [word('转速', 'zhuàn sù'), word('急停', 'jí tíng'), word('G1', '')];
		const questions = round(cards, [], 2, dice(3));
		expect(questions.map((one) => one.tones).sort()).toEqual(['22', '44']);
		expect(questions.every((one) => one.options.includes(one.tones))).toBe(true);
	});
});

describe('a recording', () => {
	const line = syllablesOfWord({ hanzi: '转速', pinyin: 'zhuàn sù' }) ?? [];
	const sound = say(
		[
			{ pinyin: 'zhuan', tone: 4 },
			{ pinyin: 'su', tone: 4 }
		],
		{ middle: 120, width: 10 },
		{ random: dice(2) }
	);
	beforeEach(() => {
		URL.createObjectURL = vi.fn(() => 'blob:x');
		URL.revokeObjectURL = vi.fn();
		keepVoice(undefined);
	});

	function analyst() {
		let clip = new Clip(RATE);
		return {
			begin: (rate: number) => void (clip = new Clip(rate)),
			push: (samples: Float32Array) => clip.push(samples),
			end: async () => {
				const { frames, samples } = clip.end();
				return { id: 0, said: judge(frames, line), samples, took: 1 };
			}
		};
	}

	it('ends by itself after the silence, is judged, and gives the microphone back', async () => {
		let listener: (samples: Float32Array) => void = () => undefined;
		const close = vi.fn();
		const ear = { rate: RATE, listen: (heard: typeof listener) => void (listener = heard), close };
		const told = vi.fn();
		const shadow = new Shadowing(line, { analyst: analyst(), open: async () => ear }, told);
		await shadow.record();
		expect(shadow.phase).toBe('recording');
		for (let at = 0; at < sound.length; at += 2048) listener(sound.subarray(at, at + 2048));
		expect(shadow.phase).toBe('recording');
		for (let i = 0; i < 12; i++) listener(new Float32Array(2048).fill(1e-4));
		await vi.waitFor(() => expect(shadow.phase).toBe('told'));
		expect(close).toHaveBeenCalledOnce();
		expect(told.mock.calls[0][0].syllables.map((one: { outcome: string }) => one.outcome)).toEqual([
			'right',
			'right'
		]);
		expect(knownVoice()?.weight).toBe(2);
		shadow.close();
		expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:x');
	});

	it('says why there is none when the microphone is refused', async () => {
		const open = () => Promise.reject(new MicrophoneError('denied'));
		const shadow = new Shadowing(line, { analyst: analyst(), open });
		await shadow.record();
		expect([shadow.phase, shadow.trouble]).toEqual(['idle', 'denied']);
	});

	it('gives back a microphone that comes when nobody waits for it any more', async () => {
		const close = vi.fn();
		const shadow = new Shadowing(line, {
			analyst: analyst(),
			open: async () => ({ rate: RATE, listen: () => undefined, close })
		});
		const opening = shadow.record();
		shadow.close();
		await opening;
		expect(close).toHaveBeenCalledOnce();
	});

	it('ends when nothing is said, and never goes on for ever', () => {
		const still = new Ending(10);
		let time = 0;
		while (!still.hear(-60, 0.1)) time += 0.1;
		expect(time).toBeCloseTo(5.9, 0);
		const loud = new Ending(5);
		time = 0;
		while (!loud.hear(time % 1 < 0.5 ? -20 : -60, 0.1)) time += 0.1;
		expect(time).toBeCloseTo(5, 0);
	});
});

describe('the sound check', () => {
	it('tells a clear voice from a soft one and from noise', () => {
		const of = (levels: number[]) => {
			const check = new SoundCheck();
			for (let i = 0; i < 40; i++) check.hear(levels[i % levels.length]);
			return check.verdict();
		};
		expect(of([-20, -60, -58])).toBe('good');
		expect(of([-60, -62])).toBe('quiet');
		expect(of([-20, -24])).toBe('noisy');
		expect(new SoundCheck().verdict()).toBeUndefined();
	});
});

describe('loudness', () => {
	const sound = say(
		[
			{ pinyin: 'zhuan', tone: 4 },
			{ pinyin: 'su', tone: 4 }
		],
		{ middle: 120, width: 10 },
		{ random: dice(2) }
	);
	const said = syllablesOfWord({ hanzi: '转速', pinyin: 'zhuàn sù' }) ?? [];

	it('of a noisy room stays noise when the device turns itself down, or drops some of it', () => {
		const noisy = inNoise(sound, 3, dice(2));
		const ramp = noisy.map((one, i) => one * 10 ** ((-14 * i) / noisy.length / 20));
		expect(judge(framesOf(ramp), said).unfit).toBe('noisy');
		const gaps = noisy.map((one, i) => (i % 8000 < 1200 ? one * 1e-4 : one));
		expect(judge(framesOf(gaps), said).unfit).toBe('noisy');
	});
});

describe('words in lines', () => {
	it('are found by their first syllable', () => {
		const tokens: Token[] = [
			{ text: '按下', pinyin: 'àn xià' },
			{ text: '，' },
			{ text: '急停', pinyin: 'jí tíng' }
		];
		expect(placeOf('急停', tokens)).toBe(2);
		expect(placeOf('转速', tokens)).toBe(-1);
	});

	it('become files that can be played', async () => {
		const file = wav(new Float32Array([0, 1, -2]), RATE);
		expect(file.size).toBe(44 + 6);
		expect(file.type).toBe('audio/wav');
	});
});
