import { api, take, type Schema } from '#lib/api/client.ts';
import type { LessonText } from './language.ts';

/** What the check of a draft has found. */
export type Findings = Schema<'Findings'>;
/** One thing in a draft that learners would stumble over. */
export type Finding = Schema<'Finding'>;

/** Checks the draft of a course. */
export function findings(courseId: string): Promise<Findings> {
	return take(api.GET('/api/studio/courses/{id}/findings', { params: { path: { id: courseId } } }));
}

const one = (id: string, finding: string) => ({ params: { path: { id, finding } } });

/** Marks a finding as fine where it is. */
export async function waive(courseId: string, finding: string): Promise<void> {
	await take(api.PUT('/api/studio/courses/{id}/findings/{finding}/waiver', one(courseId, finding)));
}

/** Takes the mark back. */
export async function unwaive(courseId: string, finding: string): Promise<void> {
	await take(
		api.DELETE('/api/studio/courses/{id}/findings/{finding}/waiver', one(courseId, finding))
	);
}

/** The Chinese of a lesson of a draft, as its learners would get it. */
export function previewLanguage(courseId: string, lesson: string): Promise<LessonText> {
	return take(
		api.GET('/api/studio/courses/{id}/preview/lessons/{lesson}/language', {
			params: { path: { id: courseId, lesson } }
		})
	);
}
