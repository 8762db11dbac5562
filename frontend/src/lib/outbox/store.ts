/** What waits on the device: anything with an id that sorts by time. */
export interface Waiting {
	id: string;
}

/** Where things wait until the server has them. */
export interface OutboxStore<T extends Waiting> {
	put(account: string, items: T[]): Promise<void>;
	/** The oldest things of an account. */
	list(account: string, limit: number): Promise<T[]>;
	remove(account: string, ids: string[]): Promise<void>;
	count(account: string): Promise<number>;
	/** Gives everything of one account to another. */
	move(from: string, to: string): Promise<void>;
}

const TABLE = 'reports'; // in each database

function done<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('storage failed'));
	});
}

function committed(transaction: IDBTransaction): Promise<void> {
	return new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		transaction.onabort = transaction.onerror = () =>
			reject(transaction.error ?? new Error('storage failed'));
	});
}

function everythingOf(account: string): IDBKeyRange {
	return IDBKeyRange.bound([account], [account, []]);
}

/** In IndexedDB: things there outlive the tab, the browser and the phone's battery. */
export class DeviceStore<T extends Waiting> implements OutboxStore<T> {
	private opening: Promise<IDBDatabase> | undefined;

	constructor(private readonly database: string) {}

	async put(account: string, items: T[]): Promise<void> {
		const { table, transaction } = await this.open('readwrite');
		for (const item of items) table.put({ account, ...item });
		await committed(transaction);
	}

	async list(account: string, limit: number): Promise<T[]> {
		const { table } = await this.open('readonly');
		const rows = await done(table.getAll(everythingOf(account), limit));
		return rows.map(({ account: _, ...item }) => item as T);
	}

	async remove(account: string, ids: string[]): Promise<void> {
		const { table, transaction } = await this.open('readwrite');
		for (const id of ids) table.delete([account, id]);
		await committed(transaction);
	}

	async count(account: string): Promise<number> {
		const { table } = await this.open('readonly');
		return done(table.count(everythingOf(account)));
	}

	async move(from: string, to: string): Promise<void> {
		const { table, transaction } = await this.open('readwrite');
		const rows = await done(table.getAll(everythingOf(from)));
		for (const row of rows) {
			table.put({ ...row, account: to });
			table.delete([from, row.id]);
		}
		await committed(transaction);
	}

	private async open(mode: IDBTransactionMode) {
		this.opening ??= new Promise<IDBDatabase>((resolve, reject) => {
			const request = indexedDB.open(this.database, 1);
			request.onupgradeneeded = () =>
				request.result.createObjectStore(TABLE, { keyPath: ['account', 'id'] });
			request.onerror = () => reject(request.error ?? new Error('storage failed'));
			request.onsuccess = () => {
				// Another tab may be deleting everything at sign-out: do not stand in its way.
				request.result.onversionchange = () => this.shut();
				request.result.onclose = () => this.shut();
				resolve(request.result);
			};
		});
		this.opening.catch(() => (this.opening = undefined));
		const transaction = (await this.opening).transaction(TABLE, mode);
		return { transaction, table: transaction.objectStore(TABLE) };
	}

	private shut() {
		void this.opening?.then((database) => database.close());
		this.opening = undefined;
	}
}

/** In memory, for browsers that keep nothing (private windows): better than not at all. */
export class MemoryStore<T extends Waiting> implements OutboxStore<T> {
	private readonly rows = new Map<string, Map<string, T>>();

	private of(account: string): Map<string, T> {
		let rows = this.rows.get(account);
		if (!rows) this.rows.set(account, (rows = new Map()));
		return rows;
	}

	async put(account: string, items: T[]): Promise<void> {
		for (const item of items) this.of(account).set(item.id, item);
	}

	async list(account: string, limit: number): Promise<T[]> {
		const sorted = [...this.of(account).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
		return sorted.slice(0, limit);
	}

	async remove(account: string, ids: string[]): Promise<void> {
		for (const id of ids) this.of(account).delete(id);
	}

	async count(account: string): Promise<number> {
		return this.of(account).size;
	}

	async move(from: string, to: string): Promise<void> {
		await this.put(to, [...this.of(from).values()]);
		this.rows.delete(from);
	}
}

/** The device's store where it works, memory where it does not. */
export class SafeStore<T extends Waiting> implements OutboxStore<T> {
	private store: OutboxStore<T>;

	constructor(database: string) {
		this.store = typeof indexedDB === 'undefined' ? new MemoryStore() : new DeviceStore(database);
	}

	put = (account: string, items: T[]) => this.safe((s) => s.put(account, items));
	list = (account: string, limit: number) => this.safe((s) => s.list(account, limit));
	remove = (account: string, ids: string[]) => this.safe((s) => s.remove(account, ids));
	count = (account: string) => this.safe((s) => s.count(account));
	move = (from: string, to: string) => this.safe((s) => s.move(from, to));

	private async safe<R>(work: (store: OutboxStore<T>) => Promise<R>): Promise<R> {
		try {
			return await work(this.store);
		} catch (error) {
			if (this.store instanceof MemoryStore) throw error;
			this.store = new MemoryStore();
			return work(this.store);
		}
	}
}
