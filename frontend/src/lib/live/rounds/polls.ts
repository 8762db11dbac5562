import type { Id, Poll, PollAnswer, PollKind, Tally } from '../protocol.ts';

/** A question before it is asked. */
export interface PollDraft {
	kind: PollKind;
	question: string;
	options: string[];
	/** Indexes of the options that are right; of a picture, the right place: x, y and reach in thousandths. */
	correct: number[];
	picture?: Id;
	graded: boolean;
}

export const MOST_OPTIONS = 10;
export const LONGEST_QUESTION = 500;
export const LONGEST_OPTION = 200;
export const LONGEST_ANSWER = 200;
/** How far around the right place an answer counts, in thousandths of the picture. */
export const REACH = 80;

export function newDraft(kind: PollKind = 'single', graded = false): PollDraft {
	return { kind, question: '', options: ['', ''], correct: [], graded };
}

/** Options without empty ones, and which of them are right. */
export function trimmed(draft: PollDraft): { options: string[]; correct: number[] } {
	const kept = draft.options
		.map((text, index) => ({ text: text.trim(), index }))
		.filter(({ text }) => text);
	return {
		options: kept.map(({ text }) => text),
		correct: kept.flatMap(({ index }, at) => (draft.correct.includes(index) ? [at] : []))
	};
}

/** What is missing before a question with options can be asked. */
export type Missing = 'question' | 'options' | 'same' | 'correct' | 'picture';

export function missingInChoices(draft: PollDraft): Missing | undefined {
	const { options, correct } = trimmed(draft);
	if (options.length < 2) return 'options';
	if (new Set(options).size < options.length) return 'same';
	return draft.graded && correct.length === 0 ? 'correct' : undefined;
}

export function missingInSpot(draft: PollDraft): Missing | undefined {
	if (!draft.picture) return 'picture';
	return draft.graded && draft.correct.length !== 3 ? 'correct' : undefined;
}

/** Takes an option out; the marks of the right ones follow theirs. */
export function without(draft: PollDraft, at: number): PollDraft {
	return {
		...draft,
		options: draft.options.filter((_, i) => i !== at),
		correct: draft.correct.filter((i) => i !== at).map((i) => (i > at ? i - 1 : i))
	};
}

export function rightChoices(answer: PollAnswer, correct: readonly number[]): boolean {
	const given = new Set(answer.choices);
	return given.size === correct.length && correct.every((index) => given.has(index));
}

export function rightSpot({ x, y }: PollAnswer, correct: readonly number[]): boolean {
	const [cx, cy, reach] = correct;
	if (x === undefined || y === undefined || reach === undefined) return false;
	return Math.hypot(x - cx / 1000, y - cy / 1000) <= reach / 1000;
}

/** Answers of an option as a share of all who answered. */
export function shareOf(tally: Tally | undefined, index: number, answers: number): number {
	return answers > 0 ? (tally?.counts?.[index] ?? 0) / answers : 0;
}

/** How many answers lie in each ninth of a picture, row by row. */
export function ninths(spots: readonly [number, number][]): number[] {
	const counts = Array.from({ length: 9 }, () => 0);
	const third = (value: number) => Math.min(2, Math.max(0, Math.floor(value * 3)));
	for (const [x, y] of spots) counts[third(y) * 3 + third(x)]++;
	return counts;
}

/** The same question once more, to be asked as a new one. */
export function draftOf(poll: Poll): PollDraft {
	const { kind, question, options, picture, graded, correct } = poll;
	return { kind, question, options: [...options], picture, graded, correct: [...(correct ?? [])] };
}

/** What is put to the class. */
export function openingOf(draft: PollDraft, poll: Id) {
	const choices = draft.kind === 'single' || draft.kind === 'multiple';
	const { options, correct } = choices
		? trimmed(draft)
		: { options: [], correct: draft.kind === 'spot' ? draft.correct : [] };
	return {
		poll,
		kind: draft.kind,
		question: draft.question.trim(),
		options,
		correct: correct.length ? correct : undefined,
		picture: draft.kind === 'spot' ? draft.picture : undefined,
		graded: draft.graded && correct.length > 0
	};
}
