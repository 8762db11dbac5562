import { api, take, type Schema } from '#lib/api/client.ts';

/** A word in a line of a lesson. */
export type Place = Schema<'Place'>;
/** How an author has set a word to be read in one place; `now` is absent while the text is without the place. */
export type PlaceReading = Schema<'PlaceReading'>;

/** The readings that authors have set in a lesson of a draft. */
export function placeReadings(id: string, lesson: string): Promise<PlaceReading[]> {
	return take(
		api.GET('/api/studio/courses/{id}/lessons/{lesson}/readings', {
			params: { path: { id, lesson } }
		})
	).then(({ items }) => items);
}

/** Sets how a word is read in one place. */
export async function setPlaceReading(
	id: string,
	lesson: string,
	reading: string,
	body: Place & { pinyin: string }
): Promise<void> {
	const params = { path: { id, lesson, reading } };
	await take(
		api.PUT('/api/studio/courses/{id}/lessons/{lesson}/readings/{reading}', { params, body })
	);
}

/** Gives a place back the reading of dictionary and term banks. */
export async function dropPlaceReading(id: string, lesson: string, reading: string): Promise<void> {
	const params = { path: { id, lesson, reading } };
	await take(
		api.DELETE('/api/studio/courses/{id}/lessons/{lesson}/readings/{reading}', { params })
	);
}
