import type { Due, WordMemory } from '#lib/services/reviews.ts';

const KEY = 'hanzhi:review';

interface Kept {
	account: string;
	due: Due;
}

function read(account: string): Due | undefined {
	try {
		const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
		return kept?.account === account ? kept.due : undefined;
	} catch {
		return undefined;
	}
}

/** Keeps what is to be reviewed on this device, so that a review also begins without a line. */
export function keepDeck(account: string, due: Due): void {
	try {
		localStorage.setItem(KEY, JSON.stringify({ account, due } satisfies Kept));
	} catch {
		// No room: reviews then need a line to begin.
	}
}

/** What was to be reviewed when the server was last heard of, without the words answered since. */
export function keptDeck(account: string, now: Date): Due | undefined {
	const due = read(account);
	if (!due) return undefined;
	const cards = due.cards.filter((card) => Date.parse(card.memory.dueAt) <= now.getTime());
	return { ...due, cards, due: cards.length };
}

/** Notes a memory that has changed here. */
export function noteInDeck(account: string, memory: WordMemory): void {
	const due = read(account);
	if (!due) return;
	const cards = due.cards.map((card) =>
		card.word.hanzi === memory.word ? { ...card, memory } : card
	);
	keepDeck(account, { ...due, cards });
}
