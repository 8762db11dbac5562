import { api, call, take, type Schema } from '#lib/api/client.ts';
import { sent } from '#lib/outbox/send.ts';

/** How a character is written: outlines and middle lines of its strokes, in the form that hanzi-writer reads. */
export interface Drawing {
	strokes: string[];
	medians: [x: number, y: number][][];
}
/** A character that the learner wrote, as it is sent. */
export type NewWriting = Schema<'NewWriting'>;
/** The last writings of a character, and how many there are. */
export type Writings = Schema<'Writings'>;
/** A character that a drawing may be. */
export type Handwritten = Schema<'Handwritten'>;

/** How characters are written, by character; those that nobody knows to write are left out. */
export async function strokesOf(characters: string): Promise<Record<string, Drawing>> {
	const params = { query: { characters } };
	return (await take(api.GET('/api/strokes', { params }))).items as Record<string, Drawing>;
}

/** The characters that a drawing looks like. Points are [x, y] in a square of 1024 units, y going down. */
export async function recognise(
	strokes: [number, number][][],
	signal?: AbortSignal
): Promise<Handwritten[]> {
	const answer = await take(
		api.POST('/api/dictionary/handwriting', { body: { strokes, limit: 10 }, signal })
	);
	return answer.items;
}

/** The learner's last writings of a character. */
export function writings(character: string, limit = 5): Promise<Writings> {
	return take(api.GET('/api/writings', { params: { query: { character, limit } } }));
}

/** Sends writings; rejects with a `SendFault`. While leaving, the request outlives the page. */
export function sendWritings(items: NewWriting[], leaving: boolean): Promise<void> {
	return sent(call('POST', '/api/writings', { body: { writings: items }, keepalive: leaving }));
}
