import { api, take, type Schema } from '#lib/api/client.ts';

/** The piece of a line that was found to be one word; `kind` is absent for a word. */
export type Token = Schema<'Token'>;
/** What is remembered of one word (FSRS-6). */
export type WordMemory = Schema<'WordMemory'>;
/** A line of a lesson that holds a word. */
export type Context = Schema<'LineContext'>;
/** One word to be asked for, with what is remembered of it. */
export type Card = Schema<'ReviewCard'>;
/** How the learner's day stands. A streak forgives one missed day a week. */
export type ReviewDay = Schema<'ReviewDay'>;
/** What is to be reviewed now: due words first, then kept ones that were never asked for. */
export type Due = Schema<'Due'>;

/** The words that are due, those most in need first. */
export function due(limit = 100): Promise<Due> {
	return take(api.GET('/api/reviews/due', { params: { query: { limit } } }));
}

/** How many reviews a day the learner wants to do. */
export function setGoal(goal: number): Promise<ReviewDay> {
	return take(api.PUT('/api/account/review-goal', { body: { goal } }));
}

/** Declares which level of a list the learner has reached (0: none yet): its words then count as known. */
export function setChineseLevel(list: string, level: number): Promise<Schema<'DeclaredLevel'>> {
	return take(api.PUT('/api/account/chinese-level', { body: { list, level } }));
}
