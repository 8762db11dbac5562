import { api, ApiError, take, type Schema } from '#lib/api/client.ts';
import { emit } from './bus.ts';

/** Where someone left a lesson. */
export type Continue = Schema<'ContinueItem'>;
/** A signed-in person's start page: what they left last comes first. */
export type Today = Schema<'Today'>;

/** Everything a signed-in person has under way. */
export function today(): Promise<Today> {
	return take(api.GET('/api/today'));
}

/** Joins a course under an id made here; joining a course one is in already is no error. */
export async function enrol(id: string, courseId: string, runId?: string): Promise<void> {
	try {
		await api.PUT('/api/enrolments/{id}', { params: { path: { id } }, body: { courseId, runId } });
	} catch (error) {
		if (!(error instanceof ApiError) || error.code !== 'already_enrolled') throw error;
	}
	await emit('enrolment-changed', { courseId });
}

/** Leaves a course; what was learnt stays and counts again after joining anew. */
export async function leave(id: string, courseId: string): Promise<void> {
	await api.DELETE('/api/enrolments/{id}', { params: { path: { id } } });
	await emit('enrolment-changed', { courseId });
}
