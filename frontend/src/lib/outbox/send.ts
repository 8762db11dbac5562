import { ApiError } from '#lib/api/client.ts';

/** How what was done here stands; `waiting` is kept on this device and will be sent by itself. */
export type Save = 'saved' | 'saving' | 'waiting';

/** Why sending failed, as far as an outbox has to care. */
export class SendFault extends Error {
	constructor(
		/** `passing`: try again later. `bad`: the server refuses the content. `signed-out`: wait for a sign-in. */
		readonly why: 'passing' | 'bad' | 'signed-out'
	) {
		super(why);
	}
}

/** Awaits a call of the API; rejects with a {@link SendFault} only. */
export async function sent<T>(answer: Promise<T>): Promise<T> {
	try {
		return await answer;
	} catch (error) {
		if (!(error instanceof ApiError)) throw new SendFault('passing');
		if (error.kind === 'unauthenticated') throw new SendFault('signed-out');
		throw new SendFault(error.kind === 'invalid' ? 'bad' : 'passing');
	}
}

/** Sends a batch; one that the server calls bad is halved until the bad ones are alone, and those are dropped. */
export async function sendHalving<T>(
	batch: T[],
	send: (batch: T[]) => Promise<void>,
	drop: (bad: T) => Promise<void>
): Promise<void> {
	try {
		await send(batch);
	} catch (error) {
		if (!(error instanceof SendFault) || error.why !== 'bad') throw error;
		if (batch.length === 1) return drop(batch[0]);
		const half = batch.length >> 1;
		await sendHalving(batch.slice(0, half), send, drop);
		await sendHalving(batch.slice(half), send, drop);
	}
}

/**
 * Runs work unless another tab of this browser is at the same; without locks all do, which is harmless where
 * sending twice is. False when another tab was at it.
 */
export async function alone(name: string, work: () => Promise<void>): Promise<boolean> {
	if (!navigator.locks) {
		await work();
		return true;
	}
	return navigator.locks.request(`hanzhi-${name}`, { ifAvailable: true }, async (lock) => {
		if (lock) await work();
		return lock !== null;
	});
}
