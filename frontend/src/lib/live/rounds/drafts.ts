import type { Id } from '../protocol.ts';
import { newDraft, type PollDraft } from './polls.ts';

/** The questions of a class that are kept on this device: the one at work and those prepared for later. */
export interface Drafts {
	current: PollDraft;
	prepared: PollDraft[];
}

export const MOST_PREPARED = 30;

const keyOf = (class_: Id) => `hanzhi:polls:${class_}`;
const KINDS = ['single', 'multiple', 'text', 'spot'];

function sound(found: unknown): found is PollDraft {
	const draft = found as Partial<PollDraft> | null;
	return (
		typeof draft === 'object' &&
		draft !== null &&
		KINDS.includes(draft.kind ?? '') &&
		typeof draft.question === 'string' &&
		typeof draft.graded === 'boolean' &&
		Array.isArray(draft.options) &&
		draft.options.every((option) => typeof option === 'string') &&
		Array.isArray(draft.correct) &&
		draft.correct.every(Number.isInteger)
	);
}

/** What is kept; whatever has not the right shape (of another version, say) is left out. */
export function keptDrafts(class_: Id, store: Pick<Storage, 'getItem'> = localStorage): Drafts {
	try {
		const found = JSON.parse(store.getItem(keyOf(class_)) ?? '{}') as Partial<Drafts>;
		return {
			current: sound(found.current) ? found.current : newDraft(),
			prepared: Array.isArray(found.prepared) ? found.prepared.filter(sound) : []
		};
	} catch {
		return { current: newDraft(), prepared: [] };
	}
}

/** Keeps them. Tells whether this device could. */
export function keepDrafts(
	class_: Id,
	drafts: Drafts,
	store: Pick<Storage, 'setItem'> = localStorage
): boolean {
	try {
		store.setItem(keyOf(class_), JSON.stringify(drafts));
		return true;
	} catch {
		return false;
	}
}
