import { SendFault, sendHalving, type Save } from './send.ts';
import type { OutboxStore, Waiting } from './store.ts';

/** What an outbox needs from the world. */
export interface World<T extends Waiting> {
	store: OutboxStore<T>;
	/** Sends; rejects with a `SendFault`. Sending a thing twice must do no harm. */
	send(items: T[], leaving: boolean): Promise<void>;
	/** Runs work unless another tab is at it; false when it was. */
	alone(account: string, work: () => Promise<void>): Promise<boolean>;
	onSave(save: Save): void;
	/** 0…1, so that devices that lost the line together do not come back together. */
	chance(): number;
}

const BATCH = 500;
/** While the page goes away browsers carry 64 KB at most; a review takes some 250 bytes. */
const LEAVING_BATCH = 200;
/** A breath after the last answer, in which it can be taken back. */
const SETTLE_MS = 10_000;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * What was done on this device, on its way to the server. Everything is in the device's store at once and leaves it only
 * when the server has it. The server must bear what comes late, doubled and in any order.
 */
export class Outbox<T extends Waiting> {
	private writing: Promise<unknown> = Promise.resolve();
	private sending: Promise<void> | null = null;
	/** Waits for the one that is under way, which may have looked before the latest event was there. */
	private following: Promise<void> | null = null;
	/** Ids on their way now: they can no longer be taken back. */
	private readonly away = new Set<string>();
	private timer: ReturnType<typeof setTimeout> | undefined;
	private failures = 0;

	constructor(
		readonly account: string,
		protected readonly world: World<T>
	) {}

	/** Adds a thing. The answer takes it back while it has not left, and says whether it could. */
	add(item: T): () => Promise<boolean> {
		this.world.onSave('saving');
		this.write(() => this.world.store.put(this.account, [item])).catch(() =>
			this.world.onSave('waiting')
		);
		this.later(SETTLE_MS);
		return () => this.takeBack(item.id);
	}

	/** Sends what waits. Never rejects: what cannot be sent now stays and is tried again by itself. */
	flush(leaving = false): Promise<void> {
		if (this.sending && !leaving)
			return (this.following ??= this.sending.then(() => {
				this.following = null;
				return this.flush();
			}));
		clearTimeout(this.timer);
		this.timer = undefined;
		const work = this.sendAll(leaving).finally(() => {
			if (this.sending === work) this.sending = null;
		});
		return (this.sending = work);
	}

	/** Nothing is sent by itself any more; what waits stays on the device. */
	close(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
	}

	private async takeBack(id: string): Promise<boolean> {
		await this.writing.catch(() => undefined);
		if (this.away.has(id)) return false;
		const before = await this.world.store.count(this.account);
		await this.write(() => this.world.store.remove(this.account, [id]));
		return (await this.world.store.count(this.account)) < before;
	}

	// One after the other, so that a thing is never taken back before it is written.
	private write<T>(work: () => Promise<T>): Promise<T> {
		const done = this.writing.then(work, work);
		this.writing = done.catch(() => undefined);
		return done;
	}

	private later(ms: number) {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.flush(), ms);
	}

	private async sendAll(leaving: boolean): Promise<void> {
		const { store, onSave, alone } = this.world;
		try {
			await this.writing;
			if ((await store.count(this.account)) === 0) return onSave('saved');
			onSave('saving');
			await alone(this.account, () => this.drain(leaving));
			const left = await store.count(this.account);
			this.failures = 0;
			onSave(left === 0 ? 'saved' : 'saving');
			if (left > 0) this.later(FIRST_WAIT_MS);
		} catch (error) {
			onSave('waiting');
			if (!(error instanceof SendFault) || error.why !== 'signed-out') this.tryAgain();
		}
	}

	private tryAgain() {
		const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
		this.later(wait * (0.5 + this.world.chance() / 2));
	}

	private async drain(leaving: boolean): Promise<void> {
		for (;;) {
			const waiting = await this.world.store.list(this.account, leaving ? LEAVING_BATCH : BATCH);
			if (waiting.length === 0) return;
			await this.deliver(waiting, leaving);
			if (leaving) return;
		}
	}

	private async deliver(batch: T[], leaving: boolean): Promise<void> {
		const ids = batch.map((item) => item.id);
		for (const id of ids) this.away.add(id);
		const { store, send } = this.world;
		const remove = (items: T[]) =>
			store.remove(
				this.account,
				items.map((item) => item.id)
			);
		try {
			await sendHalving(
				batch,
				async (part) => {
					await send(part, leaving);
					await remove(part);
				},
				(bad) => remove([bad])
			);
		} finally {
			for (const id of ids) this.away.delete(id);
		}
	}
}
