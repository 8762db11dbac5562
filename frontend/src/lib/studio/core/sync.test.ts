import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, Problem, sampleCourse } from './fake-server';
import { plain } from './leaves';
import { blank, nothingPending, type Op, type Pending } from './pending';
import { Sync } from './sync';
import * as tree from './tree';

function start(server = new FakeServer(sampleCourse()), pending: Pending = nothingPending()) {
	const refused: Op[] = [];
	const sync = new Sync(plain(server.held), pending, server, {
		changed: () => undefined,
		state: () => undefined,
		keep: () => undefined,
		refused: (op) => refused.push(op)
	});
	return { server, sync, refused };
}

const title = (server: FakeServer, id: string) =>
	(tree.find(server.held, id)?.item.title ?? {}) as Record<string, string>;
const create = (entity: tree.ItemType, id: string, parentId: string): Op => ({
	type: 'create',
	entity,
	parentId,
	after: null,
	item: blank(entity, id, entity === 'activity' ? 'reading' : 'language')
});

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.restoreAllMocks();
	vi.useRealTimers();
});

describe('what is typed', () => {
	it('is sent as one request within a second and a half, however long the typing goes on', async () => {
		const { server, sync } = start();
		for (let i = 1; i <= 14; i++) {
			sync.edit('lesson', 'l1', 'title.en', 'x'.repeat(i));
			await vi.advanceTimersByTimeAsync(100);
		}
		await vi.advanceTimersByTimeAsync(110);
		expect(server.requests).toEqual(['PATCH lesson']);
		expect(title(server, 'l1').en).toBe('x'.repeat(14));
	});

	it('keeps the other languages of a text', async () => {
		const { server, sync } = start();
		sync.edit('unit', 'u1', 'title.ru', 'Слова');
		await vi.advanceTimersByTimeAsync(2000);
		expect(title(server, 'u1')).toEqual({ en: 'Words', ru: 'Слова' });
		expect(sync.state).toBe('saved');
	});

	it('is sent again when it changes while the first request is on its way', async () => {
		const { server, sync } = start();
		sync.edit('lesson', 'l1', 'title.en', 'one');
		await vi.advanceTimersByTimeAsync(702);
		sync.edit('lesson', 'l1', 'title.en', 'one two');
		await vi.advanceTimersByTimeAsync(2000);
		expect(title(server, 'l1').en).toBe('one two');
		expect(sync.pending).toEqual(nothingPending());
	});

	it('waits for a lost line and arrives when it is back', async () => {
		const { server, sync } = start();
		server.before = () => {
			throw new TypeError('Failed to fetch');
		};
		sync.edit('lesson', 'l1', 'title.en', 'kept');
		await vi.advanceTimersByTimeAsync(10_000);
		expect(sync.state).toBe('retrying');
		expect(sync.pending.edits.l1?.changes).toEqual({ 'title.en': 'kept' });
		server.before = () => undefined;
		sync.flush();
		await vi.advanceTimersByTimeAsync(100);
		expect(title(server, 'l1').en).toBe('kept');
		expect(sync.state).toBe('saved');
	});

	it('stays when nobody is signed in any more, and goes on after signing in', async () => {
		const { server, sync } = start();
		server.before = () => {
			throw new Problem(401);
		};
		sync.edit('lesson', 'l1', 'title.en', 'kept');
		await vi.advanceTimersByTimeAsync(60_000);
		expect(sync.state).toBe('signed-out');
		expect(server.requests).toHaveLength(1);
		server.before = () => undefined;
		sync.flush();
		await vi.advanceTimersByTimeAsync(100);
		expect(title(server, 'l1').en).toBe('kept');
	});

	it('names the field the server refuses and goes on with the others', async () => {
		const { server, sync } = start();
		server.before = () => {
			throw new Problem(422, 'too_long', 'title.en');
		};
		sync.edit('lesson', 'l1', 'title.en', 'too long');
		await vi.advanceTimersByTimeAsync(800);
		expect(sync.refused.get('l1:title.en')).toBe('too_long');
		expect(sync.state).toBe('invalid');
		server.before = () => undefined;
		sync.edit('lesson', 'l2', 'title.en', 'fine');
		await vi.advanceTimersByTimeAsync(1000);
		expect(title(server, 'l2').en).toBe('fine');
		sync.edit('lesson', 'l1', 'title.en', 'short');
		await vi.advanceTimersByTimeAsync(1000);
		expect(title(server, 'l1').en).toBe('short');
		expect(sync.state).toBe('saved');
	});
});

describe('two authors', () => {
	it('both keep their work when they change different texts of one thing', async () => {
		const server = new FakeServer(sampleCourse());
		const a = start(server).sync;
		const b = start(server).sync;
		a.edit('lesson', 'l1', 'title.en', 'A');
		b.edit('lesson', 'l1', 'title.ru', 'Б');
		await vi.advanceTimersByTimeAsync(3000);
		expect(title(server, 'l1')).toEqual({ en: 'A', ru: 'Б' });
		expect([a.state, b.state]).toEqual(['saved', 'saved']);
	});

	it('see both texts when they change the same one, and nothing is sent before a choice', async () => {
		const server = new FakeServer(sampleCourse());
		const a = start(server).sync;
		const b = start(server).sync;
		a.edit('lesson', 'l1', 'title.en', 'A');
		await vi.advanceTimersByTimeAsync(2000);
		b.edit('lesson', 'l1', 'title.en', 'B');
		await vi.advanceTimersByTimeAsync(2000);
		expect(b.state).toBe('conflict');
		expect(b.conflicts).toMatchObject([{ mine: 'B', theirs: 'A', gone: false }]);
		expect(title(server, 'l1').en).toBe('A');
		b.settle(b.conflicts[0]!, 'A and B');
		await vi.advanceTimersByTimeAsync(100);
		expect(title(server, 'l1').en).toBe('A and B');
		expect(b.state).toBe('saved');
	});

	it('can take the other text', async () => {
		const server = new FakeServer(sampleCourse());
		const { sync } = start(server);
		server.held.units[0]!.title.en = 'Theirs';
		server.held.units[0]!.version = 2;
		sync.edit('unit', 'u1', 'title.en', 'Mine');
		await vi.advanceTimersByTimeAsync(2000);
		sync.settle(sync.conflicts[0]!);
		await vi.advanceTimersByTimeAsync(100);
		expect(sync.view().units[0]!.title.en).toBe('Theirs');
		expect(title(server, 'u1').en).toBe('Theirs');
	});

	it('show the text of someone whose lesson was deleted by the other', async () => {
		const { server, sync } = start();
		tree.remove(server.held, 'l1');
		sync.edit('lesson', 'l1', 'title.en', 'precious');
		await vi.advanceTimersByTimeAsync(2000);
		expect(sync.conflicts).toMatchObject([{ mine: 'precious', gone: true }]);
	});

	it('order the outline together: what the other added is kept', async () => {
		const { server, sync } = start();
		tree.insert(server.held, 'unit', 'c', blank('unit', 'u9', 'language'), undefined);
		sync.change({ type: 'order', order: tree.moved(sync.view(), 'u2', 'c', 0) });
		await vi.advanceTimersByTimeAsync(100);
		expect(server.held.units.map((u) => u.id)).toEqual(['u2', 'u1', 'u9']);
		expect(sync.state).toBe('saved');
	});
});

describe('changes of structure', () => {
	it('arrive in the order they were made, with what was typed into new things', async () => {
		const { server, sync } = start();
		sync.change(create('unit', 'u9', 'c'));
		sync.change(create('lesson', 'l9', 'u9'));
		sync.edit('lesson', 'l9', 'title.en', 'New');
		await vi.advanceTimersByTimeAsync(2000);
		expect(server.requests).toEqual(['PUT unit', 'PUT lesson', 'PATCH lesson']);
		expect(title(server, 'l9').en).toBe('New');
	});

	it('let the last words in before a deletion, so that bringing it back brings them too', async () => {
		const { server, sync } = start();
		sync.edit('lesson', 'l1', 'title.en', 'last words');
		const item = plain(tree.find(sync.view(), 'u1')!.item);
		sync.change({ type: 'delete', entity: 'unit', id: 'u1', within: tree.subtree(item) });
		await vi.advanceTimersByTimeAsync(2000);
		expect(server.requests).toEqual(['PATCH lesson', 'DELETE']);
		sync.change({ type: 'restore', entity: 'unit', parentId: 'c', after: null, item });
		await vi.advanceTimersByTimeAsync(100);
		expect(title(server, 'l1').en).toBe('last words');
	});

	it('are said again without harm when the answer is lost', async () => {
		const { server, sync } = start();
		let lose = 2;
		server.after = () => {
			if (lose-- > 0) throw new TypeError('Failed to fetch');
		};
		sync.change(create('lesson', 'l9', 'u1'));
		sync.change({ type: 'delete', entity: 'lesson', id: 'l2', within: ['l2'] });
		await vi.advanceTimersByTimeAsync(20_000);
		expect(server.held.units[0]!.lessons.map((l) => l.id)).toEqual(['l9', 'l1']);
		expect(sync.state).toBe('saved');
	});

	it('are taken back here when the server refuses them', async () => {
		const { server, sync, refused } = start();
		tree.remove(server.held, 'u2');
		sync.change(create('lesson', 'l9', 'u2'));
		await vi.advanceTimersByTimeAsync(2000);
		expect(refused).toHaveLength(1);
		expect(sync.view()).toEqual(server.held);
	});

	it('merge into one request when several moves follow each other', async () => {
		const { server, sync } = start();
		server.before = () => {
			if (server.requests.length === 1) throw new TypeError('Failed to fetch');
		};
		sync.change({ type: 'order', order: tree.moved(sync.view(), 'l1', 'u1', 1) });
		await vi.advanceTimersByTimeAsync(50);
		sync.change({ type: 'order', order: tree.moved(sync.view(), 'l1', 'u2', 0) });
		await vi.advanceTimersByTimeAsync(5000);
		expect(server.requests).toEqual(['PUT order', 'PUT order']);
		expect(server.held.units[1]!.lessons.map((l) => l.id)).toEqual(['l1', 'l3', 'l4']);
	});
});

describe('after a crash', () => {
	it('what was kept is sent with the base it was typed on', async () => {
		const server = new FakeServer(sampleCourse());
		const before = start(server);
		before.sync.change(create('lesson', 'l9', 'u1'));
		before.sync.edit('lesson', 'l9', 'title.en', 'kept');
		before.sync.edit('lesson', 'l1', 'title.en', 'mine');
		const kept = plain(before.sync.pending);
		before.sync.close();
		server.held.units[0]!.lessons[0]!.title.en = 'theirs';
		server.held.units[0]!.lessons[0]!.version = 7;
		const { sync } = start(server, kept);
		sync.flush();
		await vi.advanceTimersByTimeAsync(2000);
		expect(title(server, 'l9').en).toBe('kept');
		expect(sync.conflicts).toMatchObject([{ id: 'l1', mine: 'mine', theirs: 'theirs' }]);
	});
});

describe('a bad line', () => {
	it.each(Array.from({ length: 24 }, (_, i) => i + 1))(
		'loses nothing in three hundred random changes, history %i',
		losesNothing
	);

	it('does not give up on a course that cannot be read again for a while', async () => {
		const { server, sync } = start();
		server.held.units[0]!.lessons[0]!.version = 7;
		server.before = (request) => {
			if (request === 'GET') throw new TypeError('Failed to fetch');
		};
		sync.edit('lesson', 'l1', 'title.en', 'kept');
		await vi.advanceTimersByTimeAsync(300_000);
		expect(sync.state).toBe('retrying');
		server.before = () => undefined;
		await vi.advanceTimersByTimeAsync(60_000);
		expect(sync.state).toBe('saved');
		expect(title(server, 'l1').en).toBe('kept');
	});

	it('keeps a new order however often the course cannot be read again', async () => {
		const { server, sync, refused } = start();
		tree.insert(server.held, 'unit', 'c', blank('unit', 'u9', 'language'), undefined);
		server.before = (request) => {
			if (request === 'GET') throw new TypeError('Failed to fetch');
		};
		sync.change({ type: 'order', order: tree.moved(sync.view(), 'u2', 'c', 0) });
		await vi.advanceTimersByTimeAsync(300_000);
		server.before = () => undefined;
		await vi.advanceTimersByTimeAsync(60_000);
		expect(refused).toEqual([]);
		expect(server.held.units.map((u) => u.id)).toEqual(['u2', 'u1', 'u9']);
	});
});

async function losesNothing(seed: number): Promise<void> {
	const random = seeded(seed);
	vi.spyOn(Math, 'random').mockImplementation(random);
	const { server, sync } = start();
	const fail = () => {
		if (random() < 0.3) throw new TypeError('Failed to fetch');
	};
	server.before = server.after = fail;
	for (let i = 0; i < 300; i++) {
		act(sync, random, i);
		await vi.advanceTimersByTimeAsync(random() * 400);
	}
	const expected = sync.view();
	server.before = server.after = () => undefined;
	sync.flush();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(sync.state).toBe('saved');
	expect(texts(server.held)).toEqual(texts(expected));
	expect(tree.orderOf(server.held)).toEqual(tree.orderOf(expected));
}

function act(sync: Sync, random: () => number, i: number): void {
	const course = sync.view();
	const lessons = course.units.flatMap((u) => u.lessons);
	const lesson = lessons[Math.floor(random() * lessons.length)];
	const unit = course.units[Math.floor(random() * course.units.length)]!;
	const dice = random();
	if (!lesson || dice < 0.2) sync.change(create('lesson', `n${i}`, unit.id));
	else if (dice < 0.7) sync.edit('lesson', lesson.id, 'title.en', `text ${i}`);
	else if (dice < 0.8 && lessons.length > 3)
		sync.change({ type: 'delete', entity: 'lesson', id: lesson.id, within: [lesson.id] });
	else
		sync.change({
			type: 'order',
			order: tree.moved(course, lesson.id, unit.id, Math.floor(random() * 4))
		});
}

const texts = (course: ReturnType<Sync['view']>) =>
	course.units.flatMap((u) => u.lessons.map((l) => [l.id, l.title.en]));

function seeded(seed: number): () => number {
	let state = seed;
	return () => ((state = (state * 1103515245 + 12345) % 2147483648), state / 2147483648);
}
