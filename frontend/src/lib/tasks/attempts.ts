import { call } from '#lib/api/client.ts';
import { Outboxes, type Opened } from '#lib/outbox/open.svelte.ts';
import { Outbox } from '#lib/outbox/outbox.ts';
import { sent } from '#lib/outbox/send.ts';
import { newId, type Attempt } from '#lib/services/tasks.ts';

/** The attempts of a learner on this device; each stays here until the server has it. */
class AttemptQueue extends Outbox<Attempt> {
	/** Notes an attempt and sends it; what cannot be sent now is sent by itself. */
	record(attempt: Omit<Attempt, 'id' | 'at'>): void {
		this.add({ ...attempt, id: newId(), at: new Date().toISOString() });
		void this.flush();
	}
}

const outboxes = new Outboxes<Attempt, AttemptQueue>({
	name: 'attempts',
	send: async (attempts, leaving) => {
		await sent(call('POST', '/api/attempts', { body: { attempts }, keepalive: leaving }));
	},
	make: (account, world) => new AttemptQueue(account, world)
});

/** Opens the attempts of an account. Visitors have none: nothing is kept of them. */
export const openAttempts = (account: string): Opened<AttemptQueue> => outboxes.open(account);
