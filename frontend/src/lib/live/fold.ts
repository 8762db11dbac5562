import type {
	Hand,
	Id,
	Lock,
	LogEvent,
	Message,
	OnAir,
	Page,
	Person,
	Poll,
	PollAnswer,
	Role,
	Room,
	Sheet,
	Signal,
	Space,
	TermCard,
	WriteRound
} from './protocol.ts';

/** Who looks at the room. */
export interface Me {
	id: Id;
	staff: boolean;
}

/** The room without the objects of the board, which grow too fast to be watched; see objects.ts. */
export type RoomState = Omit<Room, 'objects'> & {
	/** Signals by person, for staff, as far as they were heard of here. */
	signalOf?: Record<Id, Signal>;
	/** Who was given the air, as far as it was heard of here. */
	givenTo?: Id[];
};

/** A sheet of a writing round. A class of its own, so that Svelte does not watch every point of it. */
export class HeldSheet implements Sheet {
	constructor(
		readonly person: Id,
		readonly name: string,
		readonly strokes: number[][],
		readonly mark?: number,
		readonly shown?: boolean
	) {}

	static of(sheet: Sheet, shown = sheet.shown): HeldSheet {
		return new HeldSheet(sheet.person, sheet.name, sheet.strokes, sheet.mark, shown);
	}
}

const OPEN = { chat: false, board: false, voice: false, hands: false };

/** The state that `Joined` brings, ready to be folded on. */
export function roomOf(room: Room): RoomState {
	const { objects: _, ...rest } = room;
	const { write } = rest;
	return {
		...rest,
		hands: rest.hands ?? [],
		staff: rest.staff ?? [],
		air: rest.air ?? [],
		spaces: rest.spaces ?? [],
		chat: rest.chat ?? [],
		pages: rest.pages ?? [],
		locks: { ...OPEN, ...rest.locks },
		write: write && { ...write, sheets: (write.sheets ?? []).map((sheet) => HeldSheet.of(sheet)) }
	};
}

type Fold = (room: RoomState, data: never, event: LogEvent, me: Me) => void;

function removeFrom<T>(list: T[], is: (item: T) => boolean): void {
	const at = list.findIndex(is);
	if (at >= 0) list.splice(at, 1);
}

function putInto<T>(list: T[], item: T, is: (other: T) => boolean): void {
	const at = list.findIndex(is);
	if (at < 0) list.push(item);
	else list[at] = item;
}

/** A name by which somebody was seen in the room. */
function nameOf(room: RoomState, person: Id): string {
	const seen =
		room.staff.find(({ id }) => id === person) ??
		room.air.find((one) => one.person === person) ??
		room.hands.find((one) => one.person === person) ??
		room.chat.findLast(({ by }) => by === person);
	return seen?.name ?? '';
}

function leads(room: RoomState, person: Id): boolean {
	return room.staff.some(({ id }) => id === person);
}

/** Notes whether somebody may be on air though voice is the teacher's. */
function give(room: RoomState, person: Id, given: boolean, me: Me): void {
	const others = (room.givenTo ?? []).filter((id) => id !== person);
	room.givenTo = given ? [...others, person] : others;
	if (person === me.id) room.given = given;
}

function giveAir(room: RoomState, person: Id, me: Me): void {
	give(room, person, true, me);
	if (person === me.id) room.silenced = false;
	removeFrom(room.hands, (hand) => hand.person === person);
}

/** Takes the air from who was called last. */
function endReading(room: RoomState, me: Me): void {
	const { read, locks } = room;
	const last = read?.person;
	if (!read || !last) return;
	if (!read.done.includes(last)) read.done.push(last);
	if (leads(room, last)) return;
	give(room, last, false, me);
	if (locks.voice) removeFrom(room.air, ({ person }) => person === last);
}

const PEOPLE: Record<string, Fold> = {
	'person.admitted': (room, { person }: { person?: Id }) => {
		room.waiting = person ? Math.max(0, room.waiting - 1) : 0;
	},
	'person.role': (room, { person, role, name }: { person: Id; role: Role; name?: string }) => {
		const known = room.staff.find(({ id }) => id === person);
		if (role === 'observer') {
			removeFrom(room.hands, (hand) => hand.person === person);
			removeFrom(room.air, (one) => one.person === person);
		}
		if (role !== 'teacher' && role !== 'coteacher') {
			removeFrom(room.staff, ({ id }) => id === person);
			return;
		}
		if (known) known.role = role;
		else room.staff.push({ id: person, name: name ?? nameOf(room, person), role } as Person);
	},
	'person.muted': (room, { person, on }: { person?: Id; on: boolean }, _, me) => {
		if (!person) room.muted = on;
		else if (on) give(room, person, false, me);
		if (person === me.id) room.silenced = on;
		if (!on) return;
		for (const one of room.air)
			if (person ? one.person === person : !leads(room, one.person)) one.voice = false;
		room.air = room.air.filter(({ voice, picture, screen }) => voice || picture || screen);
	},
	'person.removed': (room, { person }: { person: Id }) => {
		removeFrom(room.hands, (hand) => hand.person === person);
		removeFrom(room.air, (one) => one.person === person);
		removeFrom(room.staff, ({ id }) => id === person);
		for (const space of room.spaces) removeFrom(space.people, (id) => id === person);
	}
};

const ORDER: Record<string, Fold> = {
	'class.started': (room, _: unknown, { at }) => {
		room.state = 'open';
		room.startedAt = at;
	},
	'class.ended': (room) => {
		room.state = 'ended';
		room.recording = false;
		room.recordingAtRisk = false;
		room.air = [];
	},
	'room.locked': (room, { what, on }: { what: Lock; on: boolean }) => {
		if (what in room.locks) room.locks[what] = on;
		// Who was given the air keeps it.
		if (what === 'voice' && on)
			room.air = room.air.filter(
				({ person }) => leads(room, person) || room.givenTo?.includes(person)
			);
	},
	'hand.raised': (room, { person, name }: Omit<Hand, 'at'>, { at }) => {
		if (!room.hands.some((hand) => hand.person === person)) room.hands.push({ person, name, at });
	},
	'hand.lowered': (room, { person }: { person?: Id }) => {
		if (person) removeFrom(room.hands, (hand) => hand.person === person);
		else room.hands = [];
	},
	'signal.set': (room, { person, value }: { person: Id; value: Signal }, _, me) => {
		if (person === me.id) room.signal = value;
		const of = (room.signalOf ??= {});
		const sums = (room.signals ??= {});
		const before = of[person];
		if (before) sums[before] = Math.max(0, (sums[before] ?? 0) - 1);
		if (value) sums[value] = (sums[value] ?? 0) + 1;
		of[person] = value;
	},
	'timer.set': (room, { ends, seconds }: { ends: number; seconds: number }) => {
		room.timer = seconds > 0 ? { ends, seconds } : undefined;
	},
	'consent.given': (room, { person, agree }: { person: Id; agree: boolean }, _, me) => {
		if (person === me.id) room.consent = agree;
	},
	'record.set': (room, { on }: { on: boolean }) => {
		room.recording = on;
		room.recordingAtRisk = false;
	},
	'record.risk': (room, { on }: { on: boolean }) => {
		room.recordingAtRisk = on;
	}
};

interface Posted {
	message: Id;
	name: string;
	text: string;
	replyTo?: Id;
	private?: boolean;
	term?: TermCard;
}

const CHAT: Record<string, Fold> = {
	'chat.posted': (room, data: Posted, { at, by = '' }) => {
		// A message that comes twice comes soon after itself.
		const known = room.chat.findLast(({ message }) => message === data.message);
		if (!known) room.chat.push({ ...data, by, at } as Message);
	},
	'chat.deleted': (room, { message }: { message: Id }) => {
		const found = room.chat.findLast((one) => one.message === message);
		if (!found) return;
		found.deleted = true;
		found.text = '';
		found.term = undefined;
	},
	'chat.pinned': (room, { message }: { message?: Id }) => {
		room.pinned = message || undefined;
	}
};

interface DeckAdded {
	deck: Id;
	title: string;
	pages: { page: Id; asset: Id; width: number; height: number }[];
}

const BOARD: Record<string, Fold> = {
	'deck.added': (room, { deck, pages }: DeckAdded) => {
		for (const page of pages) {
			if (room.pages.some((one) => one.page === page.page)) continue;
			room.pages.push({ ...page, kind: 'slide', deck });
		}
		if (pages.length) room.page = pages[0].page;
	},
	'page.added': (room, { after, ...page }: Page & { after?: Id }) => {
		if (room.pages.some((one) => one.page === page.page)) return;
		const at = room.pages.findIndex((one) => one.page === after);
		room.pages.splice(after && at >= 0 ? at + 1 : room.pages.length, 0, page);
		room.page = page.page;
	},
	'page.shown': (room, { page }: { page: Id }) => {
		if (room.pages.some((one) => one.page === page)) room.page = page;
	},
	'page.removed': (room, { page }: { page: Id }) => {
		const at = room.pages.findIndex((one) => one.page === page);
		// A board keeps a page.
		if (at < 0 || room.pages.length === 1) return;
		room.pages.splice(at, 1);
		if (room.page === page) room.page = room.pages[Math.max(0, at - 1)].page;
	}
};

function openPoll(room: RoomState, poll: Id): Poll | undefined {
	return room.poll?.poll === poll ? room.poll : undefined;
}

function openWriting(room: RoomState, round: Id): WriteRound | undefined {
	return room.write?.round === round ? room.write : undefined;
}

const ROUNDS: Record<string, Fold> = {
	'poll.opened': (
		room,
		data: Pick<Poll, 'poll' | 'kind' | 'question' | 'options' | 'picture' | 'graded'>
	) => {
		room.poll = { ...data, options: data.options ?? [], closed: false, shown: false, answers: 0 };
	},
	'poll.answered': (room, data: { poll: Id; person: Id; answer: PollAnswer }, _, me) => {
		const poll = openPoll(room, data.poll);
		if (poll && !poll.closed && data.person === me.id) poll.mine = data.answer;
	},
	'poll.closed': (room, { poll }: { poll: Id }) => {
		const open = openPoll(room, poll);
		if (open) open.closed = true;
	},
	'poll.shown': (room, data: Pick<Poll, 'poll' | 'tally' | 'correct'>) => {
		const poll = openPoll(room, data.poll);
		if (!poll) return;
		poll.shown = true;
		poll.tally = data.tally;
		if (data.correct) poll.correct = data.correct;
	},
	'write.opened': (room, data: { round: Id; hanzi: string; ends?: number }) => {
		room.write = { ...data, closed: false, sheets: [] };
	},
	'write.submitted': (room, sheet: Sheet & { round: Id }) => {
		const round = openWriting(room, sheet.round);
		if (!round || round.closed) return;
		putInto(round.sheets, HeldSheet.of(sheet), ({ person }) => person === sheet.person);
	},
	'write.closed': (room, { round }: { round: Id }) => {
		const open = openWriting(room, round);
		if (open) open.closed = true;
	},
	'write.shown': (room, { round, sheets }: { round: Id; sheets: Sheet[] }) => {
		const open = openWriting(room, round);
		if (!open) return;
		for (const sheet of sheets)
			putInto(open.sheets, HeldSheet.of(sheet, true), ({ person }) => person === sheet.person);
	},
	'read.opened': (room, { round, lines }: { round: Id; lines: string[] }) => {
		room.read = { round, lines, done: [] };
	},
	'read.called': (room, data: { round: Id; person: Id; name: string; line: number }, _, me) => {
		const { read } = room;
		if (read?.round !== data.round) return;
		endReading(room, me);
		Object.assign(read, { person: data.person, name: data.name, line: data.line });
		giveAir(room, data.person, me);
	},
	'read.closed': (room, { round }: { round: Id }, _, me) => {
		if (room.read?.round !== round) return;
		endReading(room, me);
		room.read = undefined;
	}
};

const AIR: Record<string, Fold> = {
	'air.given': (room, { person }: { person: Id }, _, me) => {
		giveAir(room, person, me);
	},
	'air.changed': (room, data: OnAir, { by }, me) => {
		if (data.voice || data.picture || data.screen) {
			// Whoever has gone is off the air without an event: their slot is another's then.
			const here = (one: OnAir) => (one.space ?? '') === (data.space ?? '');
			removeFrom(
				room.air,
				(one) => one.slot === data.slot && one.person !== data.person && here(one)
			);
			return putInto(room.air, { ...data }, ({ person }) => person === data.person);
		}
		removeFrom(room.air, ({ person }) => person === data.person);
		// Taken off the air by somebody else: it would have to be given again.
		if (by !== data.person) give(room, data.person, false, me);
	}
};

const SPACES: Record<string, Fold> = {
	'breakout.opened': (room, { spaces, ends }: { spaces: Space[]; ends?: number }) => {
		room.spaces = spaces.map((space) => ({ ...space, people: [...(space.people ?? [])] }));
		room.breakoutEnds = ends;
	},
	'breakout.moved': (room, data: { person: Id; space: string }) => {
		for (const space of room.spaces) {
			removeFrom(space.people, (id) => id === data.person);
			if (space.id === data.space) space.people.push(data.person);
		}
	},
	'breakout.closed': (room) => {
		room.spaces = [];
		room.breakoutEnds = undefined;
	}
};

/** What events do to the room. Those that are missing change nothing of what is shown here. */
const FOLDS: Record<string, Fold> = {
	...PEOPLE,
	...ORDER,
	...CHAT,
	...BOARD,
	...ROUNDS,
	...AIR,
	...SPACES
};

/**
 * Applies one event of the log, in place. What does not apply (an unknown id, a poll that is closed, a name that is
 * not known yet) changes nothing; the server folds by the same rules.
 */
export function apply(room: RoomState, event: LogEvent, me: Me): void {
	FOLDS[event.event]?.(room, (event.data ?? {}) as never, event, me);
}
