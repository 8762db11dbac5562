import type { Command, Joined } from './protocol.ts';
import type { Wire, World } from './world.ts';

/** One line as the server's side of a test sees it. */
export class FakeWire implements Wire {
	binaryType = '';
	bufferedAmount = 0;
	onopen: (() => void) | null = null;
	onmessage: ((message: { data: unknown }) => void) | null = null;
	onclose: ((close: { code: number }) => void) | null = null;
	readonly sent: Command[] = [];
	readonly frames: Uint8Array[] = [];
	closed = false;

	constructor(
		readonly url: string,
		readonly protocols: string[]
	) {}

	send(data: string | Uint8Array<ArrayBuffer>): void {
		if (typeof data === 'string') this.sent.push(JSON.parse(data));
		else this.frames.push(data);
	}

	close(): void {
		this.closed = true;
	}

	/** The server accepts. */
	open(): void {
		this.onopen?.();
	}

	/** The server says something. */
	say(...messages: unknown[]): void {
		this.onmessage?.({ data: messages.map((message) => JSON.stringify(message)).join('\n') });
	}

	/** The server closes, or the line breaks (1006). */
	end(code: number): void {
		this.onclose?.({ code });
	}

	/** The commands of this name. */
	all(name: string): Command[] {
		return this.sent.filter((command) => command.do === name);
	}

	/** Opens and lets the client in. */
	admit(change: Partial<Joined> = {}): void {
		this.open();
		this.say({ id: this.all('join')[0].id, result: joined(change) });
	}
}

export function joined(change: Partial<Joined> = {}): Joined {
	return {
		you: { id: 'me', name: 'Mei', role: 'student', guest: false, connection: 'c1' },
		epoch: 'e1',
		offset: 10,
		recovered: false,
		waiting: false,
		ticket: 'next',
		class: { id: 'class', title: 'Welding' },
		...change
	};
}

/** A network and a clock that tests move by hand. */
export class FakeWorld implements World {
	readonly wires: FakeWire[] = [];
	time = 1_000_000;
	chance = 0;
	private timers: { at: number; id: number; act: () => void }[] = [];
	private ids = 0;
	private teller?: (why: 'online' | 'visible') => void;

	open(url: string, protocols: string[]): FakeWire {
		const wire = new FakeWire(url, protocols);
		this.wires.push(wire);
		return wire;
	}

	now(): number {
		return this.time;
	}

	after(ms: number, act: () => void): number {
		this.timers.push({ at: this.time + ms, id: ++this.ids, act });
		return this.ids;
	}

	clear(timer: number | undefined): void {
		this.timers = this.timers.filter(({ id }) => id !== timer);
	}

	random(): number {
		return this.chance;
	}

	awake(tell: (why: 'online' | 'visible') => void): () => void {
		this.teller = tell;
		return () => (this.teller = undefined);
	}

	/** The network came back, or the page is looked at again. */
	wake(why: 'online' | 'visible'): void {
		this.teller?.(why);
	}

	/** Lets time pass, and whatever it brings. */
	async pass(ms: number): Promise<void> {
		const end = this.time + ms;
		for (;;) {
			await settle();
			const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (!next) break;
			this.clear(next.id);
			this.time = Math.max(this.time, next.at);
			next.act();
		}
		this.time = end;
		await settle();
	}

	get wire(): FakeWire {
		return this.wires[this.wires.length - 1];
	}
}

async function settle(): Promise<void> {
	for (let i = 0; i < 10; i++) await Promise.resolve();
}
