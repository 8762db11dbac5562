import { beforeEach, describe, expect, it } from 'vitest';
import { SendFault, type Save } from '#lib/outbox/send.ts';
import { MemoryStore } from '#lib/outbox/store.ts';
import { parseScrap, ProgressQueue, type Outside } from './queue.ts';
import { total, union, type Range } from './ranges.ts';
import { newReportId, type Receipt, type Report } from './report.ts';

/** A server that folds what it gets, as ours does, behind a line that can fail in every way. */
class Server {
	readonly fold = new Map<string, Range[]>();
	readonly requests: Report[][] = [];
	fail: 'no' | 'before' | 'after' | 'signed-out' = 'no';
	refuse: (report: Report) => boolean = () => false;
	bad: (report: Report) => boolean = () => false;

	async send(reports: Report[]): Promise<Receipt> {
		await Promise.resolve();
		this.requests.push(structuredClone(reports));
		if (this.fail === 'before') throw new SendFault('passing');
		if (this.fail === 'signed-out') throw new SendFault('signed-out');
		if (reports.some(this.bad)) throw new SendFault('bad');
		for (const r of reports.filter((x) => !this.refuse(x))) {
			this.fold.set(r.activityId, union(this.fold.get(r.activityId) ?? [], r.watched));
		}
		if (this.fail === 'after') throw new SendFault('passing');
		return {
			accepted: reports.filter((r) => !this.refuse(r)).map((r) => r.id),
			rejected: reports.filter(this.refuse).map((r) => ({ id: r.id, code: 'not_found' }))
		};
	}
}

let server: Server;
let store: MemoryStore<Report>;
let saves: Save[];
let scrap: string | null;
let busy: boolean;

function queue(account = 'ana', signedIn = true): ProgressQueue {
	const outside: Outside = {
		store,
		send: (reports) => server.send(reports),
		beacon: () => false,
		alone: async (_, work) => {
			if (busy) return false;
			await work();
			return true;
		},
		scrap: { read: () => scrap, write: (text) => (scrap = text) },
		onSave: (save) => saves.push(save)
	};
	return new ProgressQueue(account, outside, signedIn);
}

beforeEach(() => {
	server = new Server();
	store = new MemoryStore();
	saves = [];
	scrap = null;
	busy = false;
});

describe('progress queue', () => {
	it('keeps a report until the server has acknowledged it', async () => {
		const q = queue();
		q.note('a', [[0, 10]], 10_000);
		server.fail = 'before';
		await q.flush();
		expect(saves.at(-1)).toBe('waiting');
		expect(await store.count('ana')).toBe(1);
		server.fail = 'no';
		await q.flush();
		expect(saves.at(-1)).toBe('saved');
		expect(await store.count('ana')).toBe(0);
		expect(server.fold.get('a')).toEqual([[0, 10]]);
	});

	it('sends again when only the answer was lost, and nothing is counted twice', async () => {
		const q = queue();
		q.note('a', [[0, 10]], 10_000);
		server.fail = 'after';
		await q.flush();
		expect(await store.count('ana')).toBe(1);
		server.fail = 'no';
		await q.flush();
		expect(server.requests[1]).toEqual(server.requests[0]);
		expect(server.fold.get('a')).toEqual([[0, 10]]);
	});

	it('never changes a report under an id that may have been sent', async () => {
		const q = queue();
		q.note('a', [[0, 5]], 5_000);
		server.fail = 'after';
		await q.flush();
		q.note('a', [[5, 9]], 9_000);
		await q.flush();
		const byId = new Map<string, string>();
		for (const report of server.requests.flat()) {
			const content = JSON.stringify(report);
			expect(byId.get(report.id) ?? content).toBe(content);
			byId.set(report.id, content);
		}
		expect(server.fold.get('a')).toEqual([[0, 9]]);
	});

	it('keeps what is noted while it is sending', async () => {
		const q = queue();
		q.note('a', [[0, 5]], 5_000);
		const sending = q.flush();
		q.note('a', [[5, 8]], 8_000);
		await sending;
		await q.flush();
		expect(server.fold.get('a')).toEqual([[0, 8]]);
	});

	it('sends one report for an activity, with the newest position', async () => {
		const q = queue();
		for (let s = 0; s < 60; s += 5) {
			q.note('a', [[s, s + 5]], (s + 5) * 1000);
			await q.keep();
		}
		await q.flush();
		expect(server.requests).toHaveLength(1);
		expect(server.requests[0]).toMatchObject([{ watched: [[0, 60]], positionMs: 60_000 }]);
	});

	it('drops what the server rejects for good, and only that', async () => {
		const q = queue();
		q.note('gone', [[0, 5]], 5_000);
		q.note('here', [[0, 7]], 7_000);
		server.refuse = (r) => r.activityId === 'gone';
		await q.flush();
		expect(await store.count('ana')).toBe(0);
		expect(server.fold.get('here')).toEqual([[0, 7]]);
	});

	it('loses only the bad report when the server refuses the batch', async () => {
		const q = queue();
		for (const name of ['a', 'b', 'c', 'd', 'e']) q.note(name, [[0, 4]], 4_000);
		server.bad = (r) => r.activityId === 'c';
		await q.flush();
		expect([...server.fold.keys()].sort()).toEqual(['a', 'b', 'd', 'e']);
		expect(await store.count('ana')).toBe(0);
	});

	it('waits for a sign-in without losing anything', async () => {
		const q = queue();
		q.note('a', [[0, 5]], 5_000);
		server.fail = 'signed-out';
		await q.flush();
		expect(saves.at(-1)).toBe('waiting');
		expect(await store.count('ana')).toBe(1);
	});

	it('leaves the sending to the tab that is at it', async () => {
		busy = true;
		const q = queue();
		q.note('a', [[0, 5]], 5_000);
		await q.flush();
		expect(server.requests).toHaveLength(0);
		expect(saves.at(-1)).toBe('saving');
		busy = false;
		await q.flush();
		expect(server.fold.get('a')).toEqual([[0, 5]]);
	});

	it('sends nothing for a visitor, and all of it once they have an account', async () => {
		const guest = queue('guest', false);
		guest.note('a', [[0, 5]], 5_000);
		await guest.flush();
		expect(server.requests).toHaveLength(0);
		await store.move('guest', 'ana');
		await queue().flush();
		expect(server.fold.get('a')).toEqual([[0, 5]]);
	});

	it('takes up what a closing page left behind, under the account it belongs to', async () => {
		const q = queue('bo');
		q.note('a', [[0, 5]], 5_000);
		q.leave();
		expect(scrap).not.toBeNull();
		store = new MemoryStore();
		const ana = queue('ana');
		await ana.takeUp();
		await ana.flush();
		expect(server.requests).toHaveLength(0);
		await queue('bo').flush();
		expect(server.fold.get('a')).toEqual([[0, 5]]);
		expect(scrap).toBeNull();
	});

	it('survives a scrap that is not ours', () => {
		expect(parseScrap('{"x":')).toEqual([]);
		expect(parseScrap('{"x":[{"id":"1"}]}')).toEqual([]);
		expect(parseScrap('7')).toEqual([]);
	});

	it('folds to the truth over a line that fails at random, from three tabs', async () => {
		let seed = 11;
		const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
		const tabs = [queue(), queue(), queue()];
		const truth = new Map<string, Range[]>();
		for (let round = 0; round < 300; round++) {
			const activity = `act${Math.floor(random() * 4)}`;
			const from = Math.floor(random() * 500);
			const range: Range = [from, from + 1 + Math.floor(random() * 20)];
			truth.set(activity, union(truth.get(activity) ?? [], [range]));
			tabs[round % 3].note(activity, [range], range[1] * 1000);
			server.fail = (['no', 'before', 'after'] as const)[Math.floor(random() * 3)];
			busy = random() < 0.2;
			if (random() < 0.4) await tabs[round % 3].flush();
		}
		server.fail = 'no';
		busy = false;
		for (const tab of tabs) await tab.flush();
		expect(server.fold).toEqual(truth);
		expect(await store.count('ana')).toBe(0);
		expect(total(server.fold.get('act0') ?? [])).toBeGreaterThan(0);
	});
});

describe('report id', () => {
	it('is a UUIDv7 that sorts by time', () => {
		const start = Date.now() + 60_000;
		const ids = [0, 0, 0, 1000].map((n) => newReportId(start + n));
		for (const id of ids)
			expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		expect([...ids].sort()).toEqual(ids);
		expect(parseInt(ids[0].slice(0, 8) + ids[0].slice(9, 13), 16)).toBe(start);
	});
});
