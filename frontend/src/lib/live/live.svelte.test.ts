import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { FakeWorld } from './fake-world.ts';
import { Live } from './live.svelte.ts';
import type { Joined, Room, Stroke } from './protocol.ts';

const ROOM: Room = {
	state: 'open',
	recording: false,
	locks: { chat: false, board: true, voice: true, hands: false },
	muted: false,
	count: 2,
	waiting: 0,
	hands: [],
	staff: [],
	air: [],
	spaces: [],
	space: '',
	chat: [],
	pages: [{ page: 'p', kind: 'blank' }],
	page: 'p',
	objects: []
};

async function inside(change: Partial<Joined> = {}) {
	const world = new FakeWorld();
	const live = new Live({ id: 'class', ticket: async () => 't', url: 'ws://x', world });
	await world.pass(0);
	world.wire.admit({ room: structuredClone(ROOM), ...change });
	await world.pass(0);
	return { world, live };
}

const event = (name: string, offset: number, data: object = {}, by = 'teacher') => ({
	event: name,
	offset,
	at: 1,
	by,
	data
});

describe('a live class', () => {
	it('has the state that came with joining, and what happens since', async () => {
		const { world, live } = await inside();
		expect([live.status, live.you?.name, live.about?.title]).toEqual(['live', 'Mei', 'Welding']);
		const heard: unknown[] = [];
		live.on('chat.posted', (data) => heard.push(data));
		world.wire.say(event('chat.posted', 11, { message: 'm', name: 'A', text: 'hi' }, 'a'));
		expect(live.room?.chat).toMatchObject([{ message: 'm', by: 'a' }]);
		expect(heard).toHaveLength(1);
	});

	it('is told to whoever shows it', async () => {
		const { world, live } = await inside();
		const seen: number[] = [];
		const stop = $effect.root(() => {
			$effect(() => void seen.push(live.room?.hands.length ?? -1));
		});
		flushSync();
		world.wire.say(event('hand.raised', 11, { person: 'a', name: 'A' }));
		flushSync();
		expect(seen).toEqual([0, 1]);
		stop();
	});

	it('takes over what was missed in a cut, once and in order; offsets may have gaps', async () => {
		const { world, live } = await inside();
		const post = (offset: number) =>
			event('chat.posted', offset, { message: `m${offset}`, name: 'A', text: 'x' }, 'a');
		world.wire.say(post(11), post(14));
		world.wire.end(1006);
		expect(live.status).toBe('reconnecting');
		await world.pass(400);
		world.wire.open();
		const [join] = world.wire.all('join');
		expect(join.with).toMatchObject({ epoch: 'e1', offset: 14 });
		world.wire.say({ id: join.id, result: { ...again(), recovered: true, offset: 19 } });
		world.wire.say(post(14), post(17), post(19));
		expect(live.room?.chat.map(({ message }) => message)).toEqual(['m11', 'm14', 'm17', 'm19']);
		expect(live.status).toBe('live');
	});

	it('begins anew when it cannot resume', async () => {
		const { world, live } = await inside();
		world.wire.say(event('hand.raised', 11, { person: 'a', name: 'A' }));
		world.wire.end(4001);
		await world.pass(400);
		world.wire.admit({ epoch: 'e2', offset: 3, room: structuredClone(ROOM) });
		expect(live.room?.hands).toEqual([]);
		world.wire.say(event('hand.raised', 4, { person: 'b', name: 'B' }));
		expect(live.room?.hands).toMatchObject([{ person: 'b' }]);
	});

	it('waits for admission, and comes in without a new line', async () => {
		const { world, live } = await inside({ waiting: true, room: undefined });
		expect([live.status, live.room]).toEqual(['waiting', undefined]);
		world.wire.say({ push: 'state', data: { ...again(), room: structuredClone(ROOM) } });
		expect(live.status).toBe('live');
		expect(world.wires).toHaveLength(1);
	});

	it('goes on after an event without data, and after a part that fails', async () => {
		const { world, live } = await inside();
		const failed = vi.spyOn(globalThis, 'reportError').mockImplementation(() => undefined);
		live.on('class.started', () => {
			throw new Error('a part');
		});
		const { data: _, ...bare } = event('class.started', 11);
		world.wire.say(bare, event('hand.raised', 12, { person: 'a', name: 'A' }));
		expect(live.room?.hands).toHaveLength(1);
		expect(failed).toHaveBeenCalledOnce();
	});

	it('ends with the event and with the close code', async () => {
		const { world, live } = await inside();
		// As the server says it: an event without data.
		world.wire.say({ ...event('class.ended', 11), data: undefined });
		expect(live.status).toBe('ended');
		world.wire.end(4205);
		expect(live.status).toBe('ended');
	});

	it('says why somebody cannot be in it any more', async () => {
		const { world, live } = await inside();
		world.wire.end(4204);
		expect([live.status, live.end?.code]).toEqual(['refused', 4204]);
	});

	it('lets people do what their role, the locks and the teacher allow', async () => {
		const { world, live } = await inside();
		const may = () =>
			(['chat', 'board', 'voice', 'hands'] as const).filter((what) => live.may(what));
		expect(may()).toEqual(['chat', 'hands']);
		world.wire.say(event('air.given', 11, { person: 'me' }));
		expect(may()).toEqual(['chat', 'voice', 'hands']);
		world.wire.say(event('person.muted', 12, { person: 'me', on: true }));
		expect([live.muted, may()]).toEqual([true, ['chat', 'hands']]);
		world.wire.say(event('person.role', 13, { person: 'me', role: 'coteacher' }));
		expect([live.staff, may()]).toEqual([true, ['chat', 'board', 'voice']]);
		world.wire.say(event('person.role', 14, { person: 'me', role: 'observer' }));
		expect(may()).toEqual([]);
	});

	it('counts what is not answered yet', async () => {
		const { world, live } = await inside();
		const done = live.do('chat.post', { text: 'x' });
		expect(live.pending).toBe(1);
		const [command] = world.wire.all('chat.post');
		expect(command.key).toMatch(/^[0-9a-f-]{36}$/);
		world.wire.say({ id: command.id, result: {} });
		await done;
		expect(live.pending).toBe(0);
	});

	it('keeps the roster while somebody looks at it, over cuts too', async () => {
		const { world, live } = await inside();
		const person = (id: string) => ({ id, name: id, role: 'student' });
		const stop = live.watchPeople();
		world.wire.say({ id: world.wire.all('roster.watch')[0].id, result: { people: [person('a')] } });
		await world.pass(0);
		world.wire.say({ push: 'roster', data: { people: [person('b')], gone: ['a'] } });
		expect([...live.people.keys()]).toEqual(['b']);
		world.wire.end(1006);
		await world.pass(400);
		world.wire.admit({ recovered: true });
		expect(world.wire.all('roster.watch')).toHaveLength(1);
		stop();
		expect(live.people.size).toBe(0);
		expect(world.wire.all('roster.watch')[1].with).toEqual({ on: false });
	});

	it('has the strokes of its page, whole', async () => {
		const { world, live } = await inside();
		const stroke = (points: number[]) => ({
			page: 'p',
			object: 's',
			color: '#000',
			size: 3,
			points
		});
		world.wire.say(
			event('stroke.added', 11, stroke([1, 1, 1])),
			event('stroke.added', 12, stroke([2, 2, 2]))
		);
		expect((live.objects('p')?.[0] as Stroke).points).toEqual([1, 1, 1, 2, 2, 2]);
		expect(live.objects('q')).toBeUndefined();
	});

	it('says that the log cannot be written, and that it can again', async () => {
		const { world, live } = await inside();
		world.wire.say({ push: 'notice', data: { code: 'log_down' } });
		expect(live.held).toBe(true);
		world.wire.say({ push: 'notice', data: { code: 'log_back' } });
		expect(live.held).toBe(false);
	});
});

function again(): Joined {
	return {
		you: { id: 'me', name: 'Mei', role: 'student', guest: false, connection: 'c2' },
		epoch: 'e1',
		offset: 20,
		recovered: false,
		waiting: false,
		ticket: 'third',
		class: { id: 'class', title: 'Welding' }
	};
}
