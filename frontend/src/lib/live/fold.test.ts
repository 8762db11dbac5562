import { describe, expect, it } from 'vitest';
import { apply, HeldSheet, roomOf, type RoomState } from './fold.ts';
import { Board, PageObjects } from './objects.ts';
import type { BoardObject, LogEvent, Room, Stroke } from './protocol.ts';

const ROOM: Room = {
	state: 'waiting',
	recording: false,
	locks: { chat: false, board: true, voice: true, hands: false },
	muted: false,
	count: 2,
	waiting: 3,
	hands: [],
	staff: [{ id: 'teacher', name: 'Li', role: 'teacher' }],
	air: [],
	spaces: [],
	space: '',
	chat: [],
	pages: [],
	objects: []
};
const me = { id: 'me', staff: false };
let last = 0;

function happened(event: string, data: object = {}, by = 'teacher'): LogEvent {
	last++;
	return { event, offset: last, at: 1000 + last, by, data: data as Record<string, unknown> };
}

/** A room in which this has happened. */
function after(...events: [string, object?, string?][]): RoomState {
	const room = roomOf(structuredClone(ROOM));
	for (const [name, data, by] of events) apply(room, happened(name, data, by), me);
	return room;
}

describe('the class', () => {
	it('starts and ends', () => {
		const room = after(['class.opened', { title: 'x' }], ['class.started']);
		expect(room.state).toBe('open');
		expect(room.startedAt).toBe(1000 + last);
		apply(room, happened('class.ended'), me);
		expect(room.state).toBe('ended');
	});

	it('locks and unlocks what there is to lock', () => {
		expect(after(['room.locked', { what: 'chat', on: true }]).locks.chat).toBe(true);
		expect(after(['room.locked', { what: 'board', on: false }]).locks.board).toBe(false);
		expect(after(['room.locked', { what: 'door', on: true }]).locks).toEqual(ROOM.locks);
	});

	it('has a timer until it is put off', () => {
		const room = after(['timer.set', { ends: 9, seconds: 60 }]);
		expect(room.timer).toEqual({ ends: 9, seconds: 60 });
		apply(room, happened('timer.set', { ends: 0, seconds: 0 }), me);
		expect(room.timer).toBeUndefined();
	});

	it('remembers what one said to being recorded, and one’s own signal', () => {
		const room = after(
			['consent.given', { person: 'me', agree: false }],
			['signal.set', { person: 'me', value: 'again' }]
		);
		expect([room.consent, room.signal]).toEqual([false, 'again']);
	});

	it('is recorded, or not', () => {
		expect(after(['record.set', { on: true }]).recording).toBe(true);
		expect(after(['record.set', { on: true }], ['record.set', { on: false }]).recording).toBe(
			false
		);
	});

	it('is recorded at a risk until the recording is safe, or over', () => {
		const risky = [
			['record.set', { on: true }],
			['record.risk', { on: true }]
		] as [string, object][];
		expect(after(...risky).recordingAtRisk).toBe(true);
		expect(after(...risky, ['record.risk', { on: false }]).recordingAtRisk).toBe(false);
		expect(after(...risky, ['record.set', { on: false }]).recordingAtRisk).toBe(false);
	});

	it('stays as it is when it does not know what has happened', () => {
		const events = ['node.gone', 'person.joined', 'person.left', 'of.tomorrow'];
		expect(after(...events.map((name) => [name] as [string]))).toEqual(roomOf(ROOM));
	});
});

describe('people', () => {
	it('are admitted one by one or all at once', () => {
		expect(after(['person.admitted', { person: 'a' }]).waiting).toBe(2);
		expect(after(['person.admitted', {}]).waiting).toBe(0);
	});

	it('lead when they are promoted, under the name they were seen with, and no longer when put back', () => {
		const room = after(
			['chat.posted', { message: '1', name: 'Amina', text: 'hi' }, 'a'],
			['person.role', { person: 'a', role: 'coteacher' }]
		);
		expect(room.staff[1]).toEqual({ id: 'a', name: 'Amina', role: 'coteacher' });
		apply(room, happened('person.role', { person: 'a', role: 'student' }), me);
		expect(room.staff.map(({ id }) => id)).toEqual(['teacher']);
	});

	it('are muted alone or all together', () => {
		expect(after(['person.muted', { on: true }]).muted).toBe(true);
		expect(after(['person.muted', { person: 'me', on: true }]).silenced).toBe(true);
		expect(after(['person.muted', { person: 'other', on: true }]).silenced).toBeUndefined();
	});

	it('that are removed leave nothing behind', () => {
		const room = after(
			['hand.raised', { person: 'a', name: 'A' }, 'a'],
			['air.changed', { person: 'a', name: 'A', slot: 1, voice: true }, 'a'],
			['breakout.opened', { spaces: [{ id: 's', name: 'S', people: ['a', 'b'] }] }],
			['person.removed', { person: 'a' }]
		);
		expect([room.hands, room.air, room.spaces[0].people]).toEqual([[], [], ['b']]);
	});

	it('raise a hand once, in order, and lower it', () => {
		const room = after(
			['hand.raised', { person: 'b', name: 'B' }],
			['hand.raised', { person: 'a', name: 'A' }],
			['hand.raised', { person: 'b', name: 'B' }]
		);
		expect(room.hands.map(({ person }) => person)).toEqual(['b', 'a']);
		apply(room, happened('hand.lowered', { person: 'b' }), me);
		expect(room.hands.map(({ person }) => person)).toEqual(['a']);
		apply(room, happened('hand.lowered', {}), me);
		expect(room.hands).toEqual([]);
	});

	it('count with one signal each', () => {
		const room = after(
			['signal.set', { person: 'a', value: 'slower' }],
			['signal.set', { person: 'b', value: 'slower' }],
			['signal.set', { person: 'a', value: 'again' }],
			['signal.set', { person: 'b', value: '' }]
		);
		expect(room.signals).toEqual({ slower: 0, again: 1 });
	});
});

describe('the chat', () => {
	const posted = { message: '1', name: 'Amina', text: '你好', replyTo: '0' };

	it('has each message once', () => {
		const room = after(['chat.posted', posted, 'a'], ['chat.posted', posted, 'a']);
		expect(room.chat).toEqual([{ ...posted, by: 'a', at: 1000 + last - 1 }]);
	});

	it('forgets the words of a deleted message', () => {
		const room = after(
			['chat.posted', posted, 'a'],
			['chat.pinned', { message: '1' }],
			['chat.deleted', { message: '1' }]
		);
		expect(room.chat[0]).toMatchObject({ deleted: true, text: '' });
		apply(room, happened('chat.deleted', { message: 'unknown' }), me);
	});

	it('pins and unpins', () => {
		expect(after(['chat.pinned', { message: '1' }]).pinned).toBe('1');
		expect(after(['chat.pinned', { message: '1' }], ['chat.pinned', {}]).pinned).toBeUndefined();
	});
});

describe('the pages of the board', () => {
	const deck = {
		deck: 'd',
		title: 'Slides',
		pages: [1, 2].map((n) => ({ page: `d${n}`, asset: `a${n}`, width: 10, height: 5 }))
	};

	it('come as decks and one by one, and what came last is shown', () => {
		const room = after(
			['deck.added', deck],
			['page.added', { page: 'b', kind: 'blank', after: 'd1' }]
		);
		expect(room.pages.map(({ page }) => page)).toEqual(['d1', 'b', 'd2']);
		expect(room.pages[0]).toMatchObject({ kind: 'slide', deck: 'd', asset: 'a1' });
		expect(room.page).toBe('b');
	});

	it('come once', () => {
		const page = { page: 'b', kind: 'grid', hanzi: '停' };
		expect(after(['page.added', page], ['page.added', page]).pages).toEqual([page]);
		expect(after(['deck.added', deck], ['deck.added', deck]).pages).toHaveLength(2);
	});

	it('are shown when they are there', () => {
		expect(after(['deck.added', deck], ['page.shown', { page: 'd2' }]).page).toBe('d2');
		expect(after(['deck.added', deck], ['page.shown', { page: 'x' }]).page).toBe('d1');
	});

	it('go, and the one before is shown; the last one stays', () => {
		const shown: [string, object][] = [
			['deck.added', deck],
			['page.shown', { page: 'd2' }]
		];
		expect(after(...shown, ['page.removed', { page: 'd2' }]).page).toBe('d1');
		expect(after(...shown, ['page.removed', { page: 'd1' }]).page).toBe('d2');
		expect(
			after(...shown, ['page.removed', { page: 'd1' }], ['page.removed', { page: 'd2' }]).page
		).toBe('d2');
	});
});

describe('rounds', () => {
	const poll = { poll: 'p', kind: 'single', question: '?', options: ['a', 'b'], graded: false };

	it('a poll keeps one’s own answer until it is closed', () => {
		const room = after(
			['poll.opened', poll],
			['poll.answered', { poll: 'p', person: 'me', answer: { choices: [0] } }],
			['poll.answered', { poll: 'p', person: 'other', answer: { choices: [0] } }],
			['poll.answered', { poll: 'p', person: 'me', answer: { choices: [1] } }],
			['poll.closed', { poll: 'p' }],
			['poll.answered', { poll: 'p', person: 'me', answer: { choices: [0] } }]
		);
		expect(room.poll).toMatchObject({ mine: { choices: [1] }, closed: true });
	});

	it('a poll is shown with its tally; another one is left alone', () => {
		const shown = { poll: 'p', tally: { counts: [1, 2] }, correct: [1] };
		expect(after(['poll.opened', poll], ['poll.shown', shown]).poll).toMatchObject({
			shown: true,
			tally: { counts: [1, 2] },
			correct: [1]
		});
		const other = after(['poll.opened', poll], ['poll.shown', { ...shown, poll: 'x' }]);
		expect(other.poll?.shown).toBe(false);
	});

	it('a writing round has one sheet of each, and shows those that the teacher chose', () => {
		const sheet = { round: 'w', person: 'a', name: 'A', strokes: [[1, 2]] };
		const room = after(
			['write.opened', { round: 'w', hanzi: '停', ends: 5 }],
			['write.submitted', sheet],
			['write.submitted', { ...sheet, strokes: [[3, 4]] }],
			['write.shown', { round: 'w', sheets: [{ person: 'b', name: 'B', strokes: [[5, 6]] }] }],
			['write.closed', { round: 'w' }],
			['write.submitted', { ...sheet, person: 'late' }]
		);
		expect(room.write?.closed).toBe(true);
		expect(room.write?.sheets).toEqual([
			new HeldSheet('a', 'A', [[3, 4]]),
			new HeldSheet('b', 'B', [[5, 6]], undefined, true)
		]);
	});

	it('a reading round goes from one to the next', () => {
		const room = after(
			['read.opened', { round: 'r', lines: ['一', '二'] }],
			['read.called', { round: 'r', person: 'a', name: 'A', line: 0 }],
			['read.called', { round: 'r', person: 'b', name: 'B', line: 1 }],
			['read.called', { round: 'x', person: 'c', name: 'C', line: 1 }]
		);
		expect(room.read).toMatchObject({ person: 'b', name: 'B', line: 1, done: ['a'] });
		apply(room, happened('read.closed', { round: 'x' }), me);
		expect(room.read).toBeDefined();
		apply(room, happened('read.closed', { round: 'r' }), me);
		expect(room.read).toBeUndefined();
	});
});

describe('the air', () => {
	const on = { person: 'me', name: 'Mei', slot: 2, voice: true, picture: false, screen: false };

	it('has one person in a slot: who was there before is gone', () => {
		const [a, b] = ['a', 'b'].map((person) => ({ person, name: person, slot: 1, voice: true }));
		const c = { person: 'c', name: 'c', slot: 2, voice: true };
		const room = after(
			['air.changed', a, 'a'],
			['air.changed', c, 'c'],
			['air.changed', b, 'b'],
			['air.changed', { person: 'd', name: 'd', slot: 2, voice: false }, 'd']
		);
		expect(room.air).toEqual([c, b]);
	});

	it('is changed and left', () => {
		const room = after(['air.changed', on, 'me'], ['air.changed', { ...on, picture: true }, 'me']);
		expect(room.air).toEqual([{ ...on, picture: true }]);
		apply(room, happened('air.changed', { ...on, voice: false }, 'me'), me);
		expect(room.air).toEqual([]);
	});

	it('once given stays given, until a teacher takes it', () => {
		const room = after(['air.given', { person: 'me' }], ['air.changed', on, 'me']);
		expect(room.given).toBe(true);
		apply(room, happened('air.changed', { ...on, voice: false }, 'me'), me);
		expect(room.given).toBe(true);
		apply(room, happened('air.changed', { ...on, voice: false }, 'teacher'), me);
		expect(room.given).toBe(false);
		expect(after(['air.given', { person: 'other' }]).given).toBeUndefined();
	});

	it('is left to those it was given to when voice is closed', () => {
		const air = (person: string, slot: number): [string, object, string] => [
			'air.changed',
			{ ...on, person, slot },
			person
		];
		const room = after(air('teacher', 0), air('a', 1), air('b', 2), ['air.given', { person: 'b' }]);
		apply(room, happened('room.locked', { what: 'voice', on: true }), me);
		expect(room.air.map(({ person }) => person)).toEqual(['teacher', 'b']);
	});

	it('loses the voices of all students, or of one, when they are muted', () => {
		const room = after(
			['air.changed', { ...on, person: 'teacher' }],
			['air.changed', { ...on, person: 'a', slot: 4, picture: true }, 'a'],
			['air.changed', { ...on, person: 'b', slot: 5 }, 'b'],
			['person.muted', { on: true }]
		);
		expect(room.air.map(({ person, voice }) => [person, voice])).toEqual([
			['teacher', true],
			['a', false]
		]);
	});

	it('goes to who is called to read, and back', () => {
		const room = after(
			['read.opened', { round: 'r', lines: ['一', '二'] }],
			['read.called', { round: 'r', person: 'me', name: 'Mei', line: 0 }],
			['air.changed', on, 'me']
		);
		expect(room.given).toBe(true);
		apply(room, happened('read.called', { round: 'r', person: 'b', name: 'B', line: 1 }), me);
		expect([room.given, room.air]).toEqual([false, []]);
	});
});

describe('breakout rooms', () => {
	it('open, take people and close', () => {
		const spaces = [
			{ id: '1', name: 'One', people: ['a', 'b'] },
			{ id: '2', name: 'Two', people: [] }
		];
		const room = after(
			['breakout.opened', { spaces, ends: 7 }],
			['breakout.moved', { person: 'a', space: '2' }],
			['breakout.moved', { person: 'b', space: '' }]
		);
		expect(room.spaces.map(({ people }) => people)).toEqual([[], ['a']]);
		expect(room.breakoutEnds).toBe(7);
		apply(room, happened('breakout.closed'), me);
		expect([room.spaces, room.breakoutEnds]).toEqual([[], undefined]);
	});
});

describe('what is drawn', () => {
	const stroke = (points: number[], object = 's'): [string, object] => [
		'stroke.added',
		{ page: 'p', object, color: '#000', size: 4, points }
	];
	function page(...events: [string, object, string?][]): PageObjects {
		const objects = new PageObjects();
		for (const event of events) objects.apply(happened(...event));
		return objects;
	}

	it('grows with every message of a stroke', () => {
		const objects = page(stroke([1, 2, 3]), stroke([4, 5, 6]));
		expect((objects.get('s') as Stroke).points).toEqual([1, 2, 3, 4, 5, 6]);
	});

	it('is not written into by somebody else', () => {
		const objects = page(stroke([1, 2, 3]), [...stroke([4, 5, 6]), 'thief']);
		expect((objects.get('s') as Stroke).points).toEqual([1, 2, 3]);
	});

	it('is put again under the same id, and keeps its place and its maker', () => {
		const put = (x: number, by?: string): [string, object, string?] => [
			'object.put',
			{ page: 'p', object: 'r', shape: { kind: 'rect', x } },
			by
		];
		const objects = page(put(1, 'a'), stroke([1, 2, 3]), put(2, 'b'));
		expect(objects.list().map(({ object }) => object)).toEqual(['r', 's']);
		expect(objects.get('r')).toMatchObject({ x: 2, by: 'a' });
	});

	it('goes and comes back where it was', () => {
		const objects = page(stroke([1, 2, 3], 'a'), stroke([1, 2, 3], 'b'));
		objects.apply(happened('object.removed', { page: 'p', objects: ['a', 'unknown'] }));
		expect(objects.list().map(({ object }) => object)).toEqual(['b']);
		objects.apply(happened('object.restored', { page: 'p', objects: ['a'] }));
		expect(objects.list().map(({ object }) => object)).toEqual(['a', 'b']);
		objects.apply(happened('page.cleared', { page: 'p' }));
		expect(objects.list()).toEqual([]);
		objects.apply(happened('object.restored', { page: 'p', objects: ['b'] }));
		expect(objects.list().map(({ object }) => object)).toEqual(['b']);
	});

	it('is fetched once, and what happens meanwhile is neither lost nor doubled', async () => {
		let answer: (page: { objects: BoardObject[]; offset: number }) => void = () => undefined;
		const told: string[] = [];
		let asked = 0;
		const board = new Board(
			() => (asked++, new Promise((resolve) => (answer = resolve))),
			(page) => told.push(page)
		);
		const [first, second] = [happened(...stroke([1, 2, 3])), happened(...stroke([4, 5, 6]))];
		const loading = Promise.all([board.load('p'), board.load('p')]);
		board.apply(first);
		board.apply(second);
		const held: Stroke = {
			object: 's',
			by: 'teacher',
			kind: 'stroke',
			color: '#000',
			size: 4,
			points: [1, 2, 3]
		};
		answer({ objects: [held], offset: first.offset });
		await loading;
		expect((board.page('p')?.get('s') as Stroke).points).toEqual([1, 2, 3, 4, 5, 6]);
		expect([asked, told]).toEqual([1, ['p']]);
	});

	it('is asked for when something comes back that was never seen here', async () => {
		const asked: string[] = [];
		const board = new Board(
			async (page) => (asked.push(page), { objects: [], offset: 0 }),
			() => undefined
		);
		board.reset('p', [], 0);
		board.apply(happened('object.restored', { page: 'p', objects: ['old'] }));
		expect(asked).toEqual(['p']);
	});

	it('need not be asked for on a new page', () => {
		const board = new Board(
			() => Promise.reject(new Error('not asked')),
			() => undefined
		);
		board.apply(happened('page.added', { page: 'n', kind: 'blank' }));
		expect(board.page('n')?.list()).toEqual([]);
		board.apply(happened('page.removed', { page: 'n' }));
		expect(board.page('n')).toBeUndefined();
	});
});
