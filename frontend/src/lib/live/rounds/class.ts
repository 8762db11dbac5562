import { m } from '#lib/i18n';
import { toast } from '#lib/ui/toasts.svelte.ts';
import type { Id, Joined, LogEvent, Person, Room } from '../protocol.ts';

/** What the rounds need of a live class; `Live` of ../live.svelte.ts has it. Reactive where `Live` is. */
export interface LiveClass {
	readonly id: Id;
	readonly room?: Omit<Room, 'objects'>;
	readonly you?: Joined['you'];
	readonly about?: Joined['class'];
	/** Leads the class. */
	readonly staff: boolean;
	/** Filled while somebody watches. */
	readonly people: ReadonlyMap<Id, Person>;
	/** Does a command; rejects with {code, text, temporary}. */
	do<T = unknown>(name: string, body?: unknown, key?: Id): Promise<T>;
	on<D = never>(name: string, listener: (data: D, event?: LogEvent) => void): () => void;
	/** The server's clock, Unix ms. */
	now(): number;
	watchPeople(): () => void;
}

/** Why a command was not done, in the reader's language. */
export function refusal(error: unknown): string {
	const { code } = (error ?? {}) as { code?: string };
	switch (code) {
		case 'forbidden':
			return m.rounds_refused_forbidden();
		case 'locked':
			return m.rounds_refused_locked();
		case 'not_found':
			return m.rounds_refused_gone();
		case 'ended':
			return m.rounds_refused_ended();
		case 'too_fast':
			return m.rounds_refused_fast();
		case 'too_large':
			return m.rounds_refused_large();
		default:
			return m.rounds_refused();
	}
}

/** Does a command and says so when it was refused. Tells whether it was done. */
export async function attempt(live: LiveClass, name: string, body: unknown = {}): Promise<boolean> {
	try {
		await live.do(name, body);
		return true;
	} catch (error) {
		toast(refusal(error));
		return false;
	}
}

/** Students who are in the class now, by name. */
export function studentsOf(live: LiveClass): Person[] {
	return [...live.people.values()]
		.filter(({ role, waiting }) => role === 'student' && !waiting)
		.sort((a, b) => a.name.localeCompare(b.name));
}

/** Where a picture of the class is fetched. */
export function pictureOf(live: LiveClass, asset: Id): string {
	return `/api/classes/${live.id}/pictures/${asset}`;
}
