import { api, ApiError, take, type Schema } from '#lib/api/client.ts';
import { orKept } from '#lib/kept/list.ts';

/** One word of Chinese as one learner meets it. */
export type Word = Schema<'Word'>;
/** Everything the dictionary knows about one word. */
export type DictionaryEntry = Schema<'Entry'>;
/** A place in a lesson where a word is used. */
export type Occurrence = Schema<'Occurrence'>;
/** One of the learner's own words, with the memory of it. */
export type OwnWord = Schema<'OwnWord'>;
/** A part of the learner's own words; `next` is absent in the last. */
export type OwnWords = Schema<'OwnWords'>;

/** Words by hanzi, by pinyin with or without tones, or by a gloss in any language. */
export async function lookUp(query: string, limit = 50, signal?: AbortSignal): Promise<Word[]> {
	const params = { query: { query, limit } };
	const asked = take(api.GET('/api/dictionary', { params, signal })).then(({ items }) => items);
	return orKept(asked, (kept) => kept.keptWords(query));
}

/** One word in full. Not found when nobody knows it. */
export async function entry(word: string): Promise<DictionaryEntry> {
	try {
		const asked = take(api.GET('/api/dictionary/{word}', { params: { path: { word } } }));
		return await orKept(asked, (kept) => kept.keptEntry(word));
	} catch (error) {
		// What is no word at all (too long, say) is not there either.
		if (error instanceof ApiError && error.kind === 'invalid')
			throw new ApiError('not-found', error.problem, { cause: error });
		throw error;
	}
}

/** The words the learner keeps, a part at a time. */
export function ownWords(filter: { query?: string; after?: string } = {}): Promise<OwnWords> {
	const query = { kept: true, query: filter.query || undefined, after: filter.after };
	return take(api.GET('/api/words', { params: { query } }));
}
