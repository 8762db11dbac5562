/** The types of docs/live-protocol.md: what goes over the socket of a live class. */

export type Role = 'teacher' | 'coteacher' | 'student' | 'observer';
export type Id = string;
/** What can be closed to students. */
export type Lock = 'chat' | 'board' | 'voice' | 'hands';
export type Signal = '' | 'slower' | 'again' | 'understand';

export interface Person {
	id: Id;
	name: string;
	role: Role;
	guest?: boolean;
	/** Waits to be admitted. */
	waiting?: boolean;
	muted?: boolean;
	/** Round trip in ms; absent = not known yet. */
	delay?: number;
	/** Share of voice that came too late, 0–1. */
	loss?: number;
	/** Share of the lesson's words that the student knows, 0–1; for staff alone. */
	readiness?: number;
	space?: string;
	signal?: Signal;
	/** Unix ms of the first join. */
	since?: number;
}

export interface Hand {
	person: Id;
	name: string;
	at: number;
}

export interface Message {
	message: Id;
	by: Id;
	name: string;
	at: number;
	text: string;
	replyTo?: Id;
	private?: boolean;
	term?: TermCard;
	deleted?: boolean;
}

export interface TermCard {
	id: Id;
	hanzi: string;
	pinyin: string;
	gloss: string;
}

export interface Page {
	page: Id;
	kind: 'blank' | 'grid' | 'slide';
	/** Characters of a grid page. */
	hanzi?: string;
	asset?: Id;
	width?: number;
	height?: number;
	deck?: Id;
}

export interface Stroke {
	object: Id;
	by: Id;
	kind: 'stroke';
	color: string;
	size: number;
	/** [x, y, p, dx, dy, dp, …], tenths of a unit; see the protocol. */
	points: number[];
}

export interface Shape {
	object: Id;
	by: Id;
	kind: 'line' | 'arrow' | 'rect' | 'ellipse' | 'text';
	x: number;
	y: number;
	w: number;
	h: number;
	color: string;
	size: number;
	text?: string;
}

export type BoardObject = Stroke | Shape;

export type PollKind = 'single' | 'multiple' | 'text' | 'spot';
export type PollAnswer = { choices?: number[]; text?: string; x?: number; y?: number };
export interface Tally {
	counts?: number[];
	texts?: [string, number][];
	spots?: [number, number][];
}
export interface Poll {
	poll: Id;
	kind: PollKind;
	question: string;
	options: string[];
	picture?: Id;
	graded: boolean;
	closed: boolean;
	shown: boolean;
	/** For staff always, for others once it is shown. */
	tally?: Tally;
	answers: number;
	correct?: number[];
	/** One's own answer. */
	mine?: PollAnswer;
	/** Who has answered an open poll, when staff joins; later answers come as events. */
	answered?: Id[];
}

export interface Sheet {
	person: Id;
	name: string;
	strokes: number[][];
	mark?: number;
	/** The teacher shows it to all. */
	shown?: boolean;
}
export interface WriteRound {
	round: Id;
	hanzi: string;
	ends?: number;
	closed: boolean;
	/** For staff all, for others those shown and one's own. */
	sheets: Sheet[];
}

export interface ReadRound {
	round: Id;
	lines: string[];
	person?: Id;
	name?: string;
	line?: number;
	/** Who has read already. */
	done: Id[];
}

export interface OnAir {
	person: Id;
	name: string;
	slot: number;
	voice: boolean;
	picture: boolean;
	screen: boolean;
	space?: string;
}

export interface Space {
	id: string;
	name: string;
	people: Id[];
}

/** The whole state of a class as one person sees it. */
export interface Room {
	state: 'waiting' | 'open' | 'ended';
	startedAt?: number;
	recording: boolean;
	/** For those who lead: what is recorded would be lost with the server. */
	recordingAtRisk?: boolean;
	locks: Record<Lock, boolean>;
	/** All students are muted. */
	muted: boolean;
	/** This person was muted by a teacher. */
	silenced?: boolean;
	/** One may take the air though voice is locked. */
	given?: boolean;
	/** One's own signal. */
	signal?: Signal;
	/** What one has said to being recorded. */
	consent?: boolean;
	count: number;
	waiting: number;
	hands: Hand[];
	staff: Person[];
	/** Sums for staff. */
	signals?: Record<string, number>;
	air: OnAir[];
	spaces: Space[];
	/** The space that this person is in. */
	space: string;
	chat: Message[];
	pinned?: Id;
	pages: Page[];
	page?: Id;
	/** Objects of the page that is shown; others by page.get. */
	objects: BoardObject[];
	poll?: Poll;
	write?: WriteRound;
	read?: ReadRound;
	timer?: { ends: number; seconds: number };
	/** When the breakout rooms close by themselves. */
	breakoutEnds?: number;
}

export interface Joined {
	you: { id: Id; name: string; role: Role; guest: boolean; connection: Id };
	epoch: string;
	offset: number;
	recovered: boolean;
	waiting: boolean;
	/** For the next connection. */
	ticket: string;
	class: { id: Id; title: string; course?: string; language?: string };
	room?: Room;
}

export interface Command {
	id: number;
	do: string;
	key?: Id;
	with?: unknown;
}
export interface Reply {
	id: number;
	offset?: number;
	result?: unknown;
	error?: { code: string; text: string; temporary: boolean };
}
export interface LogEvent<D = Record<string, unknown>> {
	event: string;
	offset: number;
	at: number;
	by?: Id;
	space?: string;
	to?: string;
	data: D;
}
export interface Push<D = Record<string, unknown>> {
	push: string;
	data: D;
}

export const SUBPROTOCOL = 'hanzhi.live.1';
/** Size of a page in units. */
export const PAGE = { width: 1600, height: 900 };
export const REACTIONS = ['👍', '👏', '❤️', '😂', '😮', '🎉', '🤔', '👎'];

/** Media frames: eight bytes and the payload. */
export const VOICE = 1;
export const PICTURE = 2;
export const SCREEN = 3;
export const KEY = 1;
export const CONFIG = 2;
export const H264 = 4;

export interface MediaFrame {
	kind: number;
	flags: number;
	slot: number;
	sequence: number;
	/** Sender's capture clock, ms, 32 bits. */
	time: number;
	payload: Uint8Array<ArrayBuffer>;
}

/** Reads a frame; undefined when it is too short to be one. */
export function readFrame(data: ArrayBuffer): MediaFrame | undefined {
	if (data.byteLength < 8) return undefined;
	const view = new DataView(data);
	const head = view.getUint8(0);
	return {
		kind: head >> 4,
		flags: head & 15,
		slot: view.getUint8(1),
		sequence: view.getUint16(2),
		time: view.getUint32(4),
		payload: new Uint8Array(data, 8)
	};
}

/** Writes a frame for the way up. */
export function writeFrame(frame: Omit<MediaFrame, 'slot'>): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(8 + frame.payload.length);
	const view = new DataView(bytes.buffer);
	view.setUint8(0, (frame.kind << 4) | frame.flags);
	view.setUint16(2, frame.sequence & 0xffff);
	view.setUint32(4, frame.time >>> 0);
	bytes.set(frame.payload, 8);
	return bytes;
}
