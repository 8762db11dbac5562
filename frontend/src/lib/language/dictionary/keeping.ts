import { openLog, type ReviewLog } from '#lib/language/reviews.svelte.ts';

// Kept and dropped words travel by the same queue as reviews: on the device first, to the server when it can. The log
// stays open as long as the page: it sends by itself after a breath in which one may change one's mind.
const logs = new Map<string, ReviewLog>();

function tell(account: string, kind: 'keep' | 'drop', word: string): void {
	const log = logs.get(account) ?? openLog(account);
	logs.set(account, log);
	log.record({ kind, word });
}

/** Takes a word among one's own. */
export const keep = (account: string, word: string) => tell(account, 'keep', word);

/** Gives a word up; what was remembered of it stays in the log. */
export const drop = (account: string, word: string) => tell(account, 'drop', word);
