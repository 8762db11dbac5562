import { Outbox } from '#lib/outbox/outbox.ts';
import { Outboxes } from '#lib/outbox/open.svelte.ts';
import { sendWritings, type NewWriting } from '#lib/services/writing.ts';

const boxes = new Outboxes<NewWriting, Outbox<NewWriting>>({
	name: 'writings',
	send: sendWritings,
	make: (account, world) => new Outbox(account, world)
});

/** Opens what an account wrote on this device and the server may not have yet. */
export const openWritings = (account: string) => boxes.open(account);
