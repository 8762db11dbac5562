import { api, take, type Schema } from '#lib/api/client.ts';

/** A list of levels that is installed, with what it holds. */
export type InstalledList = Schema<'InstalledList'>;
/** A list as a level names it. */
export type List = Schema<'List'>;
/** What an import comes to, by line. */
export type ListReport = Schema<'ListReport'>;
/** A line of a list that is left out, and why. */
export type LineProblem = Schema<'LineProblem'>;
/** The level a learner has declared, and its list. */
export type DeclaredLevel = Schema<'DeclaredLevel'>;
/** What was found in the lessons of a course. */
export type Transcripts = Schema<'Transcripts'>;
export type TranscriptHit = Schema<'TranscriptHit'>;

/** The lists that are installed; the one of the dictionary first. */
export async function levelLists(): Promise<InstalledList[]> {
	return (await take(api.GET('/api/level-lists'))).items;
}

/** Shows what files would make of a list, or imports them. `stale_version` when it has changed since. */
export function importList(id: string, body: Schema<'ListImport'>): Promise<ListReport> {
	return take(api.PUT('/api/level-lists/{id}', { params: { path: { id } }, body }));
}

/** Deletes a list; who had chosen it is told. */
export async function deleteList(id: string): Promise<void> {
	await take(api.DELETE('/api/level-lists/{id}', { params: { path: { id } } }));
}

/** The level of the account. */
export function chineseLevel(): Promise<DeclaredLevel> {
	return take(api.GET('/api/account/chinese-level'));
}

/** Lines of a course in which something is said, read or meant. */
export function searchTranscripts(slug: string, query: string, from = 0): Promise<Transcripts> {
	return take(
		api.GET('/api/courses/{slug}/transcripts', {
			params: { path: { slug }, query: { query, from } }
		})
	);
}
