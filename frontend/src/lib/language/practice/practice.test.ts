import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Happening } from '#lib/language/review-queue.ts';
import { seeded } from './chance.ts';
import { dayIndex, forecastAfter, waitOf } from './days.ts';
import { keepDeck, keptDeck, noteInDeck } from './deck.ts';
import { card, known, LINE, NOW, WORDS } from './fake.ts';
import { daily, dailyCards, lessonCards, teach } from './plan.ts';
import { Practice } from './practice.svelte.ts';
import { freshMemory, loadScheduler, type Scheduler } from './scheduler.ts';

let scheduler: Scheduler;
let events: Happening[];
let left: boolean;

beforeAll(async () => {
	scheduler = await loadScheduler();
});
beforeEach(() => {
	events = [];
	left = false;
	localStorage.clear();
});

const world = (now = () => NOW) => ({
	record(event: Happening) {
		events.push(event);
		return async () => {
			if (!left) events.splice(events.indexOf(event), 1);
			return !left;
		};
	},
	gloss: (one: (typeof WORDS)[0]) => one.glosses[0]!,
	means: () => ({ voice: false, online: false }),
	now,
	chance: seeded(1),
	remember: () => undefined
});

const shape = (turns: { kind: string; round: number; card: { word: { hanzi: string } } }[]) =>
	turns.map((turn) => `${turn.kind}${turn.round}${turn.card.word.hanzi}`);

describe('the schedule on the device', () => {
	it('is that of FSRS-6 without fuzz: good on every due date', () => {
		let memory = freshMemory('停', NOW);
		const waits: string[] = [];
		for (let i = 0; i < 4; i++) {
			const at = new Date(memory.dueAt);
			memory = scheduler.next(memory, 3, at);
			waits.push(waitOf(Date.parse(memory.dueAt) - at.getTime()));
		}
		expect(waits).toEqual(['10 minutes', '2 days', '11 days', '46 days']);
	});

	it('goes through the learning steps of one and ten minutes', () => {
		const first = scheduler.next(freshMemory('停', NOW), 1, NOW);
		expect(waitOf(Date.parse(first.dueAt) - NOW.getTime())).toBe('1 minute');
		const second = scheduler.next(first, 3, new Date(first.dueAt));
		expect(second.state).toBe('learning');
		expect(scheduler.next(second, 3, new Date(second.dueAt)).state).toBe('review');
	});

	it('does not stumble over a clock that was set back', () => {
		const later = scheduler.next(freshMemory('停', NOW), 3, NOW);
		const earlier = new Date(NOW.getTime() - 86_400_000);
		expect(Date.parse(scheduler.next(later, 3, earlier).dueAt)).toBeGreaterThan(NOW.getTime());
	});
});

describe('the plan', () => {
	it('meets a few new words, asks for them, and asks for all once more', () => {
		const cards = WORDS.map((one) => card(one));
		const order = shape(teach(cards));
		expect(order.slice(0, 6)).toEqual([
			'meet0转速',
			'meet0主轴',
			'meet0停',
			'ask0转速',
			'ask0主轴',
			'ask0停'
		]);
		expect(order.slice(-5).every((turn) => turn.startsWith('ask1'))).toBe(true);
		expect(teach([])).toEqual([]);
	});

	it('asks for due words before it teaches new ones, within the goal', () => {
		const due = Array.from({ length: 60 }, () => known(WORDS[0]!));
		const today = { done: 5, goal: 20, streak: 3 };
		expect(dailyCards({ cards: due, today })).toHaveLength(15);
		expect(dailyCards({ cards: due, today: { ...today, done: 40 } })).toHaveLength(7);
		const mixed = dailyCards({ cards: [card(WORDS[1]!), known(WORDS[0]!)], today });
		expect(shape(daily(mixed))[0]).toBe('ask0转速');
	});

	it('takes the words of a lesson in its order, each with its shortest telling line', () => {
		const lines = [
			{ text: '转速', tokens: [{ text: '转速' }] },
			{ text: '检查主轴转速。', tokens: LINE.tokens }
		];
		const words = Object.fromEntries(WORDS.map((one) => [one.hanzi, one]));
		const readiness = { learn: ['主轴', '没有', '转速'] };
		const place = { lessonId: 'l', lessonTitle: {}, courseSlug: 'c' };
		const cards = lessonCards({ lines, words, readiness }, place, NOW);
		expect(cards.map((one) => one.word.hanzi)).toEqual(['主轴', '转速']);
		expect(cards[1]!.context?.tokens).toBe(LINE.tokens);
	});
});

describe('a session', () => {
	it('keeps a word when it is met, and logs each answer with its exercise', () => {
		const practice = new Practice(teach([card(WORDS[2]!, {}, LINE)]), WORDS, scheduler, world());
		practice.meet();
		practice.reply(true);
		practice.confirm(3);
		practice.reply(true);
		practice.confirm(3);
		expect(practice.finished).toBe(true);
		expect(events).toMatchObject([
			{ kind: 'keep', word: '停', lessonId: 'lesson' },
			{ kind: 'review', word: '停', rating: 3, exercise: 'recognise', parameters: 'fsrs-6' },
			{ kind: 'review', word: '停', rating: 3, exercise: 'recall' }
		]);
		expect(practice.results[0]).toMatchObject({ missed: 0, after: { state: 'review' } });
	});

	it('brings a wrong answer back some turns later, and not for ever', () => {
		const cards = WORDS.map((one) => known(one));
		const practice = new Practice(daily(cards), WORDS, scheduler, world());
		practice.reply(false);
		practice.confirm(1);
		expect(shape(practice.turns).indexOf('ask0转速', 1)).toBe(4);
		let answers = 0;
		while (!practice.finished && answers < 100) {
			practice.reply(false);
			practice.confirm(1);
			answers++;
		}
		expect(answers).toBe(5 * 4 - 1);
	});

	it('shows what each grade leads to before it is given', () => {
		const practice = new Practice(daily([known(WORDS[0]!)]), WORDS, scheduler, world());
		expect(practice.choices).toEqual([]);
		practice.reply(true);
		const waits = practice.choices.map(({ after }) => Date.parse(after.dueAt));
		expect(practice.choices.map(({ grade }) => grade)).toEqual([2, 3, 4]);
		expect([...waits].sort((a, b) => a - b)).toEqual(waits);
	});

	it('takes the first answer only', () => {
		const practice = new Practice(daily([known(WORDS[0]!)]), WORDS, scheduler, world());
		practice.reply(false);
		practice.reply(true);
		expect(practice.answer?.right).toBe(false);
	});

	it('takes the last answer back while it is here', async () => {
		const cards = WORDS.map((one) => known(one));
		const practice = new Practice(daily(cards), WORDS, scheduler, world());
		practice.reply(false);
		practice.confirm(1);
		expect(practice.canUndo).toBe(true);
		await practice.undo();
		expect([practice.at, practice.turns.length, events.length, practice.results.length]).toEqual([
			0, 5, 0, 0
		]);
		expect(practice.canUndo).toBe(false);
	});

	it('says so when the answer has left already', async () => {
		const practice = new Practice(daily(WORDS.map((w) => known(w))), WORDS, scheduler, world());
		practice.reply(true);
		practice.confirm(3);
		left = true;
		await practice.undo();
		expect([practice.undoMissed, practice.at, events.length]).toEqual([true, 1, 1]);
	});

	it('counts a hint as hard', () => {
		const practice = new Practice(daily([known(WORDS[0]!)]), WORDS, scheduler, world());
		practice.hint();
		practice.reply(true);
		expect(practice.answer).toMatchObject({ grade: 2 });
		expect(practice.choices.map(({ grade }) => grade)).toEqual([2]);
	});
});

describe('the days to come', () => {
	it('take a reviewed word from today to its new day', () => {
		const before = known(WORDS[0]!).memory;
		const after = { ...before, dueAt: new Date(NOW.getTime() + 3 * 86_400_000).toISOString() };
		expect(forecastAfter([5, 1, 1, 1, 0, 0, 2], [{ before, after }], NOW)).toEqual([
			4, 1, 1, 2, 0, 0, 2
		]);
	});

	it('are counted by the calendar, and the past is today', () => {
		expect([dayIndex('2027-03-01T09:00:00Z', NOW), dayIndex(NOW, NOW)]).toEqual([0, 0]);
	});

	it('are told in one figure', () => {
		const day = 86_400_000;
		expect([60_000, 2 * 3_600_000, day, 90 * day, 800 * day].map(waitOf)).toEqual([
			'1 minute',
			'2 hours',
			'1 day',
			'3 months',
			'2 years'
		]);
	});
});

describe('the words kept on the device', () => {
	const due = {
		due: 1,
		new: 0,
		today: { done: 0, goal: 20, streak: 0 },
		forecast: [],
		assigned: []
	};

	it('are only those of this account, and not those answered since', () => {
		const one = known(WORDS[0]!);
		keepDeck('a', { ...due, cards: [one, known(WORDS[1]!)] });
		expect(keptDeck('b', NOW)).toBeUndefined();
		noteInDeck('a', scheduler.next(one.memory, 3, NOW));
		expect(keptDeck('a', NOW)?.cards.map((left) => left.word.hanzi)).toEqual(['主轴']);
	});
});
