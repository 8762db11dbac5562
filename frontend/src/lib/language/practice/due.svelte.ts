import { session } from '#lib/services/session.svelte.ts';

/** How many words wait for this learner, for the navigation and the start page. */
const FRESH_MS = 10 * 60_000;

let count = $state(0);
let whose = $state('');
let askedAt = 0;

/** Words that are due now; 0 while nobody knows. Reactive. */
export function dueCount(): number {
	return whose && whose === session().account?.id ? count : 0;
}

/** Takes over what a page has just learnt. */
export function setDueCount(next: number): void {
	whose = session().account?.id ?? '';
	count = Math.max(0, next);
	askedAt = Date.now();
}

/** Asks the server, at most every ten minutes. Without an answer the old figure stays. */
export async function refreshDue(): Promise<void> {
	const account = session().account?.id;
	if (!account || (whose === account && Date.now() - askedAt < FRESH_MS)) return;
	askedAt = Date.now();
	whose = account;
	try {
		// Every page has this figure, but none waits for it: what asks for it comes later too.
		const { due } = await import('#lib/services/reviews.ts');
		const answer = await due(1);
		if (session().account?.id === account) count = answer.due;
	} catch {
		askedAt = 0;
	}
}
