import { m } from '#lib/i18n';
import type { IconName } from '#lib/ui/icons.ts';
import type { Component } from 'svelte';
import type { Poll, PollAnswer, PollKind } from '../protocol.ts';
import ChoiceAnswer from './ChoiceAnswer.svelte';
import ChoiceTally from './ChoiceTally.svelte';
import type { LiveClass } from './class.ts';
import { missingInChoices, missingInSpot, rightChoices, rightSpot } from './polls.ts';
import { LONGEST_ANSWER, type Missing, type PollDraft } from './polls.ts';
import SpotAnswer from './SpotAnswer.svelte';
import SpotTally from './SpotTally.svelte';
import TextAnswer from './TextAnswer.svelte';
import TextTally from './TextTally.svelte';

export interface EditorProps {
	draft: PollDraft;
	live: LiveClass;
	onchange: (draft: PollDraft) => void;
}
export interface AnswerProps {
	poll: Poll;
	live: LiveClass;
	/** What was answered so far. */
	value?: PollAnswer;
	/** `wait`: more of it may follow in a moment. */
	onanswer: (answer: PollAnswer, wait?: boolean) => void;
}
export interface TallyProps {
	poll: Poll;
	live: LiveClass;
}

/** Everything there is to a kind of question. A new kind is a line of `KINDS` and a `PollKind` of the protocol. */
export interface Kind {
	name: () => string;
	icon: IconName;
	/** Where its options and what is right are written; loaded when somebody asks. None: the question is all. */
	editor?: () => Promise<{ default: Component<EditorProps> }>;
	Answer: Component<AnswerProps>;
	Tally: Component<TallyProps>;
	/** What is still missing, besides the question itself. */
	missing: (draft: PollDraft) => Missing | undefined;
	/** Whether an answer is one. */
	valid: (answer: PollAnswer, poll: Poll) => boolean;
	/** Whether an answer is right; without it the kind cannot be a quiz. */
	right?: (answer: PollAnswer, correct: readonly number[]) => boolean;
}

const within = (value?: number) => value !== undefined && value >= 0 && value <= 1;
const choices = (): Pick<Kind, 'editor' | 'Answer' | 'Tally' | 'missing' | 'right'> => ({
	editor: () => import('./ChoiceEditor.svelte'),
	Answer: ChoiceAnswer,
	Tally: ChoiceTally,
	missing: missingInChoices,
	right: rightChoices
});
const offered = ({ choices = [] }: PollAnswer, { options }: Poll) =>
	choices.every((index) => Number.isInteger(index) && index >= 0 && index < options.length);

export const KINDS: Record<PollKind, Kind> = {
	single: {
		...choices(),
		name: m.rounds_kind_single,
		icon: 'check',
		valid: (answer, poll) => answer.choices?.length === 1 && offered(answer, poll)
	},
	multiple: {
		...choices(),
		name: m.rounds_kind_multiple,
		icon: 'filter',
		valid: (answer, poll) => (answer.choices?.length ?? 0) > 0 && offered(answer, poll)
	},
	text: {
		name: m.rounds_kind_text,
		icon: 'edit',
		Answer: TextAnswer,
		Tally: TextTally,
		missing: () => undefined,
		valid: ({ text = '' }) => text.trim() !== '' && [...text].length <= LONGEST_ANSWER
	},
	spot: {
		name: m.rounds_kind_spot,
		icon: 'search',
		editor: () => import('./SpotEditor.svelte'),
		Answer: SpotAnswer,
		Tally: SpotTally,
		missing: missingInSpot,
		valid: ({ x, y }) => within(x) && within(y),
		right: rightSpot
	}
};

/** What is missing before a question can be asked. */
export function missingIn(draft: PollDraft): Missing | undefined {
	return draft.question.trim() ? KINDS[draft.kind].missing(draft) : 'question';
}
