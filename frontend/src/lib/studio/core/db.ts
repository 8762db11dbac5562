/** The studio's part of IndexedDB: work and uploads that the server has not acknowledged. */
const NAME = 'hanzhi-studio';
const VERSION = 1;
export const STORES = ['pending', 'captions', 'uploads'] as const;
export type Store = (typeof STORES)[number];

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
	opening ??= new Promise<IDBDatabase>((resolve, reject) => {
		const request = indexedDB.open(NAME, VERSION);
		request.onupgradeneeded = () => {
			for (const store of STORES)
				if (!request.result.objectStoreNames.contains(store))
					request.result.createObjectStore(store, { keyPath: 'key' });
		};
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	}).catch((error: unknown) => {
		opening = undefined;
		throw error;
	});
	return opening;
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

/** Writes a record under its `key` and resolves once it is on the disk. */
export async function put(store: Store, record: { key: string }): Promise<void> {
	const transaction = (await open()).transaction(store, 'readwrite', { durability: 'strict' });
	const done = new Promise<void>((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		transaction.onabort = () => reject(transaction.error);
	});
	transaction.objectStore(store).put(record);
	return done;
}

/** Reads every record of a store. */
export async function all<T>(store: Store): Promise<T[]> {
	return settled((await open()).transaction(store).objectStore(store).getAll() as IDBRequest<T[]>);
}

/** Forgets a record; a missing one is no error. */
export async function drop(store: Store, key: string): Promise<void> {
	await settled((await open()).transaction(store, 'readwrite').objectStore(store).delete(key));
}
