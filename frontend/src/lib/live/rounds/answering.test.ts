import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Answering } from './answering.svelte.ts';

/** A class in which each command waits until the test answers it. */
function slowClass() {
	const asked: { answer: unknown; settle: (error?: unknown) => Promise<void> }[] = [];
	return {
		asked,
		live: {
			do: <T>(_: string, body?: unknown) =>
				new Promise<T>((resolve, reject) => {
					asked.push({
						answer: (body as { answer: unknown }).answer,
						settle: async (error) => {
							if (error) reject(error);
							else resolve(undefined as T);
							await vi.advanceTimersByTimeAsync(0);
						}
					});
				})
		}
	};
}

describe('An answer to a poll', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	it('is shown at once, and as saved when the class has it', async () => {
		const { live, asked } = slowClass();
		const answering = new Answering(live, 'p');
		answering.give({ choices: [1] });
		expect([answering.value, answering.state]).toEqual([{ choices: [1] }, 'sending']);
		await asked[0].settle();
		expect(answering.state).toBe('saved');
	});

	it('is not called saved by the reply to an older one', async () => {
		const { live, asked } = slowClass();
		const answering = new Answering(live, 'p');
		answering.give({ choices: [1] });
		answering.give({ choices: [2] });
		await asked[0].settle();
		expect(answering.state).toBe('sending');
		await asked[1].settle();
		expect(answering.state).toBe('saved');
	});

	it('is sent once when a hand walks over the options', async () => {
		const { live, asked } = slowClass();
		const answering = new Answering(live, 'p');
		for (const index of [0, 1, 2]) answering.give({ choices: [index] }, true);
		await vi.advanceTimersByTimeAsync(1000);
		expect(asked.map(({ answer }) => answer)).toEqual([{ choices: [2] }]);
	});

	it('says why it was refused and can be sent again', async () => {
		const { live, asked } = slowClass();
		const answering = new Answering(live, 'p');
		answering.give({ text: '车' });
		await asked[0].settle({ code: 'ended' });
		expect(answering.state).toBe('failed');
		answering.again();
		expect(asked[1].answer).toEqual({ text: '车' });
	});

	it('that was given before the page was loaded is there', () => {
		const answering = new Answering(slowClass().live, 'p', { choices: [0] });
		expect([answering.value, answering.state]).toEqual([{ choices: [0] }, 'saved']);
	});
});
