import { flushSync } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { apply, roomOf, type RoomState } from '../fold.ts';
import { Board } from '../objects.ts';
import type { Id, LogEvent, Room } from '../protocol.ts';
import { stubCanvas } from './canvas-stub.ts';
import { Whiteboard, type BoardLive } from './whiteboard.svelte.ts';

type Data = Record<string, unknown>;

const EVENTS: Record<string, string> = {
	'stroke.add': 'stroke.added',
	'object.put': 'object.put',
	'object.remove': 'object.removed',
	'object.restore': 'object.restored',
	'page.clear': 'page.cleared',
	'page.show': 'page.shown',
	'page.add': 'page.added'
};

/** A class of one node, whose answers wait until they are asked for. */
class Class {
	room = $state() as RoomState;
	you = $state({ id: 'me', name: 'Li', role: 'student', guest: false, connection: 'c' });
	refuse = '';
	asked: { name: string; body: Data; answer: () => void }[] = [];
	private offset = 0;
	private readonly listeners = new Map<string, Set<(data: never, event?: LogEvent) => void>>();
	private readonly board: Board;

	constructor(role: string, locked = false) {
		this.you.role = role;
		this.room = roomOf({
			state: 'open',
			locks: { board: locked },
			pages: ['p', 'q'].map((page) => ({ page, kind: 'blank' })),
			page: 'p'
		} as unknown as Room);
		this.board = new Board(
			() => Promise.resolve({ objects: [] }),
			(page) => this.tell('objects', { page })
		);
		this.board.reset('p', []);
	}

	get live(): BoardLive {
		const { you } = this;
		const staff = () => you.role === 'teacher';
		const room = () => this.room;
		return {
			id: 'class',
			get room() {
				return room();
			},
			you,
			get staff() {
				return staff();
			},
			people: new Map(),
			may: () => staff() || !this.room.locks.board,
			say: () => undefined,
			do: (name: string, body: Data) => this.ask(name, body),
			on: (name: string, listener: never) => {
				const all = this.listeners.get(name) ?? new Set();
				this.listeners.set(name, all.add(listener));
				return () => all.delete(listener);
			},
			objects: (page: Id) => this.board.page(page)?.list(),
			object: (page: Id, id: Id) => this.board.page(page)?.get(id),
			loadPage: (page: Id) => this.board.load(page)
		} as unknown as BoardLive;
	}

	happens(event: string, data: Data, by = 'other') {
		const one = { event, data: structuredClone(data), by, offset: ++this.offset, at: 0 };
		apply(this.room, one, { id: 'me', staff: false });
		this.board.apply(one);
		this.tell(event, one.data, one);
	}

	/** The class answers all that was asked, in order. */
	async answer() {
		for (const { answer } of this.asked.splice(0)) answer();
		await Promise.resolve();
		await vi.advanceTimersByTimeAsync(300);
	}

	get names() {
		return this.asked.map(({ name }) => name);
	}

	private ask(name: string, body: Data) {
		return new Promise((resolve, reject) => {
			const answer = () => {
				if (this.refuse) return reject({ code: this.refuse });
				this.happens(EVENTS[name] ?? name, body, 'me');
				resolve({});
			};
			this.asked.push({ name, body: $state.snapshot(body) as Data, answer });
		});
	}

	private tell(name: string, data: unknown, event?: LogEvent) {
		for (const listener of this.listeners.get(name) ?? []) listener(data as never, event);
	}
}

describe('the board as one person works on it', () => {
	let room: Class;
	let board: Whiteboard;
	let end = () => {};

	function open(role = 'student', locked = false) {
		end();
		room = new Class(role, locked);
		end = $effect.root(() => {
			board = new Whiteboard(room.live);
			board.attach(document.createElement('canvas'));
		});
		flushSync();
	}

	beforeEach(() => {
		stubCanvas();
		vi.useFakeTimers();
		open();
		return () => {
			board.close();
			end();
			end = () => {};
			vi.useRealTimers();
			vi.unstubAllGlobals();
		};
	});

	const seen = () => board.stage!.scene.list().map(({ id }) => id);

	function draw(x = 100) {
		const writing = board.write({ x, y: 100 })!;
		board.goOn(writing, [{ x: x + 50, y: 120 }]);
		board.end(writing);
		return writing.object;
	}

	it('shows a stroke before the class has it, and not twice when it has', async () => {
		const id = draw();
		expect(seen()).toEqual([id]);
		const before = board.stage!.scene.items.get(id)!.box;
		await room.answer();
		expect(seen()).toEqual([id]);
		expect(board.stage!.scene.items.get(id)!.box).toEqual(before);
	});

	it('shows what others draw', () => {
		const data = { page: 'p', object: 'o', color: '#221f19', size: 8, points: [100, 100, 0] };
		room.happens('stroke.added', data);
		expect(seen()).toEqual(['o']);
	});

	it('takes away what the class refuses, and says why', async () => {
		draw();
		room.refuse = 'locked';
		await room.answer();
		expect(seen()).toEqual([]);
		expect(board.deeds.done).toBe(0);
	});

	it('keeps of a refused stroke what the class took before', async () => {
		const writing = board.write({ x: 100, y: 100 })!;
		vi.advanceTimersByTime(60);
		await room.answer();
		board.goOn(writing, [{ x: 900, y: 100 }]);
		board.end(writing);
		room.refuse = 'locked';
		await room.answer();
		expect(seen()).toEqual([writing.object]);
		expect(board.stage!.scene.items.get(writing.object)!.box.right).toBeLessThan(200);
	});

	it('takes back and does again one’s own, and leaves what others drew', async () => {
		const id = draw();
		const data = { page: 'p', object: 'o', color: '#221f19', size: 8, points: [100, 100, 0] };
		room.happens('stroke.added', data);
		await room.answer();
		board.undo();
		expect(seen()).toEqual(['o']);
		expect(room.asked).toMatchObject([{ name: 'object.remove', body: { objects: [id] } }]);
		board.redo();
		await room.answer();
		expect(seen().sort()).toEqual([id, 'o'].sort());
		board.undo();
		board.undo();
		expect(seen()).toEqual(['o']);
	});

	it('lets a student rub out only what is their own, and staff everything', async () => {
		const data = { page: 'p', object: 'o', color: '#221f19', size: 8, points: [1000, 1000, 0] };
		room.happens('stroke.added', data);
		expect(board.rub(100, 100, 10)).toEqual([]);
		open('teacher');
		room.happens('stroke.added', data);
		board.rubbed(board.rub(100, 100, 10));
		expect(room.names).toEqual(['object.remove']);
		await room.answer();
		board.undo();
		expect(seen()).toEqual(['o']);
	});

	it('brings back a page that was emptied', async () => {
		open('teacher');
		const ids = [draw(100), draw(400)];
		await room.answer();
		board.clear();
		expect(seen()).toEqual([]);
		await room.answer();
		board.undo();
		await room.answer();
		expect(seen()).toEqual(ids);
	});

	it('writes nothing while the board is the teacher’s', () => {
		open('student', true);
		expect(board.write({ x: 1, y: 1 })).toBeUndefined();
		expect(room.asked).toEqual([]);
	});

	it('keeps a stroke on its way when the state comes anew', async () => {
		const id = draw();
		board.fill();
		expect(seen()).toEqual([id]);
		await room.answer();
		board.fill();
		expect(seen()).toEqual([id]);
	});

	it('says that it waits for the line when the class does not answer', async () => {
		draw();
		expect(board.late).toBe(false);
		vi.advanceTimersByTime(4000);
		expect(board.late).toBe(true);
		await room.answer();
		expect(board.late).toBe(false);
	});

	it('lets a student look at another page, and come back', () => {
		board.turn('q');
		expect([board.page?.page, board.away, room.names]).toEqual(['q', true, []]);
		board.back();
		expect([board.page?.page, board.away]).toEqual(['p', false]);
	});

	it('turns the page of all when staff turn it', async () => {
		open('teacher');
		board.turn('q');
		expect(board.page?.page).toBe('p');
		await room.answer();
		expect(board.page?.page).toBe('q');
	});

	it('moves a shape with the keys, tells it once, and takes it back', async () => {
		const shape = { object: 'a', by: 'me', kind: 'rect', x: 100, y: 100, w: 50, h: 50 } as const;
		board.put({ ...shape, color: '#221f19', size: 4 });
		await room.answer();
		board.select('a');
		for (let i = 0; i < 3; i++) board.move(20, 0);
		await vi.advanceTimersByTimeAsync(600);
		expect(room.asked).toMatchObject([{ name: 'object.put', body: { shape: { x: 160 } } }]);
		await room.answer();
		board.undo();
		expect(board.stage!.scene.items.get('a')?.shape?.x).toBe(100);
	});

	it('writes a text and lists it for who cannot see it', async () => {
		board.beginText(100, 100);
		board.endText(' 车床 lathe ');
		await room.answer();
		expect(board.texts.map(({ text }) => text)).toEqual(['车床 lathe']);
		board.beginText(100, 100);
		board.endText('  ');
		expect(room.asked).toEqual([]);
	});
});
