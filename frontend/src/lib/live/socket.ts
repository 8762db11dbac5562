import {
	SUBPROTOCOL,
	type Command,
	type Id,
	type Joined,
	type LogEvent,
	type Push,
	type Reply
} from './protocol.ts';
import { WORLD, type Wire, type World } from './world.ts';

/** What became of a command that was not done. `temporary`: nothing has changed, the same may succeed later. */
export class Refused extends Error {
	constructor(
		readonly code: string,
		readonly text = '',
		readonly temporary = false
	) {
		super(text || code);
		this.name = 'Refused';
	}
}

export type Phase = 'connecting' | 'live' | 'reconnecting' | 'closed';

export interface SocketOptions {
	/** Where the class listens: wss://…/api/classes/{id}/socket. */
	url: string;
	/** A fresh ticket by REST. Rejects with `Refused`: temporary ones are tried again. */
	ticket: () => Promise<string>;
	/** Where this client stands, for the command `join`. */
	place: () => { epoch?: string; offset?: number; video: boolean };
	/** How voice fares, for the answer to a ping. */
	vitals?: () => { delay?: number; loss?: number };
	onjoined: (joined: Joined) => void;
	onevent: (event: LogEvent) => void;
	onpush: (push: Push) => void;
	onframe?: (frame: ArrayBuffer) => void;
	onphase: (phase: Phase) => void;
	/** It is over for good: a close code ≥ 4200, or what was said when joining or asking for a ticket. */
	onend: (end: { code: number; refusal?: Refused }) => void;
	/** The number of commands without an answer has changed. */
	onpending?: (count: number) => void;
	world?: World;
}

interface Waiting {
	command: Command;
	sent: boolean;
	tries: number;
	/** Not to be sent before. */
	from: number;
	resolve: (result: unknown) => void;
	reject: (error: Refused) => void;
}

/** Silence after which the line counts as dead: the server pings every 15 s. */
const SILENCE = 20_000;
/** How long a line may take to open, and to answer `join`. */
const OPENING = 12_000;
/** How long a line that may have died has to prove the contrary. */
const PROBE = 3_000;
/** Commands that are sent in one go, and the pause between goes: below what the server takes for flooding. */
const BURST = 24;
const PAUSE = 800;
/** How often a command is repeated that the class cannot write now. */
const REPEATS = 5;

/**
 * Keeps one line to a class: opens it, joins, answers pings, notices when it has died, opens it again and sends
 * what was not answered, with the same keys. Knows nothing of what the messages mean.
 */
export class Socket {
	private readonly world: World;
	private wire?: Wire;
	private phase: Phase = 'connecting';
	private joined = false;
	private tries = 0;
	private saved?: string;
	/** Counts the tries to open: what belongs to an older one is not listened to. */
	private last = 0;
	private lastId = 0;
	private heard = 0;
	private burst = 0;
	private timers = new Map<string, number>();
	/** Every command without an answer, in the order of sending. */
	private waiting: Waiting[] = [];
	private readonly stop: () => void;

	constructor(private readonly options: SocketOptions) {
		this.world = options.world ?? WORLD;
		this.stop = this.world.awake((why) => this.awake(why));
		void this.connect();
	}

	/** Number of commands that will be kept until they are answered. */
	get pending(): number {
		return this.waiting.filter(({ command }) => command.key).length;
	}

	/**
	 * Sends a command; resolves with its result. With a key it survives cuts, without one it is refused as `cut` when
	 * the line goes.
	 */
	do(name: string, body?: unknown, key?: Id): Promise<unknown> {
		if (this.phase === 'closed') return Promise.reject(new Refused('cut', '', false));
		if (!key && !this.joined) return Promise.reject(new Refused('cut', '', true));
		return new Promise((resolve, reject) => {
			const command: Command = { id: 0, do: name, key, with: body };
			this.waiting.push({ command, sent: false, tries: 0, from: 0, resolve, reject });
			this.count();
			this.flush();
		});
	}

	/** Sends what nobody waits for, such as a pointer; dropped without a line. */
	tell(name: string, body?: unknown): void {
		if (this.joined) this.write({ id: ++this.lastId, do: name, with: body });
	}

	/** Bytes that wait to be sent; without a line there is no end of waiting. */
	get backlog(): number {
		return this.joined && this.wire ? this.wire.bufferedAmount : Infinity;
	}

	/** Sends a media frame; false when there is no line or it is full, so that pictures can be left out. */
	sendFrame(frame: Uint8Array<ArrayBuffer>, most = 32_768): boolean {
		if (!this.joined || !this.wire || this.wire.bufferedAmount > most) return false;
		this.wire.send(frame);
		return true;
	}

	/** Opens the line again at once, also after a refusal. */
	retry(): void {
		this.tries = 0;
		if (this.phase === 'closed') this.enter('connecting');
		this.drop();
		void this.connect();
	}

	/** Leaves for good. */
	close(): void {
		this.stop();
		this.finish(1000);
	}

	private enter(phase: Phase): void {
		if (this.phase === phase) return;
		this.phase = phase;
		this.options.onphase(phase);
	}

	private after(name: string, ms: number, act: () => void): void {
		this.world.clear(this.timers.get(name));
		this.timers.set(name, this.world.after(ms, act));
	}

	private cancel(...names: string[]): void {
		for (const name of names.length ? names : [...this.timers.keys()]) {
			this.world.clear(this.timers.get(name));
			this.timers.delete(name);
		}
	}

	private async connect(): Promise<void> {
		this.cancel('retry');
		const turn = ++this.last;
		this.after('opening', OPENING, () => this.cut());
		const kept = this.saved;
		this.saved = undefined; // a ticket opens one line
		let ticket = kept;
		if (!ticket) {
			try {
				ticket = await this.options.ticket();
			} catch (error) {
				if (turn !== this.last || this.phase === 'closed') return;
				const refusal = error instanceof Refused ? error : new Refused('unavailable', '', true);
				this.cancel('opening');
				if (refusal.temporary) this.later(500);
				else this.finish(0, refusal);
				return;
			}
		}
		if (turn !== this.last || this.phase === 'closed') return;
		this.open(ticket, kept !== undefined);
	}

	private open(ticket: string, kept: boolean): void {
		let wire: Wire;
		try {
			wire = this.world.open(this.options.url, [SUBPROTOCOL, `ticket.${ticket}`]);
		} catch {
			this.later(500);
			return;
		}
		wire.binaryType = 'arraybuffer';
		this.wire = wire;
		let opened = false;
		wire.onopen = () => {
			opened = true;
			this.heard = this.world.now();
			this.write({ id: ++this.lastId, do: 'join', with: this.options.place() });
		};
		wire.onmessage = ({ data }) => this.receive(data);
		wire.onclose = ({ code }) => {
			this.drop();
			// A refusal before the line stands has no words here: the REST route says why.
			if (!opened && kept) void this.connect();
			else this.closed(code);
		};
	}

	private receive(data: unknown): void {
		this.heard = this.world.now();
		if (data instanceof ArrayBuffer) {
			this.options.onframe?.(data);
			return;
		}
		for (const line of String(data).split('\n')) {
			if (!line) continue;
			let message: Reply & LogEvent & Push;
			try {
				message = JSON.parse(line);
			} catch {
				continue; // a broken line hurts only itself
			}
			if (message.push) this.pushed(message);
			else if (message.event) this.options.onevent(message);
			else if (message.id) this.answered(message);
		}
	}

	private pushed(push: Push): void {
		if (push.push === 'ping')
			this.tell('pong', { sent: push.data.sent, ...this.options.vitals?.() });
		if (push.push === 'notice' && push.data.code === 'leaving') {
			const within = Math.max(0, Number(push.data.ms) || 0);
			this.after('leaving', this.world.random() * within, () => this.cut());
		}
		if (push.push === 'state') this.saved = (push.data as unknown as Joined).ticket || this.saved;
		this.options.onpush(push);
	}

	private answered(reply: Reply): void {
		if (!this.joined) {
			this.joinedAs(reply);
			return;
		}
		const at = this.waiting.findIndex(({ command, sent }) => sent && command.id === reply.id);
		if (at < 0) return;
		const waiting = this.waiting[at];
		const { error } = reply;
		if (error?.temporary && waiting.command.key && waiting.tries < REPEATS) {
			waiting.sent = false;
			const pause = 500 * 2 ** waiting.tries++ + this.world.random() * 300;
			waiting.from = this.world.now() + pause;
			this.after(`repeat ${reply.id}`, pause, () => this.flush());
			return;
		}
		this.waiting.splice(at, 1);
		this.count();
		if (error) waiting.reject(new Refused(error.code, error.text, error.temporary));
		else waiting.resolve(withOffset(reply));
	}

	private joinedAs(reply: Reply): void {
		if (reply.error) {
			const { code, text, temporary } = reply.error;
			this.drop();
			if (temporary) this.later(1000);
			else this.finish(0, new Refused(code, text));
			return;
		}
		const joined = reply.result as Joined;
		this.cancel('opening');
		this.saved = joined.ticket;
		this.joined = true;
		this.tries = 0;
		this.options.onjoined(joined);
		this.enter('live');
		this.watch();
		this.burst = BURST;
		this.flush();
	}

	/** Sends what has not been sent on this line, in order and not too fast. */
	private flush(): void {
		if (!this.joined) return;
		const now = this.world.now();
		for (const waiting of this.waiting) {
			if (waiting.sent || waiting.from > now) continue;
			if (this.burst <= 0) break;
			this.burst--;
			waiting.sent = true;
			waiting.command.id = ++this.lastId;
			this.write(waiting.command);
		}
		if (this.burst >= BURST || this.timers.has('pause')) return;
		this.after('pause', PAUSE, () => {
			this.timers.delete('pause');
			this.burst = BURST;
			this.flush();
		});
	}

	private write(command: Command): void {
		this.wire?.send(JSON.stringify(command));
	}

	private count(): void {
		this.options.onpending?.(this.pending);
	}

	/** Looks whether anything is heard. */
	private watch(): void {
		this.after('silence', SILENCE / 4, () => {
			if (this.world.now() - this.heard >= SILENCE) this.cut();
			else this.watch();
		});
	}

	private awake(why: 'online' | 'visible'): void {
		if (this.phase === 'closed') return;
		if (!this.wire) {
			if (this.timers.has('retry')) void this.connect();
			return;
		}
		// The network has changed or the device slept: the line may be dead and nobody has said so.
		if (!this.joined || (why === 'visible' && this.world.now() - this.heard < SILENCE / 2)) return;
		const asked = this.world.now();
		this.tell('view', { video: this.options.place().video });
		this.after('probe', PROBE, () => {
			if (this.heard < asked) this.cut();
		});
	}

	/** Gives a line up and opens another one. */
	private cut(): void {
		this.drop();
		this.closed(4001);
	}

	private closed(code: number): void {
		if (this.phase === 'closed') return;
		if (code >= 4200 && code < 5000) this.finish(code);
		else if (code >= 4100 && code < 4200) this.later(1000);
		else this.later(0);
	}

	/** Tries again: at once the first time unless `least` says otherwise, then with growing pauses. */
	private later(least: number): void {
		this.enter('reconnecting');
		const tries = this.tries++;
		const growing =
			tries === 0 && least === 0
				? 0
				: Math.min(10_000, 500 * 2 ** Math.max(0, tries - (least ? 0 : 1)));
		const jitter = this.world.random() * Math.max(300, growing / 2);
		this.after('retry', Math.max(least, growing) + jitter, () => void this.connect());
	}

	/** Lets go of the line; who waits without a key hears of it. */
	private drop(): void {
		const wire = this.wire;
		this.wire = undefined;
		this.joined = false;
		this.last++;
		this.cancel();
		if (wire) {
			wire.onopen = wire.onmessage = wire.onclose = null;
			// Some browsers refuse to close what has not opened, others throw for a dead line.
			try {
				wire.close(1000);
			} catch {
				// It is gone already.
			}
		}
		const lost = this.waiting.filter(({ command }) => !command.key);
		this.waiting = this.waiting.filter(({ command }) => command.key);
		for (const waiting of this.waiting) waiting.sent = false;
		for (const { reject } of lost) reject(new Refused('cut', '', true));
	}

	private finish(code: number, refusal?: Refused): void {
		if (this.phase === 'closed') return;
		this.enter('closed');
		this.drop();
		const left = this.waiting;
		this.waiting = [];
		for (const { reject } of left) reject(new Refused('closed'));
		this.count();
		this.options.onend({ code, refusal });
	}
}

/** Some answers matter only with the place in the log that they describe. */
function withOffset(reply: Reply): unknown {
	const { result, offset } = reply;
	if (offset === undefined || typeof result !== 'object' || !result || Array.isArray(result))
		return result;
	return { ...result, offset };
}
