import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRawSnippet } from 'svelte';
import { settled } from '#lib/language/reviews.svelte.ts';
import { known, LINE, WORDS } from './fake.ts';
import { daily, teach } from './plan.ts';
import { loadScheduler } from './scheduler.ts';
import Sitting from './Sitting.svelte';

// jsdom has no media; modules ask for them as soon as they are loaded.
vi.hoisted(() => {
	const none = { matches: false, addEventListener: () => {}, removeEventListener: () => {} };
	globalThis.matchMedia = () => none as unknown as MediaQueryList;
});

let shown: Record<string, unknown> | undefined;
let sent: { word: string; kind: string; rating?: number }[];

const one = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;
const text = (selector: string) => one(selector)?.textContent?.replace(/\s+/g, ' ').trim();

async function sit(turns: ReturnType<typeof daily>) {
	const onward = createRawSnippet(() => ({ render: () => '<a href="/today">on</a>' }));
	const props = {
		turns,
		pool: WORDS,
		scheduler: await loadScheduler(),
		account: 'me',
		back: '/today',
		day: { done: 0, goal: 20, streak: 2 },
		forecast: [1, 0, 0, 0, 0, 0, 0],
		onward
	};
	shown = mount(Sitting as unknown as Component<Record<string, unknown>>, {
		target: document.body,
		props
	});
	flushSync();
}

function press(key: string) {
	(document.activeElement ?? document.body).dispatchEvent(
		new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
	);
	flushSync();
}

beforeEach(() => {
	sent = [];
	globalThis.fetch = async (input) => {
		const body = (await (input as Request).json()) as { reviews: typeof sent };
		sent.push(...body.reviews);
		return new Response('{}', { headers: { 'Content-Type': 'application/json' } });
	};
});
afterEach(async () => {
	if (shown) await unmount(shown);
	shown = undefined;
});

// A young word with others to choose among is recognised.
const young = () => {
	const card = known(WORDS[0]!, 1, 3, { ...LINE, assetId: undefined, tokens: [] });
	const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
	return { ...card, memory: { ...card.memory, dueAt: ago(1), lastReviewAt: ago(25) } };
};

// The log may be sending nothing just when something is written: the next time takes it.
const arrived = (events: object[]) =>
	vi.waitFor(async () => {
		await settled('me');
		expect(sent).toMatchObject(events);
	});

describe('a sitting by keyboard', () => {
	it('asks, tells, offers grades with their waits, and ends with what was learnt', async () => {
		await sit(daily([young()]));
		expect(document.activeElement).toBe(one('.ask h2'));
		const at = [...document.querySelectorAll('.options button')].findIndex((button) =>
			button.textContent?.includes('spindle speed')
		);
		press(String(at + 1));
		expect(text('[aria-live]')).toMatch(/^Right 转速, zhuàn sù, spindle speed/);
		const grades = [...document.querySelectorAll('.grades button')];
		expect(grades.map((button) => button.getAttribute('aria-keyshortcuts'))).toEqual([
			'2',
			'3',
			'4'
		]);
		expect(grades[1]?.textContent).toMatch(/again in \d+ days/);
		expect(document.activeElement).toBe(grades[1]);
		press('4');
		// The end is a module of its own, fetched meanwhile.
		await vi.waitFor(() => expect(text('section.end h2')).toBe('Done: 1 word'));
		await arrived([{ word: '转速', kind: 'review', rating: 4, exercise: 'recognise' }]);
	});

	it('takes "I don’t know" for an answer and brings the word back', async () => {
		await sit(daily([young()]));
		[...document.querySelectorAll<HTMLElement>('.help button')].at(-1)!.click();
		flushSync();
		expect(text('[aria-live]')).toMatch(/^Not yet/);
		expect(document.querySelectorAll('.grades button')).toHaveLength(1);
		press('1');
		expect(one('.ask')).toBeTruthy();
	});

	it('undoes the last answer while it is on the device', async () => {
		await sit(daily([young(), known(WORDS[1]!, 1, 3)]));
		const first = text('.squares');
		press('1');
		press('1');
		press('3');
		expect(text('.squares')).not.toBe(first);
		const undo = [...document.querySelectorAll<HTMLButtonElement>('.bar button')].at(-1)!;
		expect(undo.disabled).toBe(false);
		undo.click();
		await new Promise((resolve) => setTimeout(resolve, 20));
		flushSync();
		expect(text('.squares')).toBe(first);
		await settled('me');
		expect(sent).toEqual([]);
	});

	it('shows a new word before it asks for it', async () => {
		const fresh = { ...young(), memory: { ...young().memory, state: 'new' as const } };
		await sit(teach([fresh]));
		expect(text('.meet')).toContain('spindle speed');
		[...document.querySelectorAll<HTMLElement>('.meet button')].at(-1)!.click();
		flushSync();
		expect(one('.ask')).toBeTruthy();
		await arrived([{ kind: 'keep', word: '转速' }]);
	});
});
