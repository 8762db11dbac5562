import { api, take, type Schema } from '#lib/api/client.ts';
import type { LogEvent } from '#lib/live/protocol.ts';

/** What is kept of a class. */
export type Replay = Schema<'Replay'>;
/** One kind of media of one person. */
export type ReplayTrack = Schema<'RecordedTrack'>;

export function replay(id: string): Promise<Replay> {
	return take(api.GET('/api/classes/{id}/replay', { params: { path: { id } } }));
}

/** The whole log, as far as the viewer may see it. */
export async function classLog(id: string): Promise<LogEvent[]> {
	const events: LogEvent[] = [];
	for (let after: number | undefined = 0; after !== undefined;) {
		const query: { after: number } = { after };
		const page = await take(
			api.GET('/api/classes/{id}/events', { params: { path: { id }, query } })
		);
		events.push(...(page.items as unknown as LogEvent[]));
		after = page.next;
	}
	return events;
}

/** What is shown of a recording, in ms since the class was started; to = 0: up to its end. */
export function trim(id: string, from: number, to: number): Promise<unknown> {
	return api.PUT('/api/classes/{id}/trim', { params: { path: { id } }, body: { from, to } });
}

/** Cuts a recorded voice or picture out for good. */
export function cutTrack(id: string, track: string): Promise<unknown> {
	return api.DELETE('/api/classes/{id}/tracks/{track}', { params: { path: { id, track } } });
}

/** What a recorded class was published as, and the lessons that it may go into. */
export type Publications = Schema<'ClassPublications'>;
export type Publication = Schema<'ClassPublication'>;

export function publications(id: string): Promise<Publications> {
	return take(api.GET('/api/classes/{id}/publications', { params: { path: { id } } }));
}

/** Publishes what is shown of a recorded class, as soon as its video is made. The same id again is the same publication. */
export function publishClass(
	id: string,
	publication: string,
	body: Schema<'NewClassPublication'>
): Promise<Publication> {
	const params = { path: { id, publication } };
	return take(api.PUT('/api/classes/{id}/publications/{publication}', { params, body }));
}
