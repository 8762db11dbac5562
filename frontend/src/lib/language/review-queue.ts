import { Outbox, type World } from '#lib/outbox/outbox.ts';
import { newReportId } from '#lib/progress/report.ts';
import type { ReviewEvent } from '#lib/services/language.ts';

/** What happened to a word, before it has an id and a time. */
export type Happening = Omit<ReviewEvent, 'id' | 'at' | 'parameters'> & {
	/** Name of the set of FSRS parameters that graded it; a server that does not know it refuses the event. */
	parameters?: string;
};

/**
 * What happened to words, on its way to the server, which folds its log in the order of the events' own times: what
 * comes late, doubled or from two devices ends in the same memory.
 */
export class ReviewQueue extends Outbox<ReviewEvent> {
	constructor(
		account: string,
		world: World<ReviewEvent>,
		private readonly now = () => new Date()
	) {
		super(account, world);
	}

	/** Notes an event. The answer takes it back while it has not left, and says whether it could. */
	record(happening: Happening): () => Promise<boolean> {
		const at = this.now();
		return this.add({
			...happening,
			id: newReportId(at.getTime()),
			at: at.toISOString()
		} as ReviewEvent);
	}
}
