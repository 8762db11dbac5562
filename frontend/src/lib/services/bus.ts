/** What parts of the app tell each other without knowing each other. */
export interface Events {
	/** Someone is about to be signed out: send what is unsent, then forget what is personal. */
	'sign-out': undefined;
	/** Someone has joined or left a course. */
	'enrolment-changed': { courseId: string };
}

type Handler<E extends keyof Events> = (detail: Events[E]) => void | Promise<void>;

const handlers = new Map<keyof Events, Set<Handler<never>>>();

/** Listens to an event; the answer stops listening. */
export function on<E extends keyof Events>(event: E, handler: Handler<E>): () => void {
	const all = handlers.get(event) ?? new Set();
	handlers.set(event, all.add(handler as Handler<never>));
	return () => void all.delete(handler as Handler<never>);
}

/** Tells an event and waits until every listener is done; one that fails does not stop the others. */
export async function emit<E extends keyof Events>(event: E, detail: Events[E]): Promise<void> {
	const all = [...(handlers.get(event) ?? [])] as Handler<E>[];
	await Promise.allSettled(all.map(async (handler) => handler(detail)));
}
