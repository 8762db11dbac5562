import { call } from '#lib/api/client.ts';
import type { Text } from '../types';

/** An occupational field: an ISCO-08 unit group. */
export interface Trade {
	code: string;
	title: Text;
}

let asking: Promise<Trade[]> | undefined;

/** The trades a course can be for; asked once, and again after a failure. */
export function trades(): Promise<Trade[]> {
	asking ??= call<{ items: Trade[] }>('GET', '/api/trades')
		.then((answer) => answer.items)
		.catch((error: unknown) => {
			asking = undefined;
			throw error;
		});
	return asking;
}
