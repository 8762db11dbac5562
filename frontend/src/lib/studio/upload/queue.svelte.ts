import { asset, watchAsset } from '#lib/services/assets.ts';
import type { Sender } from '#lib/services/uploads.ts';
import { backoffMs } from '../core/failure';
import { newId } from '../core/id';
import { plain } from '../core/leaves';
import type { Asset } from '../types';
import { asFailure, type UploadFailure } from './failure';
import { fingerprint } from './fingerprint';
import { forget, recordKey, records, remember, reopen, type UploadRecord } from './records';

/**
 * `needs-file`: begun before the browser was closed; the file has to be chosen again.
 * `line`: waiting for the line, goes on by itself. `sent`: the server has it all and works on it.
 */
export type UploadState =
	'reading' | 'queued' | 'sending' | 'line' | 'paused' | 'needs-file' | 'refused' | 'sent';

export interface UploadItem {
	id: string;
	key: string;
	institutionId: string;
	kind: 'video' | 'image' | 'audio' | 'deck';
	filename: string;
	size: number;
	sent: number;
	bytesPerSecond: number;
	state: UploadState;
	/** The server knows of it: its asset exists. */
	created: boolean;
	/** The activity whose video it shall be. */
	activityId?: string;
	/** Why the server refused it: a code of the problem document. */
	code: string;
	asset?: Asset;
}

/** A file as it was chosen, with the browser's hold of it where there is one. */
export interface Chosen {
	file: File;
	handle?: FileSystemFileHandle;
}

/** What a file is uploaded for. */
export interface Purpose {
	institutionId: string;
	kind: 'video' | 'image' | 'audio' | 'deck';
	activityId?: string;
}

/**
 * The author's uploads, one at a time, pictures and sounds first. They go on while the author works on other
 * pages of the studio, wait out a lost line, and survive the end of the browser.
 */
export class UploadQueue {
	items = $state<UploadItem[]>([]);
	#files = new Map<string, File>();
	#senders = new Map<string, Sender>();
	#creating = new Map<string, Promise<void>>();
	#failures = new Map<string, number>();
	#active: string | undefined;
	#watching = new Map<string, () => void>();

	constructor(private readonly accountId: string) {
		globalThis.addEventListener?.('online', this.#backOnLine);
	}

	/** Stops everything: the author signs out or leaves the studio. Begun uploads can go on later. */
	close(): void {
		globalThis.removeEventListener?.('online', this.#backOnLine);
		for (const sender of this.#senders.values()) void sender.pause();
		for (const stop of this.#watching.values()) stop();
	}

	/** True while closing the page would interrupt something. */
	get busy(): boolean {
		return this.items.some(
			(i) => i.state === 'sending' || i.state === 'queued' || i.state === 'line'
		);
	}

	/** Brings back what an earlier page has begun; what a kept handle can reach goes on by itself. */
	async recover(): Promise<void> {
		for (const record of await records(this.accountId)) {
			if (this.items.some((i) => i.id === record.assetId)) continue;
			const known = await asset(record.assetId).catch(() => undefined);
			const whole = known && known.state !== 'uploading';
			if (whole && !record.activityId) {
				await forget(record.key);
				continue;
			}
			const sent = known?.offset ?? 0;
			const state = whole ? 'sent' : 'needs-file';
			const item = this.#push({ ...fromRecord(record), sent, state, created: Boolean(known) });
			if (whole) this.#watch(item);
			else await this.#reach(item, record);
		}
	}

	async #reach(item: UploadItem, record: UploadRecord): Promise<void> {
		const file = await reopen(record, false);
		if (file && (await this.#same(file, record))) this.#ready(item, file);
	}

	/** Asks the browser for the file of an earlier page; false when it must be chosen by hand. */
	async reopen(id: string): Promise<boolean> {
		const record = (await records(this.accountId)).find((r) => r.assetId === id);
		const file = record && (await reopen(record, true));
		const item = this.#find(id);
		if (!record || !file || !item || !(await this.#same(file, record))) return false;
		this.#ready(item, file);
		return true;
	}

	/**
	 * Adds files and answers the ids their assets have or will have. A file that was begun before
	 * goes on where it stopped, under the id it had.
	 */
	async add(chosen: Chosen[], purpose: Purpose): Promise<string[]> {
		return Promise.all(chosen.map((c) => this.#addOne(c, purpose)));
	}

	/** Waits until the server knows of an upload; false when it refuses it. */
	async known(id: string): Promise<boolean> {
		for (;;) {
			const item = this.#find(id);
			if (item?.created) return true;
			if (!item || item.state === 'refused') return false;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}

	/** The video has been put into its activity: there is nothing more to remember it for. */
	async placed(id: string): Promise<void> {
		const item = this.#find(id);
		if (!item) return;
		item.activityId = undefined;
		const record = (await records(this.accountId)).find((r) => r.assetId === id);
		if (!record) return;
		if (item.state === 'sent') await forget(record.key);
		else await remember({ ...record, activityId: undefined });
	}

	pause(id: string): void {
		const item = this.#find(id);
		if (!item || item.state === 'sent') return;
		item.state = 'paused';
		item.bytesPerSecond = 0;
		void this.#senders.get(id)?.pause();
	}

	resume(id: string): void {
		const item = this.#find(id);
		if (!item || (item.state !== 'paused' && item.state !== 'line' && item.state !== 'refused'))
			return;
		item.state = 'queued';
		item.code = '';
		this.#next();
	}

	/** Stops an upload for good and deletes what the server has of it. */
	async cancel(id: string): Promise<void> {
		const item = this.#find(id);
		if (!item) return;
		this.dismiss(id);
		await forget(item.key);
		const sender = await this.#sender(item, new File([], ''));
		this.#senders.delete(id);
		await sender.cancel();
	}

	/** Takes an upload off the list; a finished one stays in the library. */
	dismiss(id: string): void {
		this.#watching.get(id)?.();
		this.#watching.delete(id);
		this.items = this.items.filter((i) => i.id !== id);
	}

	#find(id: string): UploadItem | undefined {
		return this.items.find((i) => i.id === id);
	}

	#push(item: UploadItem): UploadItem {
		this.items.push(item);
		return this.items.at(-1) as UploadItem;
	}

	async #same(file: File, record: UploadRecord): Promise<boolean> {
		return recordKey(this.accountId, await fingerprint(file).catch(() => '')) === record.key;
	}

	async #addOne(chosen: Chosen, purpose: Purpose): Promise<string> {
		const { file, handle } = chosen;
		const key = recordKey(this.accountId, await fingerprint(file));
		const begun = (await records(this.accountId)).find((r) => r.key === key);
		const waiting = this.items.find((i) => i.key === key && i.state !== 'sent');
		const record: UploadRecord = begun ?? {
			key,
			assetId: newId(),
			accountId: this.accountId,
			institutionId: purpose.institutionId,
			kind: purpose.kind,
			filename: file.name,
			size: file.size,
			begunAt: Date.now()
		};
		if (purpose.activityId) record.activityId = purpose.activityId;
		await remember({ ...record, handle: handle ?? record.handle });
		const item = waiting ?? this.#push(fromRecord(record));
		item.activityId = record.activityId;
		if (item.state !== 'sending') this.#ready(item, file);
		return item.id;
	}

	#ready(item: UploadItem, file: File): void {
		this.#files.set(item.id, file);
		item.state = 'queued';
		void this.#create(item).catch(() => undefined);
		this.#next();
	}

	/** Makes the asset at once, though the bytes may have to wait for their turn. */
	#create(item: UploadItem): Promise<void> {
		if (item.created) return Promise.resolve();
		const known = this.#creating.get(item.id);
		if (known) return known;
		const creating = sending()
			.then(({ createUpload }) => createUpload(plain(item)))
			.then(() => void (item.created = true))
			.finally(() => this.#creating.delete(item.id));
		this.#creating.set(item.id, creating);
		return creating;
	}

	#next(): void {
		if (this.#active) return;
		const queued = this.items.filter((i) => i.state === 'queued');
		const item = queued.find((i) => i.kind !== 'video') ?? queued[0];
		if (item) void this.#run(item);
	}

	async #run(item: UploadItem): Promise<void> {
		this.#active = item.id;
		item.state = 'sending';
		try {
			await this.#create(item);
			const sender = await this.#sender(item, this.#files.get(item.id) as File);
			const stopped = () => item.state !== 'sending';
			if (!stopped() && (await this.#alone(item.id, () => sender.run()))) this.#sent(item);
		} catch (error) {
			this.#failed(item, asFailure(error));
		} finally {
			this.#active = undefined;
			this.#next();
		}
	}

	async #sender(item: UploadItem, file: File): Promise<Sender> {
		const { Sender } = await sending();
		const { id, institutionId, kind } = item;
		const known = this.#senders.get(id);
		const sender =
			known ??
			new Sender({ id, institutionId, kind, file }, (progress) => Object.assign(item, progress));
		this.#senders.set(id, sender);
		return sender;
	}

	/** Two tabs must not send the same file: the second waits until the first is done or closed. */
	#alone(id: string, send: () => Promise<boolean>): Promise<boolean> {
		return navigator.locks ? navigator.locks.request(`hanzhi-upload-${id}`, send) : send();
	}

	#sent(item: UploadItem): void {
		Object.assign(item, { state: 'sent', sent: item.size, bytesPerSecond: 0 });
		this.#files.delete(item.id);
		this.#senders.delete(item.id);
		if (!item.activityId) void forget(item.key);
		this.#watch(item);
	}

	#watch(item: UploadItem): void {
		this.#watching.set(
			item.id,
			watchAsset(item.id, (now) => {
				item.asset = now;
			})
		);
	}

	#failed(item: UploadItem, failure: UploadFailure): void {
		item.bytesPerSecond = 0;
		if (item.state === 'paused') return;
		if (failure.lasting) {
			Object.assign(item, { state: 'refused', code: failure.code || String(failure.status) });
			return;
		}
		item.state = 'line';
		const failures = (this.#failures.get(item.id) ?? 0) + 1;
		this.#failures.set(item.id, item.sent > 0 ? Math.min(failures, 4) : failures);
		setTimeout(() => this.#again(item), Math.max(failure.retryAfterMs, backoffMs(failures)));
	}

	#again(item: UploadItem): void {
		if (item.state !== 'line') return;
		item.state = 'queued';
		this.#next();
	}

	#backOnLine = (): void => {
		this.#failures.clear();
		for (const item of this.items) this.#again(item);
	};
}

/** What sends comes with the first upload. */
const sending = () => import('#lib/services/uploads.ts');

function fromRecord(record: UploadRecord): UploadItem {
	const { assetId: id, key, institutionId, kind, filename, size, activityId } = record;
	return {
		id,
		key,
		institutionId,
		kind,
		filename,
		size,
		sent: 0,
		bytesPerSecond: 0,
		state: 'reading',
		created: false,
		activityId,
		code: ''
	};
}
