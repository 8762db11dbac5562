import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Autosave } from './autosave.svelte.ts';
import { Journal } from './journal.ts';

/** One text that saves itself. */
class Text extends Autosave<string> {
	text = '';
	sent: string[] = [];
	saved = '';
	failing: unknown;
	refused: string | undefined;

	constructor() {
		super(new Journal<string>('pending', 'me', 'text'));
	}
	begin() {
		return this.opened();
	}
	write(text: string) {
		const before = this.text;
		const set = (value: string) => {
			this.text = value;
			this.changed();
		};
		set(text);
		this.history.add({ label: () => text, undo: () => set(before), redo: () => set(text) });
	}
	protected next() {
		if (this.text === this.saved || this.text === this.refused) return undefined;
		const text = this.text;
		return async () => {
			this.sent.push(text);
			if (this.failing) throw this.failing;
			if (text === 'bad') this.refused = text;
			else this.saved = text;
		};
	}
	protected kept() {
		return this.text === this.saved ? undefined : this.text;
	}
	protected rest() {
		return this.refused === this.text ? ('invalid' as const) : ('saved' as const);
	}
}

let work: Text;
beforeEach(async () => {
	vi.useFakeTimers();
	work = new Text();
	await work.begin();
});
afterEach(async () => {
	await work.close();
	vi.useRealTimers();
});

describe('work that saves itself', () => {
	it('is sent once after a pause, with all that was written meanwhile', async () => {
		for (const text of ['a', 'ab', 'abc']) work.write(text);
		expect([work.state, work.sent]).toEqual(['saving', []]);
		await vi.advanceTimersByTimeAsync(1_000);
		expect([work.state, work.sent]).toEqual(['saved', ['abc']]);
	});

	it('is sent at once when the field is left', async () => {
		work.write('a');
		work.leaveField();
		await vi.advanceTimersByTimeAsync(1);
		expect(work.sent).toEqual(['a']);
	});

	it('is tried again while the line is down, and at once when it is back', async () => {
		work.failing = new TypeError('no line');
		work.write('a');
		await vi.advanceTimersByTimeAsync(900);
		expect(work.state).toBe('retrying');
		await vi.advanceTimersByTimeAsync(1_500);
		expect(work.sent.length).toBe(2);
		work.failing = undefined;
		work.retry();
		await vi.advanceTimersByTimeAsync(1);
		expect(work.state).toBe('saved');
	});

	it('waits when nobody is signed in, and says so', async () => {
		work.failing = { status: 401 };
		work.write('a');
		await vi.advanceTimersByTimeAsync(60_000);
		expect([work.state, work.sent]).toEqual(['signed-out', ['a']]);
	});

	it('says what has to be mended', async () => {
		work.write('bad');
		await vi.advanceTimersByTimeAsync(1_000);
		expect(work.state).toBe('invalid');
		work.write('good');
		await vi.advanceTimersByTimeAsync(1_000);
		expect([work.state, work.saved]).toEqual(['saved', 'good']);
	});

	it('is undone and done again, and both are sent', async () => {
		work.write('a');
		await vi.advanceTimersByTimeAsync(1_000);
		work.undo();
		await vi.advanceTimersByTimeAsync(1_000);
		expect([work.saved, work.canRedo, work.announcement]).toEqual(['', true, 'Undone: a']);
		work.redo();
		await vi.advanceTimersByTimeAsync(1_000);
		expect(work.saved).toBe('a');
	});

	it('is safe while this browser keeps it or the server has it', async () => {
		(work as unknown as { journal: { works: boolean } }).journal.works = false;
		expect(work.safe).toBe(true);
		work.write('a');
		expect(work.safe).toBe(false);
	});
});
