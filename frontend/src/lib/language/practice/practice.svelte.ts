import type { Happening } from '#lib/language/review-queue.ts';
import type { Word } from '#lib/services/dictionary.ts';
import type { Card, WordMemory } from '#lib/services/reviews.ts';
import type { Chance } from './chance.ts';
import {
	makeExercise,
	wayFor,
	waysFor,
	type Exercise,
	type ExerciseKind,
	type Means
} from './exercises.ts';
import { gradeOf, gradesFor } from './grade.ts';
import { later, type Turn } from './plan.ts';
import { PARAMETERS, type Grade, type Scheduler } from './scheduler.ts';

/** What the session needs from the world. */
export interface World {
	/** Puts an event on its way; the answer takes it back while it has not left, and says whether it could. */
	record(happening: Happening): () => Promise<boolean>;
	gloss(word: Word): string;
	means(): Means;
	now(): Date;
	chance: Chance;
	/** Told of every memory that has changed here. */
	remember(memory: WordMemory): void;
}

/** How one word went. */
export interface Result {
	card: Card;
	/** Wrong answers in this session. */
	missed: number;
	before: WordMemory;
	after: WordMemory;
}

interface Answer {
	right: boolean;
	hinted: boolean;
	/** What the clock says it was worth. */
	grade: Grade;
}

interface Snapshot {
	turns: Turn[];
	at: number;
	results: Result[];
	takeBack: () => Promise<boolean>;
}

/** How often a word that goes wrong comes back in one session. */
const AGAIN_LIMIT = 3;

/** One sitting: a queue of words that are met and asked for, and what came of it. */
export class Practice {
	turns = $state.raw<Turn[]>([]);
	at = $state(0);
	exercise = $state.raw<Exercise>();
	/** The answer to the question on screen, once it is given. */
	answer = $state.raw<Answer>();
	hinted = $state(false);
	results = $state.raw<Result[]>([]);
	canUndo = $state(false);
	/** Set when an undo came too late: the answer has left already. */
	undoMissed = $state(false);

	#askedAt = 0;
	readonly #passed = new Set<ExerciseKind>();
	#last: Snapshot | undefined;
	readonly #pool: readonly Word[];

	constructor(
		turns: Turn[],
		pool: readonly Word[],
		private readonly scheduler: Scheduler,
		private readonly world: World
	) {
		this.turns = turns;
		this.#pool = pool;
		this.#begin();
	}

	get turn(): Turn | undefined {
		return this.turns[this.at];
	}

	get finished(): boolean {
		return this.at >= this.turns.length;
	}

	/** 0…1 */
	get fraction(): number {
		return this.turns.length ? this.at / this.turns.length : 1;
	}

	/** The memory as it stands now, with what was answered in this session. */
	memoryOf(card: Card): WordMemory {
		return (
			this.results.find((one) => one.card.word.hanzi === card.word.hanzi)?.after ?? card.memory
		);
	}

	/** The word was seen: it is kept, and the session goes on. */
	meet(): void {
		const turn = this.turn;
		if (turn?.kind !== 'meet') return;
		const { word, context } = turn.card;
		if (!word.kept)
			this.world.record({ kind: 'keep', word: word.hanzi, lessonId: context?.lessonId });
		this.#forgetUndo();
		this.#advance();
	}

	/** Help was asked for: the answer can no longer be better than hard. */
	hint(): void {
		if (!this.answer) this.hinted = true;
	}

	/** Asks the word in another way: this one cannot be done now, nor in the rest of the session. */
	otherWay(): void {
		if (!this.exercise || this.answer) return;
		this.#passed.add(this.exercise.kind);
		this.#begin();
	}

	/** Takes the answer to the question on screen. */
	reply(right: boolean): void {
		if (!this.exercise || this.answer) return;
		const tookMs = this.world.now().getTime() - this.#askedAt;
		const grade = gradeOf(this.exercise.kind, { right, hinted: this.hinted, tookMs });
		this.answer = { right, hinted: this.hinted, grade };
	}

	/** The grades that can be given to the answer, each with the memory it leads to. */
	get choices(): { grade: Grade; after: WordMemory }[] {
		const turn = this.turn;
		if (!turn || !this.answer) return [];
		const before = this.memoryOf(turn.card);
		const now = this.world.now();
		return gradesFor(this.answer).map((grade) => ({
			grade,
			after: this.scheduler.next(before, grade, now)
		}));
	}

	/** Gives the answer its grade, tells the log and goes on. */
	confirm(grade: Grade): void {
		const turn = this.turn;
		const { exercise } = this;
		if (!turn || !exercise || !this.answer) return;
		const { word, context } = turn.card;
		const before = this.memoryOf(turn.card);
		const after = this.scheduler.next(before, grade, this.world.now());
		const snapshot = { turns: this.turns, at: this.at, results: this.results };
		const takeBack = this.world.record({
			kind: 'review',
			word: word.hanzi,
			rating: grade,
			exercise: exercise.kind,
			lessonId: context?.lessonId,
			parameters: PARAMETERS
		});
		this.#last = { ...snapshot, takeBack };
		this.canUndo = true;
		this.undoMissed = false;
		this.#note(turn.card, after, grade === 1);
		this.world.remember(after);
		if (grade === 1) this.#askAgain(turn);
		this.#advance();
	}

	/** Asks the last question once more, unless its answer has left the device already. */
	async undo(): Promise<void> {
		const last = this.#last;
		if (!last) return;
		this.#forgetUndo();
		if (!(await last.takeBack())) {
			this.undoMissed = true;
			return;
		}
		this.turns = last.turns;
		this.at = last.at;
		this.results = last.results;
		const turn = this.turn;
		if (turn) this.world.remember(this.memoryOf(turn.card));
		this.#begin();
	}

	#note(card: Card, after: WordMemory, missed: boolean): void {
		const known = this.results.find((one) => one.card.word.hanzi === card.word.hanzi);
		const next = {
			card,
			before: known?.before ?? card.memory,
			after,
			missed: (known?.missed ?? 0) + (missed ? 1 : 0)
		};
		this.results = known
			? this.results.map((one) => (one === known ? next : one))
			: [...this.results, next];
	}

	#askAgain(turn: Turn): void {
		const times = this.turns.filter(
			(one) => one.again && one.card.word.hanzi === turn.card.word.hanzi
		).length;
		if (times >= AGAIN_LIMIT) return;
		const again: Turn = { ...turn, round: 0, again: true };
		this.turns = later(this.turns, this.at, again);
	}

	#advance(): void {
		this.at++;
		this.#begin();
	}

	#begin(): void {
		this.answer = undefined;
		this.hinted = false;
		this.#askedAt = this.world.now().getTime();
		const turn = this.turn;
		this.exercise = turn?.kind === 'ask' ? this.#make(turn) : undefined;
	}

	#make(turn: Turn): Exercise {
		const { card, round } = turn;
		const able = waysFor(card, this.#pool, this.world.means());
		const ways = able.filter((way) => !this.#passed.has(way));
		const now = { ...card, memory: this.memoryOf(card) };
		const way = turn.again && ways.includes('recognise') ? 'recognise' : wayFor(now, ways, round);
		return makeExercise(way, card, this.#pool, this.world.gloss, this.world.chance);
	}

	#forgetUndo(): void {
		this.#last = undefined;
		this.canUndo = false;
	}
}
