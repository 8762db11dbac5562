import { on } from '#lib/services/bus.ts';
import type { Outbox, World } from './outbox.ts';
import { alone, type Save } from './send.ts';
import { SafeStore, type Waiting } from './store.ts';

/** What a kind of outbox is made of. */
export interface Recipe<T extends Waiting, O extends Outbox<T>> {
	/** Of the device's store and of the lock between tabs. */
	name: string;
	/** Sends; rejects with a `SendFault`. While leaving, the request has to outlive the page. */
	send(items: T[], leaving: boolean): Promise<void>;
	make(account: string, world: World<T>): O;
}

/** An outbox as a part of the page has it. */
export interface Opened<O> {
	readonly outbox: O;
	/** Reactive. */
	readonly save: Save;
	/** This part of the page is done with it. */
	close(): void;
}

/** One account's outbox on this page, however many parts of the page write to it. */
class Shared<T extends Waiting, O extends Outbox<T>> {
	save = $state<Save>('saved');
	users = 0;
	readonly outbox: O;
	private readonly stop: () => void;

	constructor(account: string, store: SafeStore<T>, { name, send, make }: Recipe<T, O>) {
		this.outbox = make(account, {
			store,
			send,
			alone: (whose, work) => alone(`${name}-${whose}`, work),
			onSave: (save) => (this.save = save),
			chance: Math.random
		});
		this.stop = this.listen();
	}

	/** Nobody on this page writes any more: what waits is sent, and tried again at the next visit. */
	end(): void {
		this.stop();
		void this.outbox.flush().then(() => this.outbox.close());
	}

	private listen(): () => void {
		const back = () => this.outbox.flush();
		const hidden = () => {
			if (document.hidden) void this.outbox.flush(true);
		};
		addEventListener('online', back);
		document.addEventListener('visibilitychange', hidden);
		const deaf = on('sign-out', back);
		return () => {
			deaf();
			removeEventListener('online', back);
			document.removeEventListener('visibilitychange', hidden);
		};
	}
}

/** The outboxes of one kind, by account. */
export class Outboxes<T extends Waiting, O extends Outbox<T>> {
	private readonly store: SafeStore<T>;
	private readonly shared = new Map<string, Shared<T, O>>();

	constructor(private readonly recipe: Recipe<T, O>) {
		this.store = new SafeStore<T>(`hanzhi-${recipe.name}`);
	}

	/** Opens an account's outbox; what an earlier visit left behind is sent. */
	open(account: string): Opened<O> {
		const one = this.one(account);
		one.users++;
		let closed = false;
		return {
			outbox: one.outbox,
			get save() {
				return one.save;
			},
			close: () => {
				if (closed) return;
				closed = true;
				if (--one.users > 0) return;
				this.shared.delete(account);
				one.end();
			}
		};
	}

	private one(account: string): Shared<T, O> {
		let one = this.shared.get(account);
		if (!one) {
			this.shared.set(account, (one = new Shared(account, this.store, this.recipe)));
			void one.outbox.flush();
		}
		return one;
	}
}
