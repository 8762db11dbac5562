import { describe, expect, it } from 'vitest';
import { FakeWorld } from './fake-world.ts';
import type { LogEvent } from './protocol.ts';
import { Refused, Socket, type Phase, type SocketOptions } from './socket.ts';

interface Room {
	world: FakeWorld;
	socket: Socket;
	phases: Phase[];
	events: LogEvent[];
	ends: { code: number; refusal?: Refused }[];
	place: { epoch?: string; offset?: number; video: boolean };
	tickets: number;
}

function room(change: Partial<SocketOptions> = {}): Room {
	const world = new FakeWorld();
	const one = {
		world,
		phases: [],
		events: [],
		ends: [],
		tickets: 0,
		place: { video: true }
	} as unknown as Room;
	one.socket = new Socket({
		url: 'ws://x/socket',
		ticket: async () => `t${++one.tickets}`,
		place: () => one.place,
		onjoined: () => undefined,
		onevent: (event) => one.events.push(event),
		onpush: () => undefined,
		onphase: (phase) => one.phases.push(phase),
		onend: (end) => one.ends.push(end),
		world,
		...change
	});
	return one;
}

async function inside(change?: Partial<SocketOptions>): Promise<Room> {
	const one = room(change);
	await one.world.pass(0);
	one.world.wire.admit();
	await one.world.pass(0);
	return one;
}

const failed = (promise: Promise<unknown>) =>
	promise.catch((error: Refused) => error) as Promise<Refused>;

describe('the way in', () => {
	it('shows a ticket of the API and joins before anything else', async () => {
		const { world, phases } = await inside();
		expect(world.wire.protocols).toEqual(['hanzhi.live.1', 'ticket.t1']);
		expect(world.wire.sent[0]).toMatchObject({ do: 'join', with: { video: true } });
		expect(phases).toEqual(['live']);
	});

	it('comes back with the ticket of the last join and with its place', async () => {
		const one = await inside();
		one.place = { epoch: 'e1', offset: 12, video: false };
		one.world.wire.end(1006);
		await one.world.pass(400);
		expect(one.world.wire.protocols[1]).toBe('ticket.next');
		one.world.wire.open();
		expect(one.world.wire.sent[0].with).toEqual(one.place);
		expect(one.tickets).toBe(1);
	});

	it('asks for a new ticket when the kept one is refused', async () => {
		const one = await inside();
		one.world.wire.end(1006);
		await one.world.pass(400);
		one.world.wire.end(1006); // refused before it opened
		await one.world.pass(0);
		expect(one.world.wire.protocols[1]).toBe('ticket.t2');
	});

	it('tries again while tickets cannot be had for a while', async () => {
		let asked = 0;
		const one = room({
			ticket: async () => {
				if (++asked < 3) throw new Refused('offline', '', true);
				return 'late';
			}
		});
		await one.world.pass(5_000);
		expect(asked).toBe(3);
		expect(one.world.wire.protocols[1]).toBe('ticket.late');
	});

	it('ends when a ticket is refused for good', async () => {
		const one = room({ ticket: () => Promise.reject(new Refused('forbidden')) });
		await one.world.pass(60_000);
		expect(one.ends).toMatchObject([{ code: 0, refusal: { code: 'forbidden' } }]);
		expect(one.world.wires).toHaveLength(0);
	});

	it('ends when joining is refused', async () => {
		const one = room();
		await one.world.pass(0);
		one.world.wire.open();
		one.world.wire.say({ id: 1, error: { code: 'ended', text: 'over', temporary: false } });
		expect(one.ends).toMatchObject([{ refusal: { code: 'ended' } }]);
	});
});

describe('close codes', () => {
	it('from 4000 on bring it back at once, and later with growing pauses', async () => {
		const one = await inside();
		one.world.wire.end(4000);
		await one.world.pass(1);
		expect(one.world.wires).toHaveLength(2);
		for (const pause of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
			one.world.wire.open();
			one.world.wire.end(4008);
			const before = one.world.wires.length;
			await one.world.pass(pause - 1);
			expect(one.world.wires).toHaveLength(before);
			await one.world.pass(2);
			expect(one.world.wires).toHaveLength(before + 1);
		}
	});

	it('from 4100 on have it wait a second at least', async () => {
		const one = await inside();
		one.world.wire.end(4101);
		await one.world.pass(999);
		expect(one.world.wires).toHaveLength(1);
		await one.world.pass(2);
		expect(one.world.wires).toHaveLength(2);
	});

	it('from 4200 on are final, until somebody asks for another try', async () => {
		const one = await inside();
		const lost = failed(one.socket.do('chat.post', {}, 'k'));
		one.world.wire.end(4204);
		await one.world.pass(120_000);
		one.world.wake('online');
		await one.world.pass(0);
		expect(one.world.wires).toHaveLength(1);
		expect(one.ends).toEqual([{ code: 4204, refusal: undefined }]);
		expect((await lost).code).toBe('closed');
		one.socket.retry();
		await one.world.pass(0);
		expect(one.world.wires).toHaveLength(2);
	});

	it('spread people over the time that a leaving node gives', async () => {
		const one = await inside();
		one.world.chance = 0.5;
		one.world.wire.say({ push: 'notice', data: { code: 'leaving', ms: 8000 } });
		await one.world.pass(3_999);
		expect(one.world.wires).toHaveLength(1);
		await one.world.pass(200);
		expect(one.world.wires).toHaveLength(2);
	});
});

describe('commands', () => {
	it('are answered by their id, whatever the order', async () => {
		const { world, socket } = await inside();
		const [a, b] = [socket.do('one', {}), socket.do('two', {})];
		const [first, second] = world.wire.sent.slice(-2);
		expect(second.id).toBeGreaterThan(first.id);
		world.wire.say({ id: second.id, result: 2 }, { id: first.id, offset: 7, result: { n: 1 } });
		expect(await a).toEqual({ n: 1, offset: 7 });
		expect(await b).toBe(2);
	});

	it('with a key are sent again after a cut, in order and with the same key', async () => {
		const { world, socket } = await inside();
		const results = [1, 2].map((n) => socket.do('chat.post', { n }, `key-${n}`));
		expect(socket.pending).toBe(2);
		world.wire.end(1006);
		await world.pass(400);
		world.wire.admit({ recovered: true });
		const again = world.wire.all('chat.post');
		expect(again.map(({ key, with: body }) => [key, body])).toEqual([
			['key-1', { n: 1 }],
			['key-2', { n: 2 }]
		]);
		world.wire.say(...again.map(({ id }) => ({ id, result: id })));
		expect(await Promise.all(results)).toEqual(again.map(({ id }) => id));
		expect(socket.pending).toBe(0);
	});

	it('given without a line wait for it', async () => {
		const one = await inside();
		one.world.wire.end(1006);
		void one.socket.do('hand.raise', undefined, 'k');
		await one.world.pass(400);
		one.world.wire.admit();
		expect(one.world.wire.all('hand.raise')).toHaveLength(1);
	});

	it('without a key are refused when the line is cut', async () => {
		const { world, socket } = await inside();
		const asked = failed(socket.do('page.get', {}));
		world.wire.end(1006);
		expect(await asked).toMatchObject({ code: 'cut', temporary: true });
		expect(await failed(socket.do('page.get', {}))).toMatchObject({ code: 'cut' });
	});

	it('that were refused say so', async () => {
		const { world, socket } = await inside();
		const asked = failed(socket.do('chat.post', {}, 'k'));
		const { id } = world.wire.all('chat.post')[0];
		world.wire.say({ id, error: { code: 'locked', text: 'chat is closed', temporary: false } });
		expect(await asked).toMatchObject({ code: 'locked', temporary: false });
	});

	it('that the class cannot write now are tried again with the same key', async () => {
		const { world, socket } = await inside();
		const done = socket.do('chat.post', {}, 'k');
		const no = { code: 'unavailable', text: '', temporary: true };
		world.wire.say({ id: world.wire.all('chat.post')[0].id, error: no });
		await world.pass(600);
		const [, again] = world.wire.all('chat.post');
		expect(again.key).toBe('k');
		world.wire.say({ id: again.id, result: 'ok' });
		expect(await done).toBe('ok');
	});

	it('go out slowly enough not to be taken for a flood after a long cut', async () => {
		const { world, socket } = await inside();
		world.wire.end(1006);
		for (let n = 0; n < 100; n++) void socket.do('stroke.add', { n }, `k${n}`);
		await world.pass(400);
		world.wire.admit();
		const perSecond = [world.wire.all('stroke.add').length];
		while (world.wire.all('stroke.add').length < 100) {
			const before = world.wire.all('stroke.add').length;
			await world.pass(1000);
			perSecond.push(world.wire.all('stroke.add').length - before);
		}
		expect(Math.max(...perSecond)).toBeLessThanOrEqual(48);
		expect(world.wire.all('stroke.add').map(({ with: body }) => (body as { n: number }).n)).toEqual(
			Array.from({ length: 100 }, (_, n) => n)
		);
	});
});

describe('a line', () => {
	it('answers pings with what it knows of the voice', async () => {
		const { world } = await inside({ vitals: () => ({ delay: 80 }) });
		world.wire.say({ push: 'ping', data: { sent: 5 } });
		expect(world.wire.all('pong')[0].with).toEqual({ sent: 5, delay: 80 });
	});

	it('that says nothing for 20 s is given up', async () => {
		const one = await inside();
		await one.world.pass(15_000);
		one.world.wire.say({ push: 'ping', data: { sent: 1 } });
		await one.world.pass(15_000);
		expect(one.world.wires).toHaveLength(1);
		await one.world.pass(10_000);
		expect(one.world.wires).toHaveLength(2);
		expect(one.world.wires[0].closed).toBe(true);
		expect(one.phases).toEqual(['live', 'reconnecting']);
	});

	it('that does not open is given up', async () => {
		const one = room();
		await one.world.pass(14_000);
		expect(one.world.wires.length).toBeGreaterThan(1);
	});

	it('is opened at once when the network comes back', async () => {
		const one = await inside();
		one.world.wire.end(4101);
		one.world.wake('online');
		await one.world.pass(0);
		expect(one.world.wires).toHaveLength(2);
	});

	it('is tried out when the network has changed, and given up when it does not answer', async () => {
		const one = await inside();
		await one.world.pass(1);
		one.world.wake('online');
		expect(one.world.wire.all('view')).toHaveLength(1);
		await one.world.pass(3_400);
		expect(one.world.wires).toHaveLength(2);
	});

	it('that answers when the network has changed is kept', async () => {
		const one = await inside();
		await one.world.pass(1);
		one.world.wake('online');
		one.world.wire.say({ id: one.world.wire.all('view')[0].id, result: {} });
		await one.world.pass(5_000);
		expect(one.world.wires).toHaveLength(1);
	});

	it('carries several messages in a frame, and a broken one hurts only itself', async () => {
		const one = await inside();
		one.world.wire.onmessage?.({
			data: '{"event":"a","offset":11,"at":1,"data":{}}\nnonsense\n{"event":"b","offset":15,"at":2,"data":{}}'
		});
		expect(one.events.map(({ event }) => event)).toEqual(['a', 'b']);
	});

	it('leaves out pictures when it is full', async () => {
		const { world, socket } = await inside();
		expect(socket.sendFrame(new Uint8Array(9))).toBe(true);
		world.wire.bufferedAmount = 100_000;
		expect(socket.sendFrame(new Uint8Array(9))).toBe(false);
		expect(world.wire.frames).toHaveLength(1);
	});

	it('that was left stays closed', async () => {
		const one = await inside();
		one.socket.close();
		await one.world.pass(60_000);
		expect(one.world.wires).toHaveLength(1);
		expect(one.ends).toEqual([{ code: 1000, refusal: undefined }]);
	});
});
