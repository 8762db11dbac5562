import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SendFault, type Save } from '#lib/outbox/send.ts';
import { MemoryStore } from '#lib/outbox/store.ts';
import type { ReviewEvent } from '#lib/services/language.ts';
import { ReviewQueue, type Happening } from './review-queue.ts';

/** A server whose log holds each id once, behind a line that can fail in every way. */
class Server {
	readonly log = new Map<string, ReviewEvent>();
	readonly requests: ReviewEvent[][] = [];
	fail: 'no' | 'before' | 'after' | 'signed-out' = 'no';
	bad: (event: ReviewEvent) => boolean = () => false;

	async send(events: ReviewEvent[]): Promise<void> {
		await Promise.resolve();
		this.requests.push(structuredClone(events));
		if (this.fail === 'before') throw new SendFault('passing');
		if (this.fail === 'signed-out') throw new SendFault('signed-out');
		if (events.some(this.bad)) throw new SendFault('bad');
		for (const event of events) this.log.set(event.id, event);
		if (this.fail === 'after') throw new SendFault('passing');
	}
}

let server: Server;
let store: MemoryStore<ReviewEvent>;
let saves: Save[];
let busy: boolean;

function queue(account = 'ana'): ReviewQueue {
	return new ReviewQueue(account, {
		store,
		send: (events) => server.send(events),
		alone: async (_, work) => {
			if (busy) return false;
			await work();
			return true;
		},
		onSave: (save) => saves.push(save),
		chance: () => 1
	});
}

const keep = (word: string): Happening => ({ kind: 'keep', word });

beforeEach(() => {
	vi.useFakeTimers({ now: new Date('2027-03-10T09:00:00Z') });
	server = new Server();
	store = new MemoryStore();
	saves = [];
	busy = false;
});
afterEach(() => vi.useRealTimers());

describe('the queue of reviews', () => {
	it('sends what was noted while a flush that found nothing was still under way', async () => {
		const q = queue();
		const empty = q.flush();
		q.record(keep('转速'));
		await q.flush();
		await empty;
		expect([...server.log.values()].map((event) => event.word)).toEqual(['转速']);
	});

	it('has every event on the device before it is sent, with an id and a time of its own', async () => {
		const q = queue();
		q.record(keep('转速'));
		q.record({ kind: 'lookup', word: '主轴', lessonId: 'l' });
		await vi.advanceTimersByTimeAsync(0);
		const waiting = await store.list('ana', 10);
		expect(server.requests).toHaveLength(0);
		expect(waiting.map(({ kind, word }) => [kind, word])).toEqual([
			['keep', '转速'],
			['lookup', '主轴']
		]);
		expect(waiting[0].id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
		expect(waiting[0].id < waiting[1].id).toBe(true);
		expect(waiting[0].at).toBe('2027-03-10T09:00:00.000Z');
	});

	it('sends by itself after a breath, all in one request', async () => {
		const q = queue();
		q.record(keep('转速'));
		await vi.advanceTimersByTimeAsync(9_000);
		q.record(keep('主轴'));
		await vi.advanceTimersByTimeAsync(9_000);
		expect(server.requests).toHaveLength(0);
		await vi.advanceTimersByTimeAsync(1_500);
		expect(server.requests.map((events) => events.length)).toEqual([2]);
		expect(saves.at(-1)).toBe('saved');
		expect(await store.count('ana')).toBe(0);
	});

	it('takes an event back while it has not left, and says when it is too late', async () => {
		const q = queue();
		const early = q.record(keep('转速'));
		expect(await early()).toBe(true);
		const late = q.record(keep('主轴'));
		await q.flush();
		expect(await late()).toBe(false);
		expect([...server.log.values()].map((event) => event.word)).toEqual(['主轴']);
	});

	it('keeps what the server may not have, and tries again ever more slowly', async () => {
		const q = queue();
		q.record(keep('转速'));
		server.fail = 'before';
		await q.flush();
		expect(saves.at(-1)).toBe('waiting');
		const seen = [];
		for (let i = 0; i < 4; i++) {
			await vi.advanceTimersByTimeAsync(2_000 * 2 ** i - 1);
			seen.push(server.requests.length);
			await vi.advanceTimersByTimeAsync(1);
		}
		expect(seen).toEqual([1, 2, 3, 4]);
		server.fail = 'no';
		await q.flush();
		expect(saves.at(-1)).toBe('saved');
		expect(server.log.size).toBe(1);
	});

	it('counts nothing twice when only the answer was lost', async () => {
		const q = queue();
		q.record(keep('转速'));
		server.fail = 'after';
		await q.flush();
		server.fail = 'no';
		await q.flush();
		expect(server.requests).toHaveLength(2);
		expect(server.requests[0][0].id).toBe(server.requests[1][0].id);
		expect(server.log.size).toBe(1);
	});

	it('loses only what the server refuses', async () => {
		const q = queue();
		for (const word of ['一', '二', '坏', '四', '五']) q.record(keep(word));
		server.bad = (event) => event.word === '坏';
		await q.flush();
		expect([...server.log.values()].map((event) => event.word)).toEqual(['一', '二', '四', '五']);
		expect(await store.count('ana')).toBe(0);
	});

	it('waits for a sign-in without asking again and again', async () => {
		const q = queue();
		q.record(keep('转速'));
		server.fail = 'signed-out';
		await q.flush();
		await vi.advanceTimersByTimeAsync(3_600_000);
		expect(server.requests).toHaveLength(1);
		expect(await store.count('ana')).toBe(1);
	});

	it('leaves the sending to another tab that is at it', async () => {
		const q = queue();
		q.record(keep('转速'));
		busy = true;
		await q.flush();
		expect(server.requests).toHaveLength(0);
		busy = false;
		await vi.advanceTimersByTimeAsync(2_500);
		expect(server.log.size).toBe(1);
	});

	it('sends many in batches that the server takes', async () => {
		const q = queue();
		for (let i = 0; i < 1_001; i++) q.record(keep(`词${i}`));
		await q.flush();
		expect(server.requests.map((events) => events.length)).toEqual([500, 500, 1]);
	});

	it('takes up what an earlier page has left', async () => {
		queue().record(keep('转速'));
		await vi.advanceTimersByTimeAsync(0);
		await queue().flush();
		expect(server.log.size).toBe(1);
		expect(await store.count('ben')).toBe(0);
	});
});
