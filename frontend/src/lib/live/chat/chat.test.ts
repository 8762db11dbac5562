import type { LessonText } from '#lib/services/language.ts';
import { describe, expect, it, vi } from 'vitest';
import { FakeWorld } from '../fake-world.ts';
import { Live } from '../live.svelte.ts';
import { inOrder, atDoor, placeOf, qualityOf } from '../people/people.ts';
import type { Person, Room } from '../protocol.ts';
import { sends } from './enter.ts';
import { ChatOutbox } from './outbox.svelte.ts';
import { piecesOf } from './segments.ts';
import { ChatWords } from './words.svelte.ts';

const key = (init: KeyboardEventInit & { keyCode?: number }) =>
	new KeyboardEvent('keydown', { key: 'Enter', ...init });

describe('Enter', () => {
	it('sends', () => expect(sends(key({}))).toBe(true));

	it('chooses a word while an input method composes, in every browser', () => {
		expect(sends(key({ isComposing: true }))).toBe(false);
		expect(sends(key({ keyCode: 229 }))).toBe(false);
	});

	it('with Shift begins a new line', () => expect(sends(key({ shiftKey: true }))).toBe(false));
});

describe('a message', () => {
	const kinds = (text: string) => piecesOf(text).map(({ text: piece, kind }) => [kind, piece]);

	it('is cut into words of Chinese, addresses and the rest, and nothing is lost', () => {
		const text = 'Look: https://example.org/a?b=1，按 stop!';
		expect(kinds(text)).toEqual([
			['text', 'Look: '],
			['link', 'https://example.org/a?b=1'],
			['text', '，'],
			['chinese', '按'],
			['text', ' stop!']
		]);
		const long = '老师好！我们今天学 CNC 机床。';
		expect(
			piecesOf(long)
				.map(({ text: piece }) => piece)
				.join('')
		).toBe(long);
	});

	it('has its Chinese cut by the dictionary, asked for once and together', async () => {
		vi.useFakeTimers();
		const asked: string[][] = [];
		const token = (text: string) => ({ text, kind: 'word' as const });
		const words = new ChatWords(async (lines) => {
			asked.push(lines);
			const tokens = lines.map((text) => ({ text, tokens: [token(text)] }));
			return {
				level: 0,
				list: {},
				readiness: {},
				words: {},
				lines: tokens
			} as unknown as LessonText;
		});
		for (const line of ['老师好', '你好', '老师好', 'x'.repeat(400)]) words.want(line);
		await vi.advanceTimersByTimeAsync(500);
		words.want('再见');
		await vi.advanceTimersByTimeAsync(500);
		vi.useRealTimers();
		expect(asked).toEqual([['老师好', '你好'], ['再见']]);
		expect(words.language.tokens('你好')).toEqual([token('你好')]);
	});

	it('never has an address of another kind', () => {
		expect(kinds('javascript:alert(1)')).toEqual([['text', 'javascript:alert(1)']]);
	});
});

const ROOM = {
	state: 'open',
	recording: false,
	muted: false,
	locks: { chat: false, board: true, voice: true, hands: false },
	count: 1,
	waiting: 0,
	hands: [],
	staff: [],
	air: [],
	spaces: [],
	space: '',
	chat: [],
	pages: [],
	objects: []
} satisfies Room;

async function inside() {
	const world = new FakeWorld();
	const live = new Live({ id: 'class', ticket: async () => 't', url: 'ws://x', world });
	await world.pass(0);
	world.wire.admit({ room: structuredClone(ROOM) });
	await world.pass(0);
	return { world, live };
}

describe('what somebody writes', () => {
	it('is there until the class has it', async () => {
		const { world, live } = await inside();
		const box = new ChatOutbox(live);
		box.post({ text: '你好' });
		const [command] = world.wire.all('chat.post');
		expect([command.key, command.with]).toEqual([box.outgoing[0].id, { text: '你好' }]);
		world.wire.say({ id: command.id, result: {} });
		await world.pass(0);
		expect(box.outgoing).toEqual([]);
	});

	it('says why the class did not take it, and can be sent again under the same key', async () => {
		const { world, live } = await inside();
		const box = new ChatOutbox(live);
		box.post({ text: 'x' });
		const [{ id, key: first }] = world.wire.all('chat.post');
		world.wire.say({ id, error: { code: 'locked', text: '', temporary: false } });
		await world.pass(0);
		expect(box.outgoing[0].failed).toBeDefined();
		box.again(box.outgoing[0].id);
		expect(world.wire.all('chat.post').map((command) => command.key)).toEqual([first, first]);
		box.drop(box.outgoing[0].id);
	});

	it('survives a reload: the draft, and what was on its way', async () => {
		const before = new ChatOutbox((await inside()).live);
		before.draft = '半句';
		before.post({ text: 'on its way' });
		const { world, live } = await inside();
		const after = new ChatOutbox(live);
		expect(after.draft).toBe('半句');
		expect(world.wire.all('chat.post')[0]).toMatchObject({
			key: before.outgoing[0].id,
			with: { text: 'on its way' }
		});
	});
});

describe('the list of people', () => {
	const person = (id: string, name: string, change: Partial<Person> = {}): Person => ({
		id,
		name,
		role: 'student',
		...change
	});
	const people = [
		person('1', 'Zoé'),
		person('2', 'Amina'),
		person('3', 'Wang', { role: 'teacher' }),
		person('4', 'Late', { waiting: true, since: 9 }),
		person('5', 'Early', { waiting: true, since: 1 })
	];
	const hands = [{ person: '1', name: 'Zoé', at: 1 }];
	const names = (query = '', handDown = false) =>
		inOrder(people, hands, { query, handDown }, new Intl.Collator('en')).map(({ name }) => name);

	it('begins with those who lead, and leaves out who is at the door', () => {
		expect(names()).toEqual(['Wang', 'Amina', 'Zoé']);
		expect(atDoor(people).map(({ name }) => name)).toEqual(['Early', 'Late']);
	});

	it('is searched without regard to marks and case', () => expect(names('zoe')).toEqual(['Zoé']));

	it('shows who has not raised a hand', () => {
		expect(names('', true)).toEqual(['Amina']);
		expect([placeOf(hands, '1'), placeOf(hands, '2')]).toEqual([1, 0]);
	});

	it('says how a line carries the class', () => {
		expect([{}, { delay: 90 }, { delay: 90, loss: 0.05 }, { delay: 3000 }].map(qualityOf)).toEqual([
			undefined,
			'good',
			'fair',
			'weak'
		]);
	});
});
