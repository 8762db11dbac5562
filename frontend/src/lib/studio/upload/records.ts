import * as db from '../core/db';

/** A begun upload as this device remembers it, so that the same file goes on at the same byte. */
export interface UploadRecord {
	/** Account and fingerprint. */
	key: string;
	assetId: string;
	accountId: string;
	institutionId: string;
	kind: 'video' | 'image' | 'audio' | 'deck';
	filename: string;
	size: number;
	begunAt: number;
	/** The activity whose video it shall be, until it has been put there. */
	activityId?: string;
	/** Where the browser lets a page keep its hold of a file, nothing has to be chosen again. */
	handle?: FileSystemFileHandle;
}

export const recordKey = (accountId: string, fingerprint: string) => `${accountId}:${fingerprint}`;

/** The begun uploads of an account, oldest first; none when the browser keeps nothing. */
export async function records(accountId: string): Promise<UploadRecord[]> {
	const all = await db.all<UploadRecord>('uploads').catch(() => []);
	return all.filter((r) => r.accountId === accountId).sort((a, b) => a.begunAt - b.begunAt);
}

/** Remembers an upload; without a place to remember it, it still runs, but cannot go on later. */
export async function remember(record: UploadRecord): Promise<void> {
	await db.put('uploads', record).catch(async () => {
		// Some browsers cannot store a handle; the rest is what counts.
		const { handle: _, ...rest } = record;
		await db.put('uploads', rest).catch(() => undefined);
	});
}

/** Forgets an upload that is whole or given up. */
export async function forget(key: string): Promise<void> {
	await db.drop('uploads', key).catch(() => undefined);
}

type Permitting = FileSystemFileHandle & {
	queryPermission(options: { mode: 'read' }): Promise<PermissionState>;
	requestPermission(options: { mode: 'read' }): Promise<PermissionState>;
};

/** The file behind a kept handle, asking the author when `ask`; undefined when it must be chosen again. */
export async function reopen(record: UploadRecord, ask: boolean): Promise<File | undefined> {
	const handle = record.handle as Permitting | undefined;
	if (!handle?.queryPermission) return undefined;
	try {
		let permission = await handle.queryPermission({ mode: 'read' });
		if (permission === 'prompt' && ask)
			permission = await handle.requestPermission({ mode: 'read' });
		return permission === 'granted' ? await handle.getFile() : undefined;
	} catch {
		return undefined;
	}
}
