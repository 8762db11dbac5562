import type { Card as FsrsCard, Grade as FsrsGrade } from 'ts-fsrs';
import type { WordMemory } from '#lib/services/reviews.ts';

/** 1 again, 2 hard, 3 good, 4 easy. */
export type Grade = 1 | 2 | 3 | 4;

/** What the server is told about the numbers used here; both sides schedule alike by them. */
export const PARAMETERS = 'fsrs-6' as const;

/** Computes on the device what the server will answer, so that intervals show at once and offline. */
export interface Scheduler {
	/** The memory after an answer now. */
	next(memory: WordMemory, grade: Grade, now: Date): WordMemory;
}

const STATES = ['new', 'learning', 'review', 'relearning'] as const;
/** Forgotten so often, a word is a leech (as the server counts). */
const LEECH = 8;

/** A memory of a word that was never asked for. */
export function freshMemory(word: string, now: Date): WordMemory {
	return {
		word,
		state: 'new',
		stability: 0,
		difficulty: 0,
		dueAt: now.toISOString(),
		scheduledDays: 0,
		remainingSteps: 0,
		reps: 0,
		lapses: 0,
		kept: false,
		leech: false
	};
}

function cardOf(memory: WordMemory): FsrsCard {
	return {
		due: new Date(memory.dueAt),
		stability: memory.stability,
		difficulty: memory.difficulty,
		elapsed_days: 0,
		scheduled_days: memory.scheduledDays,
		reps: memory.reps,
		lapses: memory.lapses,
		learning_steps: memory.remainingSteps,
		state: STATES.indexOf(memory.state),
		last_review: memory.lastReviewAt ? new Date(memory.lastReviewAt) : undefined
	};
}

/** Loads FSRS; 13 KB that only a review needs. */
export async function loadScheduler(): Promise<Scheduler> {
	const { fsrs } = await import('ts-fsrs');
	const engine = fsrs({ enable_fuzz: false });
	return {
		next(memory, grade, now) {
			// A clock set back must not make the time since the last review negative.
			const last = memory.lastReviewAt ? Date.parse(memory.lastReviewAt) : 0;
			const at = new Date(Math.max(now.getTime(), last));
			const { card } = engine.next(cardOf(memory), at, grade as FsrsGrade);
			return {
				word: memory.word,
				state: STATES[card.state] ?? 'review',
				stability: card.stability,
				difficulty: card.difficulty,
				dueAt: card.due.toISOString(),
				lastReviewAt: at.toISOString(),
				lastRating: grade,
				scheduledDays: card.scheduled_days,
				remainingSteps: card.learning_steps,
				reps: card.reps,
				lapses: card.lapses,
				kept: memory.kept,
				leech: memory.leech || card.lapses >= LEECH
			};
		}
	};
}
