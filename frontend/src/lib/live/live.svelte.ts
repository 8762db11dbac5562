import { newReportId as newId } from '#lib/progress/report.ts';
import { SvelteMap } from 'svelte/reactivity';
import { apply, roomOf, type Me, type RoomState } from './fold.ts';
import { Board } from './objects.ts';
import {
	readFrame,
	type BoardObject,
	type Id,
	type Joined,
	type Lock,
	type LogEvent,
	type MediaFrame,
	type Person,
	type Push,
	type Role,
	type Signal
} from './protocol.ts';
import { Refused, Socket, type Phase, type SocketOptions } from './socket.ts';

export { Refused };

/**
 * How it stands with this person in the class: `waiting` for admission; `ended` and `refused` are final, `end` says
 * why.
 */
export type Status = 'connecting' | 'live' | 'reconnecting' | 'waiting' | 'ended' | 'refused';

/** What was heard: the data, and the event when it is one of the log. */
export type Listener<D = never> = (data: D, event?: LogEvent) => void;

/** What a class is opened with. */
export interface Entry {
	/** Id of the class. */
	id: Id;
	ticket: SocketOptions['ticket'];
	/** This person wants pictures. */
	video?: boolean;
	url?: string;
	world?: SocketOptions['world'];
}

/** Not written into the log, so not worth keeping over a cut. */
const PASSING = new Set([
	'view',
	'roster.watch',
	'page.get',
	'react',
	'typing',
	'pointer',
	'speaking'
]);

const CLASS_ENDED = 4205;

/**
 * A live class as one person has it: its state, and the way to act in it. Everything that is shown of a class takes
 * one of these. Reactive where it says so.
 */
export class Live {
	readonly id: Id;
	/** The state of the class; undefined until joined and while waiting for admission. Reactive, all of it. */
	room = $state<RoomState>();
	/** Who this is. Reactive. */
	you = $state<Joined['you']>();
	/** The class. Reactive. */
	about = $state.raw<Joined['class']>();
	/** Reactive. */
	status = $state<Status>('connecting');
	/** Since when it has this status, by this device's clock. Reactive. */
	since = $state(Date.now());
	/** Why it is over: a close code of the protocol (0 = not let in), and what the server said. Reactive. */
	end = $state.raw<{ code: number; refusal?: Refused }>();
	/** Commands that are kept until the class has answered them. Reactive. */
	pending = $state(0);
	/** The log cannot be written just now: what one does is kept and repeated. Reactive. */
	held = $state(false);
	/** People in the class by id, while the roster is watched. Reactive. */
	readonly people = new SvelteMap<Id, Person>();
	/** Wants pictures. Change it with `wantVideo`. Reactive. */
	video = $state(true);
	/** How voice fares here, told to the server with every ping; the voice part keeps it. */
	vitals: { delay?: number; loss?: number } = {};

	private readonly board: Board;
	private readonly socket: Socket;
	private readonly listeners = new Map<string, Set<Listener>>();
	private readonly frames = new Set<(frame: MediaFrame) => void>();
	private epoch?: string;
	private offset = 0;
	private skews: number[] = [];
	private watchers = 0;

	/** Leads the class. Reactive. */
	readonly staff = $derived(this.you?.role === 'teacher' || this.you?.role === 'coteacher');
	/** This person may not speak: muted alone or with all students. Reactive. */
	readonly muted = $derived(
		!this.staff && (this.room?.silenced === true || (this.room?.muted === true && !this.room.given))
	);
	/** Has raised a hand. Reactive. */
	readonly handUp = $derived(
		this.room?.hands.some(({ person }) => person === this.you?.id) ?? false
	);

	/** How many students ask for what, for those who lead. Reactive. */
	readonly signals: Record<Exclude<Signal, ''>, number> = $derived.by(() => {
		const sums = { slower: 0, again: 0, understand: 0 };
		// The roster knows who is still there; without it the sums of the class must do.
		if (this.people.size === 0) return { ...sums, ...this.room?.signals };
		for (const { signal } of this.people.values()) if (signal) sums[signal]++;
		return sums;
	});

	constructor({ id, ticket, video = true, url, world }: Entry) {
		this.id = id;
		this.video = video;
		this.board = new Board(
			(page) => this.do('page.get', { page }) as Promise<{ objects: BoardObject[] }>,
			(page) => this.tell('objects', { page })
		);
		this.socket = new Socket({
			url: url ?? `${location.origin.replace(/^http/, 'ws')}/api/classes/${id}/socket`,
			ticket,
			world,
			place: () => ({ epoch: this.epoch, offset: this.offset || undefined, video: this.video }),
			vitals: () => this.vitals,
			onjoined: (joined) => this.joined(joined),
			onevent: (event) => this.happened(event),
			onpush: (push) => this.pushed(push),
			onframe: (data) => this.framed(data),
			onphase: (phase) => this.phased(phase),
			onend: (end) => this.ended(end),
			onpending: (count) => (this.pending = count)
		});
	}

	/**
	 * Does a command of the protocol. Resolves with its result when the class has written it; rejects with `Refused`
	 * {code, text, temporary}. What the log keeps goes on being tried over cuts, under one key.
	 */
	do<T = unknown>(name: string, body?: unknown, key?: Id): Promise<T> {
		const lasting = PASSING.has(name) ? key : (key ?? newId());
		return this.socket.do(name, body, lasting) as Promise<T>;
	}

	/** Says something of the moment (`pointer`, `typing`, `react`, `speaking`): no answer, dropped without a line. */
	say(name: string, body?: unknown): void {
		this.socket.tell(name, body);
	}

	/**
	 * Listens to an event of the log (after it has changed `room`) or to a push. Besides those of the protocol:
	 * `objects` {page}: the objects of a page are there, or there anew; `joined` {recovered}. The answer stops it.
	 */
	on<D = never>(name: string, listener: Listener<D>): () => void {
		const all = this.listeners.get(name) ?? new Set();
		this.listeners.set(name, all.add(listener as Listener));
		return () => void all.delete(listener as Listener);
	}

	/** Sends a media frame; false when the line is full: pictures are then left out, voice is sent with a higher `most`. */
	sendFrame(frame: Uint8Array<ArrayBuffer>, most?: number): boolean {
		return this.socket.sendFrame(frame, most);
	}

	/** Bytes that wait to be sent: pictures are not even made when it is many. Not reactive. */
	get backlog(): number {
		return this.socket.backlog;
	}

	/** Listens to media frames. The answer stops it. */
	onFrame(listener: (frame: MediaFrame) => void): () => void {
		this.frames.add(listener);
		return () => void this.frames.delete(listener);
	}

	/** What is drawn on a page, lowest first; undefined when it is not known: `loadPage` fetches it. Not reactive. */
	objects(page: Id): BoardObject[] | undefined {
		return this.board.page(page)?.list();
	}

	/** One object of a page as it stands. Not reactive. */
	object(page: Id, id: Id): BoardObject | undefined {
		return this.board.page(page)?.get(id);
	}

	/** Fetches what is drawn on a page, if it is not there; then says `objects`. */
	loadPage(page: Id): Promise<void> {
		return this.board.load(page);
	}

	/** Whether this person may chat, draw, speak or raise a hand now. Reactive. */
	may(what: Lock): boolean {
		const { room, you } = this;
		if (!room || !you || you.role === 'observer' || room.state === 'ended') return false;
		// Before it starts a class is prepared: there is nothing to ask and nobody to tell.
		if (room.state === 'waiting' && (what === 'chat' || what === 'hands')) return false;
		if (this.staff) return what !== 'hands';
		// In a breakout room board and voice are its people's own.
		const locked = room.locks[what] && !(room.space && (what === 'board' || what === 'voice'));
		return what === 'voice' ? room.given === true || (!this.muted && !locked) : !locked;
	}

	/** The server's clock, Unix ms, as well as it is known. */
	now(): number {
		return Date.now() + (this.skews.length ? Math.max(...this.skews) : 0);
	}

	/** Asks for pictures or for none. */
	wantVideo(video: boolean): void {
		this.video = video;
		this.say('view', { video });
	}

	/** Has `people` filled and kept. The answer ends it; the last one to do so empties it. */
	watchPeople(): () => void {
		if (++this.watchers === 1) void this.watch();
		let on = true;
		return () => {
			if (!on) return;
			on = false;
			if (--this.watchers > 0) return;
			this.say('roster.watch', { on: false });
			this.people.clear();
		};
	}

	/** Tries to come back, after a refusal too. */
	retry(): void {
		this.socket.retry();
	}

	/** Leaves. */
	close(): void {
		this.socket.close();
	}

	private get me(): Me {
		return { id: this.you?.id ?? '', staff: this.staff };
	}

	private async watch(): Promise<void> {
		try {
			const { people } = await this.do<{ people: Person[] }>('roster.watch', { on: true });
			if (!this.watchers) return;
			this.people.clear();
			for (const person of people ?? []) this.people.set(person.id, person);
		} catch {
			// Without a line: the next join asks again.
		}
	}

	private joined(joined: Joined): void {
		this.you = joined.you;
		this.about = joined.class;
		this.end = undefined;
		if (!joined.recovered) this.begin(joined);
		this.epoch = joined.epoch;
		if (!joined.recovered) this.offset = joined.offset;
		this.setStatus(this.standing(joined));
		if (this.watchers) void this.watch();
		this.tell('joined', { recovered: joined.recovered });
	}

	private begin({ room, offset }: Joined): void {
		this.room = room && roomOf(room);
		this.board.reset(room?.page, room?.objects, offset);
	}

	private standing(joined: Joined): Status {
		if (joined.waiting) return 'waiting';
		return this.room?.state === 'ended' ? 'ended' : 'live';
	}

	private happened(event: LogEvent): void {
		// What was seen before a cut may come again.
		if (event.offset <= this.offset) return;
		event.data ??= {}; // some events say all by their name
		this.offset = event.offset;
		this.learnClock(event.at);
		const { room, you } = this;
		if (room) {
			apply(room, event, this.me);
			this.board.apply(event);
		}
		// Events that say all by their name come without data.
		const data = (event.data ?? {}) as {
			person?: Id;
			role?: Role;
			value?: Person['signal'];
			on?: boolean;
		};
		if (event.event === 'person.role' && you && data.person === you.id && data.role)
			this.you = { ...you, role: data.role };
		this.touchPerson(event.event, data);
		this.tell(event.event, data, event);
		if (event.event === 'class.ended') this.setStatus('ended');
	}

	/** Shows on the roster at once what it will say itself in a moment. */
	private touchPerson(
		name: string,
		data: { person?: Id; role?: Role; value?: Person['signal']; on?: boolean }
	) {
		const person = data.person ? this.people.get(data.person) : undefined;
		if (!person) return;
		if (name === 'person.role' && data.role)
			this.people.set(person.id, { ...person, role: data.role });
		if (name === 'person.muted') this.people.set(person.id, { ...person, muted: data.on });
		if (name === 'signal.set') this.people.set(person.id, { ...person, signal: data.value });
		if (name === 'person.admitted') this.people.set(person.id, { ...person, waiting: false });
		if (name === 'person.removed') this.people.delete(person.id);
	}

	private pushed({ push, data }: Push): void {
		const { room } = this;
		switch (push) {
			case 'ping':
				this.learnClock(data.sent as number);
				return;
			case 'count':
				if (!room) break;
				[room.count, room.waiting] = [data.people as number, data.waiting as number];
				room.staff = data.staff as Person[];
				break;
			case 'roster':
				if (!this.watchers) return;
				for (const person of (data.people ?? []) as Person[]) this.people.set(person.id, person);
				for (const id of (data.gone ?? []) as Id[]) this.people.delete(id);
				break;
			case 'tally':
				if (room?.poll && room.poll.poll === data.poll)
					Object.assign(room.poll, { tally: data.tally, answers: data.answers });
				break;
			case 'state':
				this.joined({ ...(data as unknown as Joined), recovered: false });
				return;
			case 'notice':
				this.held = data.code === 'log_down' || (this.held && data.code !== 'log_back');
		}
		this.tell(push, data);
	}

	private framed(data: ArrayBuffer): void {
		const frame = readFrame(data);
		if (frame) for (const listener of this.frames) listener(frame);
	}

	private phased(phase: Phase): void {
		if (phase === 'reconnecting')
			this.setStatus(this.room || this.you ? 'reconnecting' : 'connecting');
		if (phase === 'connecting') this.setStatus('connecting');
	}

	private ended(end: { code: number; refusal?: Refused }): void {
		if (end.code === 1000) return;
		this.end = end;
		const over = end.code === CLASS_ENDED || end.refusal?.code === 'ended';
		this.setStatus(over ? 'ended' : 'refused');
	}

	private setStatus(status: Status): void {
		if (this.status === status) return;
		this.status = status;
		this.since = Date.now();
	}

	private tell(name: string, data: unknown, event?: LogEvent): void {
		for (const listener of this.listeners.get(name) ?? []) {
			// A part that fails must not take the others' class away.
			try {
				listener(data as never, event);
			} catch (error) {
				reportError(error);
			}
		}
	}

	// A time that arrives is late by the way it took: the one that seems least late is nearest to the truth.
	private learnClock(sent: number): void {
		// What was missed during a cut is old and says nothing.
		if (!sent || sent - this.now() < -5_000) return;
		this.skews.push(sent - Date.now());
		if (this.skews.length > 30) this.skews.shift();
	}
}
