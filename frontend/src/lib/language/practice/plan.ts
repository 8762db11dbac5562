import type { Word } from '#lib/services/dictionary.ts';
import type { Card, Context, Due, Token } from '#lib/services/reviews.ts';
import { freshMemory } from './scheduler.ts';

/** Words that are taught at one go. */
export const SET = 7;
/** Words that are met before they are asked for. */
const GROUP = 4;
/** The longest daily review in one piece: some ten minutes. */
const LONGEST = 40;

/** A step of the session: the word is shown, or asked for. */
export interface Turn {
	card: Card;
	/** `meet` shows; `ask` asks. */
	kind: 'meet' | 'ask';
	/** How often the word was asked for before in this session. */
	round: number;
	/** Asked again because the answer was wrong. */
	again?: boolean;
}

const meet = (card: Card): Turn => ({ card, kind: 'meet', round: 0 });
const ask = (card: Card, round = 0): Turn => ({ card, kind: 'ask', round });

function groupsOf(cards: readonly Card[]): Card[][] {
	const count = Math.ceil(cards.length / GROUP);
	const size = Math.ceil(cards.length / Math.max(1, count));
	return Array.from({ length: count }, (_, i) => cards.slice(i * size, (i + 1) * size));
}

/** New words: a few are met, then asked for; at the end all of them once more in a harder way. */
export function teach(cards: readonly Card[]): Turn[] {
	const met = groupsOf(cards).flatMap((group) => [
		...group.map(meet),
		...group.map((card) => ask(card))
	]);
	return [...met, ...cards.map((card) => ask(card, 1))];
}

const isNew = (card: Card) => card.memory.state === 'new';

/** The cards of a daily review: what is due up to the day's goal, and a small set of new words. */
export function dailyCards(due: Pick<Due, 'cards' | 'today'>): Card[] {
	const left = Math.min(LONGEST, Math.max(SET, due.today.goal - due.today.done));
	const old = due.cards.filter((card) => !isNew(card)).slice(0, left);
	const fresh = due.cards.filter(isNew).slice(0, SET);
	return [...old, ...fresh].slice(0, Math.max(left, old.length));
}

/** A daily review: due words first, new ones taught after them. */
export function daily(cards: readonly Card[]): Turn[] {
	const old = cards.filter((card) => !isNew(card));
	return [...old.map((card) => ask(card)), ...teach(cards.filter(isNew))];
}

/** Puts a turn back into the queue some turns later, so that the answer is recalled and not echoed. */
export function later(turns: readonly Turn[], at: number, turn: Turn, distance = 3): Turn[] {
	const place = Math.min(turns.length, at + 1 + distance);
	return [...turns.slice(0, place), turn, ...turns.slice(place)];
}

/** What is needed of a lesson to teach its words. */
export interface LessonWords {
	lines: { text: string; tokens: Token[] }[];
	words: Record<string, Word>;
	readiness: { learn: string[] };
}

function lineWith(hanzi: string, lines: LessonWords['lines']): Token[] | undefined {
	const holding = lines.filter((line) => line.tokens.some((token) => token.text === hanzi));
	// The shortest line that is more than the word shows it best on a small screen.
	const telling = holding.filter((line) => line.tokens.length > 2);
	const pool = telling.length > 0 ? telling : holding;
	return pool.sort((a, b) => a.tokens.length - b.tokens.length)[0]?.tokens;
}

/** The words a lesson asks to learn, in its order, each with a line of the lesson. */
export function lessonCards(
	language: LessonWords,
	place: Omit<Context, 'tokens'>,
	now: Date
): Card[] {
	return language.readiness.learn.flatMap((hanzi) => {
		const word = language.words[hanzi];
		if (!word) return [];
		const tokens = lineWith(hanzi, language.lines);
		const context = tokens && { ...place, tokens };
		return [{ word, memory: freshMemory(hanzi, now), context }];
	});
}
