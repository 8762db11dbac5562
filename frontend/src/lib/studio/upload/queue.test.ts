import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { UploadRecord } from './records';

const kept = vi.hoisted(() => new Map<string, UploadRecord>());
const server = vi.hoisted(() => ({
	created: [] as string[],
	runs: [] as { id: string; finish: (whole: boolean) => void; fail: (failure: object) => void }[],
	assets: {} as Record<string, { id: string; state: string; offset?: number }>
}));

vi.mock('./records', () => ({
	recordKey: (account: string, print: string) => `${account}:${print}`,
	records: async (account: string) => [...kept.values()].filter((r) => r.accountId === account),
	remember: async (record: UploadRecord) => void kept.set(record.key, record),
	forget: async (key: string) => void kept.delete(key),
	reopen: async () => undefined
}));
vi.mock('#lib/services/assets.ts', () => ({
	asset: async (id: string) => {
		const found = server.assets[id];
		if (!found) throw Object.assign(new Error('gone'), { status: 404 });
		return found;
	},
	watchAsset: () => () => undefined
}));
vi.mock('#lib/services/uploads.ts', () => ({
	createUpload: async ({ id }: { id: string }) => void server.created.push(id),
	Sender: class {
		#end: ((whole: boolean) => void) | undefined;
		constructor(private what: { id: string }) {}
		run() {
			return new Promise<boolean>((finish, fail) => {
				this.#end = finish;
				server.runs.push({ id: this.what.id, finish, fail });
			});
		}
		async pause() {
			this.#end?.(false);
		}
		async cancel() {
			await this.pause();
		}
	}
}));

const { UploadQueue } = await import('./queue.svelte');
const purpose = { institutionId: 'i', kind: 'video' as const };
const file = (name: string) => ({ file: new File([name], name, { lastModified: 1 }) });
const settle = () => vi.advanceTimersByTimeAsync(10);
const running = () => server.runs.at(-1)!;

beforeEach(() => {
	vi.useFakeTimers();
	kept.clear();
	Object.assign(server, { created: [], runs: [], assets: {} });
});
afterEach(() => {
	vi.useRealTimers();
});

async function queueOf(...names: string[]) {
	const queue = new UploadQueue('me');
	const adding = Promise.all(names.map((name) => queue.add([file(name)], purpose)));
	await settle();
	const ids = (await adding).flat();
	await settle();
	return { queue, ids };
}

describe('uploads', () => {
	it('go one after the other, but the server knows all of them at once', async () => {
		const { queue, ids } = await queueOf('a.mp4', 'b.mp4');
		expect([...server.created].sort()).toEqual([...ids].sort());
		expect(server.runs).toHaveLength(1);
		running().finish(true);
		await settle();
		expect(queue.items[0]?.state).toBe('sent');
		expect(running().id).toBe(ids[1]);
	});

	it('go on by themselves after the line was away', async () => {
		const { queue } = await queueOf('a.mp4');
		running().fail({ status: 0, code: '', lasting: false, retryAfterMs: 0 });
		await settle();
		expect(queue.items[0]?.state).toBe('line');
		await vi.advanceTimersByTimeAsync(2000);
		expect(server.runs).toHaveLength(2);
		expect(queue.items[0]?.state).toBe('sending');
	});

	it('tell what the server will never take, and let the next one go', async () => {
		const { queue, ids } = await queueOf('a.mp4', 'b.mp4');
		running().fail({ status: 422, code: 'too_large', lasting: true, retryAfterMs: 0 });
		await settle();
		expect(queue.items[0]).toMatchObject({ state: 'refused', code: 'too_large' });
		expect(running().id).toBe(ids[1]);
	});

	it('stop and go on when the author says so', async () => {
		const { queue, ids } = await queueOf('a.mp4');
		queue.pause(ids[0]!);
		await settle();
		expect(queue.items[0]?.state).toBe('paused');
		queue.resume(ids[0]!);
		await settle();
		expect(server.runs).toHaveLength(2);
	});

	it('go on under the same id when the same file is chosen after a crash', async () => {
		const before = await queueOf('a.mp4');
		before.queue.close();
		const id = before.ids[0]!;
		server.assets[id] = { id, state: 'uploading', offset: 3 };
		const queue = new UploadQueue('me');
		await queue.recover();
		expect(queue.items[0]).toMatchObject({ id, state: 'needs-file', sent: 3 });
		const adding = queue.add([file('a.mp4')], purpose);
		await settle();
		expect(await adding).toEqual([id]);
		expect(queue.items).toHaveLength(1);
		expect(queue.items[0]?.state).toBe('sending');
	});

	it('are forgotten when they are whole, but not before the lesson has its video', async () => {
		const queue = new UploadQueue('me');
		const adding = queue.add([file('a.mp4')], { ...purpose, activityId: 'lesson-1' });
		await settle();
		const [id] = await adding;
		await settle();
		running().finish(true);
		await settle();
		expect(kept.size).toBe(1);
		await queue.placed(id!);
		expect(kept.size).toBe(0);
	});

	it('keep the work of different people on one device apart', async () => {
		await queueOf('a.mp4');
		const other = new UploadQueue('someone else');
		await other.recover();
		expect(other.items).toEqual([]);
	});
});
