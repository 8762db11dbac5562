import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRawSnippet } from 'svelte';
import { ApiError } from '#lib/api/errors.ts';
import Button from './Button.svelte';
import ErrorState from './ErrorState.svelte';
import Field from './Field.svelte';
import Menu from './Menu.svelte';
import Progress from './Progress.svelte';
import { dismiss, hold, release, toast, toasts } from './toasts.svelte.ts';
import Toasts from './Toasts.svelte';

const text = (words: string) => createRawSnippet(() => ({ render: () => `<span>${words}</span>` }));
const one = <E extends HTMLElement>(selector: string) => document.querySelector<E>(selector)!;
let shown: Record<string, unknown>[] = [];

function show(component: unknown, props: Record<string, unknown>): void {
	shown.push(
		mount(component as Component<Record<string, unknown>>, { target: document.body, props })
	);
	flushSync();
}

function press(key: string): void {
	document.activeElement?.dispatchEvent(
		new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
	);
	flushSync();
}

afterEach(async () => {
	await Promise.all(shown.map((component) => unmount(component)));
	shown = [];
});

describe('a button', () => {
	it('does not act while it is busy, and says so', () => {
		const onclick = vi.fn();
		show(Button, {
			busy: true,
			onclick,
			children: text('Send')
		});
		one('button').click();
		expect(onclick).not.toHaveBeenCalled();
		expect(one('button').getAttribute('aria-busy')).toBe('true');
	});
});

describe('a field', () => {
	it('ties its label, hint and error to the input', () => {
		show(Field, {
			label: 'E-mail',
			hint: 'Yours',
			error: 'Not right'
		});
		const input = one<HTMLInputElement>('input');
		const told = input
			.getAttribute('aria-describedby')!
			.split(' ')
			.map((id) => document.getElementById(id)!.textContent);
		expect([input.labels![0].textContent, input.getAttribute('aria-invalid')]).toEqual([
			'E-mail',
			'true'
		]);
		expect(told.join('|')).toMatch(/Yours\|\s*Not right/);
	});

	it('keeps addresses left to right and lets other text find its way', () => {
		show(Field, { label: 'a', type: 'email' });
		show(Field, { label: 'b' });
		expect([...document.querySelectorAll('input')].map((input) => input.dir)).toEqual([
			'ltr',
			'auto'
		]);
	});
});

describe('a menu', () => {
	const acted = vi.fn();

	beforeEach(() => {
		acted.mockClear();
		const items = ['One', 'Two', 'Three'].map((label) => ({ label, act: () => acted(label) }));
		show(Menu, {
			label: 'Things',
			items,
			children: text('…')
		});
		one('button').click();
		flushSync();
	});

	it('opens with its first line in focus and walks round with the arrows', () => {
		expect(document.activeElement?.textContent?.trim()).toBe('One');
		press('ArrowUp');
		expect(document.activeElement?.textContent?.trim()).toBe('Three');
		press('ArrowDown');
		press('ArrowDown');
		expect(document.activeElement?.textContent?.trim()).toBe('Two');
	});

	it('closes on Escape and gives the focus back', () => {
		press('Escape');
		expect(one('[role="menu"]')).toBeNull();
		expect(document.activeElement?.getAttribute('aria-haspopup')).toBe('menu');
	});

	it('does what was chosen', () => {
		(document.activeElement as HTMLElement).click();
		flushSync();
		expect(acted).toHaveBeenCalledWith('One');
		expect(one('[role="menu"]')).toBeNull();
	});
});

describe('progress', () => {
	it('is told in whole per cent and stays within its bar', () => {
		show(Progress, { fraction: 1.4, label: 'Course' });
		expect(one('[role="progressbar"]').getAttribute('aria-valuenow')).toBe('100');
	});

	it('claims no figure while nobody knows it', () => {
		show(Progress, { label: 'Course' });
		expect(one('[role="progressbar"]').hasAttribute('aria-valuenow')).toBe(false);
	});
});

describe('an error on a page', () => {
	it('offers another try only where one can help', () => {
		const retry = vi.fn();
		const error = (kind: 'offline' | 'not-found') => new ApiError(kind, { status: 0 });
		show(ErrorState, { error: error('not-found'), retry });
		expect(one('button')).toBeNull();
		show(ErrorState, { error: error('offline'), retry });
		one('button').click();
		expect(retry).toHaveBeenCalledOnce();
	});
});

describe('a notice', () => {
	beforeEach(() => {
		vi.useFakeTimers();
		return () => {
			toasts().forEach((shownOne) => dismiss(shownOne.id));
			vi.useRealTimers();
		};
	});

	it('goes by itself, later when it offers a way back', () => {
		toast('Saved');
		toast('Deleted', () => undefined);
		vi.advanceTimersByTime(7_000);
		expect(toasts().map((shownOne) => shownOne.text)).toEqual(['Deleted']);
		vi.advanceTimersByTime(6_000);
		expect(toasts()).toEqual([]);
	});

	it('waits while someone is at it', () => {
		toast('Saved');
		const [first] = toasts();
		hold(first.id);
		vi.advanceTimersByTime(60_000);
		expect(toasts()).toHaveLength(1);
		release(first);
		vi.advanceTimersByTime(7_000);
		expect(toasts()).toEqual([]);
	});

	it('takes the deed back when asked, and is gone', () => {
		const undo = vi.fn();
		show(Toasts, {});
		toast('Deleted', undo);
		flushSync();
		one('.toast button').click();
		flushSync();
		expect(undo).toHaveBeenCalledOnce();
		expect(one('.toast')).toBeNull();
	});
});
