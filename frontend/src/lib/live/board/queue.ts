import type { Id } from '../protocol.ts';

const keyOf = (id: Id) => `hanzhi:writing-queue:${id}`;

/** Characters that a teacher means to have written after the present one; kept over a reload. */
export function queueOf(id: Id): string[] {
	try {
		const kept = JSON.parse(sessionStorage.getItem(keyOf(id)) ?? '[]') as unknown;
		return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : [];
	} catch {
		return [];
	}
}

export function keepQueue(id: Id, characters: readonly string[]): void {
	try {
		sessionStorage.setItem(keyOf(id), JSON.stringify(characters));
	} catch {
		// The rounds that follow can be started by hand.
	}
}
