import { call } from '#lib/api/client.ts';
import { Outboxes } from '#lib/outbox/open.svelte.ts';
import { sent, type Save } from '#lib/outbox/send.ts';
import type { ReviewEvent } from '#lib/services/language.ts';
import { ReviewQueue, type Happening } from './review-queue.ts';

export type { Happening } from './review-queue.ts';

/** The log of one learner's words on this device. */
export interface ReviewLog {
	/** `waiting` is saved on this device and will be sent by itself. Reactive. */
	readonly save: Save;
	/** Notes an event; the answer takes it back while it has not left, and says whether it could. */
	record(happening: Happening): () => Promise<boolean>;
	/** Sends what waits now. */
	flush(): void;
	/** This part of the page is done with it. */
	close(): void;
}

const outboxes = new Outboxes<ReviewEvent, ReviewQueue>({
	name: 'reviews',
	send: async (reviews, leaving) => {
		await sent(call('POST', '/api/reviews', { body: { reviews }, keepalive: leaving }));
	},
	make: (account, world) => new ReviewQueue(account, world)
});

/** Opens the log of an account. Visitors have none: nothing is remembered of them. */
export function openLog(account: string): ReviewLog {
	const one = outboxes.open(account);
	return {
		get save() {
			return one.save;
		},
		record: (happening) => one.outbox.record(happening),
		flush: () => void one.outbox.flush(),
		close: () => one.close()
	};
}

/** Resolves when what was answered here is with the server, or cannot get there now. */
export async function settled(account: string): Promise<void> {
	const one = outboxes.open(account);
	await one.outbox.flush();
	one.close();
}
