import * as db from './db';

interface Kept<T> {
	key: string;
	tab: string;
	accountId: string;
	subject: string;
	work: T;
	keptAt: number;
}

const WRITE_MS = 250;
const tab = crypto.getRandomValues(new Uint32Array(2)).join('-');
let holding: Promise<void> | undefined;

/** Holds a lock as long as this tab lives: other tabs leave the records of a living tab alone. */
function hold(): Promise<void> {
	holding ??= new Promise((resolve) => {
		if (!navigator.locks) return resolve();
		void navigator.locks.request(lockName(tab), () => {
			resolve();
			return new Promise(() => undefined);
		});
	});
	return holding;
}

const lockName = (name: string) => `hanzhi-studio-${name}`;

async function livingTabs(): Promise<Set<string>> {
	const held = (await navigator.locks?.query())?.held ?? [];
	return new Set(held.map((lock) => lock.name ?? ''));
}

/**
 * Keeps one subject's unacknowledged work on this device, so that a crash costs a quarter of a
 * second. A record lives until `forget`, which is called when the server has acknowledged all.
 */
export class Journal<T> {
	/** False when the browser keeps nothing (private mode, full disk): leaving must then warn. */
	works = true;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#writing = Promise.resolve();

	constructor(
		private readonly store: db.Store,
		private readonly accountId: string,
		private readonly subject: string
	) {}

	get #key() {
		return `${this.accountId}:${this.subject}:${tab}`;
	}

	/** What tabs that are gone have left behind for this account and subject, oldest first. */
	async left(): Promise<T[]> {
		try {
			await hold();
			const living = await livingTabs();
			const mine = (await db.all<Kept<T>>(this.store)).filter(
				(k) => k.accountId === this.accountId && k.subject === this.subject
			);
			const orphans = mine.filter((k) => !living.has(lockName(k.tab)) || k.tab === tab);
			return orphans.sort((a, b) => a.keptAt - b.keptAt).map((k) => k.work);
		} catch {
			this.works = false;
			return [];
		}
	}

	/** Forgets what `left` returned, once it is part of what this tab keeps. */
	async inherit(): Promise<void> {
		const living = await livingTabs();
		for (const k of await db.all<Kept<T>>(this.store))
			if (
				k.accountId === this.accountId &&
				k.subject === this.subject &&
				k.tab !== tab &&
				!living.has(lockName(k.tab))
			)
				await db.drop(this.store, k.key);
	}

	/** Keeps the work soon; `read` is asked at the time of writing, undefined means nothing waits. */
	keep(read: () => T | undefined): void {
		this.#timer ??= setTimeout(() => void this.keepNow(read), WRITE_MS);
	}

	/** Keeps the work now and resolves when it is on the disk. */
	keepNow(read: () => T | undefined): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#writing = this.#writing.then(() => this.#write(read()));
		return this.#writing;
	}

	async #write(work: T | undefined): Promise<void> {
		try {
			if (work === undefined) await db.drop(this.store, this.#key);
			else
				await db.put(this.store, {
					key: this.#key,
					tab,
					accountId: this.accountId,
					subject: this.subject,
					work,
					keptAt: Date.now()
				} as Kept<T>);
			this.works = true;
		} catch {
			this.works = false;
		}
	}
}
