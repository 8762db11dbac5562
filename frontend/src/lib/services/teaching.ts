import { api, take, type Schema } from '#lib/api/client.ts';

/** One learner's line in the progress table of a run. */
export type LearnerProgress = Schema<'LearnerProgress'>;
/** A page of that table, with how many have completed each lesson. */
export type RunProgress = Schema<'RunProgress'>;
/** What is arranged for a lesson of a run: its date, and how much must be understood for it to open. */
export type PlannedLesson = Schema<'PlannedLesson'>;
/** How ready the learners of a run are for its lessons. */
export type RunReadiness = Schema<'RunReadiness'>;
/** The same for one lesson. */
export type RunLesson = Schema<'RunLesson'>;
/** How ready one of them is. */
export type LearnerReadiness = Schema<'LearnerReadiness'>;
/** Words that a run was given. */
export type Assignment = Schema<'Assignment'>;
/** All that a run was given, the newest first. */
export type Assignments = Schema<'Assignments'>;
/** Percent of a lesson's words that open it; 0: it is always open. */
export type Gate = PlannedLesson['gate'];

/** How the learners of a run are getting on. */
export function runProgress(
	id: string,
	search: { query?: string; page?: string } = {}
): Promise<RunProgress> {
	const query = { query: search.query || undefined, page: search.page };
	return take(api.GET('/api/runs/{id}/progress', { params: { path: { id }, query } }));
}

/** Address of the same as a table for spreadsheets. */
export function runProgressFile(id: string): string {
	return `/api/runs/${encodeURIComponent(id)}/progress.csv`;
}

/** How ready the learners of a run are for a lesson, now or, without reviews, at a time to come. */
export function runReadiness(id: string, lesson: string, at?: string): Promise<RunReadiness> {
	return take(
		api.GET('/api/runs/{id}/readiness', { params: { path: { id }, query: { lesson, at } } })
	);
}

/** Says when a lesson is held; nothing takes the date away. */
export function dateLesson(id: string, lesson: string, at?: string): Promise<PlannedLesson> {
	const params = { path: { id, lesson } };
	return take(api.PUT('/api/runs/{id}/lessons/{lesson}/date', { params, body: { at } }));
}

/** Says how much of a lesson a learner must understand for it to open. */
export function gateLesson(id: string, lesson: string, percent: Gate): Promise<PlannedLesson> {
	const params = { path: { id, lesson } };
	return take(api.PUT('/api/runs/{id}/lessons/{lesson}/gate', { params, body: { percent } }));
}

/** Lets one learner through the gate of a lesson, or takes that back. */
export async function letThrough(id: string, lesson: string, account: string, may: boolean) {
	const params = { path: { id, lesson, account } };
	if (may) await api.PUT('/api/runs/{id}/lessons/{lesson}/passes/{account}', { params });
	else await api.DELETE('/api/runs/{id}/lessons/{lesson}/passes/{account}', { params });
}

/** What a run was given, and what its learners have made of it. */
export function assignments(id: string): Promise<Assignments> {
	return take(api.GET('/api/runs/{id}/assignments', { params: { path: { id } } }));
}

/** Gives a run words for a lesson under an id made here. */
export function assign(id: string, assignment: string, lessonId: string, words: string[]) {
	const params = { path: { id, assignment } };
	return take(
		api.PUT('/api/runs/{id}/assignments/{assignment}', { params, body: { lessonId, words } })
	);
}

/** Takes them back; what was learnt stays. */
export async function withdraw(id: string, assignment: string): Promise<void> {
	await api.DELETE('/api/runs/{id}/assignments/{assignment}', {
		params: { path: { id, assignment } }
	});
}
