import { call } from '#lib/api/client.ts';
import type { LessonView } from './lessons.ts';
import type { Item, ItemType } from '#lib/studio/core/tree.ts';
import type { EntityType } from '#lib/studio/core/leaves.ts';
import type { Transport } from '#lib/studio/core/sync.ts';
import type {
	CourseRow,
	CourseState,
	DraftCourse,
	DraftLesson,
	DraftUnit,
	NewCourse,
	NewRun,
	Run
} from '#lib/studio/types.ts';

const base = '/api/studio';
const path = (type: EntityType, id: string) =>
	`${base}/${type === 'activity' ? 'activities' : `${type}s`}/${id}`;

/** A page of a list; `nextPage` is absent on the last. */
export interface Page<T> {
	items: T[];
	nextPage?: string;
}

/** The courses the viewer may edit. */
export function courses(
	filter: { query?: string; state?: CourseState; page?: string; limit?: number } = {}
): Promise<Page<CourseRow>> {
	return call('GET', `${base}/courses`, { query: filter });
}

/** Creates a course under an id of ours; saying it again changes nothing. */
export function createCourse(id: string, input: NewCourse): Promise<DraftCourse> {
	return call('PUT', `${base}/courses/${id}`, { body: input });
}

/** Deletes a draft that was never published. */
export function deleteCourse(id: string): Promise<void> {
	return call('DELETE', `${base}/courses/${id}`);
}

/** What can be done to a course as a whole. */
export type CourseAction = 'publish' | 'unpublish' | 'archive' | 'restore';

/** Publishes, unpublishes, archives or restores. A refused publish throws `not_publishable`. */
export function act(id: string, action: CourseAction): Promise<DraftCourse> {
	return call('POST', `${base}/courses/${id}/${action}`, { body: {} });
}

/** Creates a run under an id of ours, or changes it when `version` is given. */
export function saveRun(id: string, input: NewRun): Promise<Run> {
	return call('PUT', `${base}/runs/${id}`, { body: input });
}

/** Cancels a run. One with learners is refused unless `force` says that the author knows. */
export function cancelRun(id: string, force = false): Promise<void> {
	return call('DELETE', `${base}/runs/${id}`, { query: { force: force || undefined } });
}

function newItem(type: ItemType, courseId: string, parentId: string, item: Item) {
	if (type === 'unit') return { courseId, kind: (item as DraftUnit).kind, title: item.title };
	if (type === 'lesson') {
		const { title, summary, preview } = item as DraftLesson;
		return { unitId: parentId, title, summary, preview };
	}
	const { kind, title, body, assetId } = item as Extract<Item, { body: unknown }>;
	return { lessonId: parentId, kind, title, body, assetId: assetId ?? undefined };
}

/** The editor's requests for one course. */
export function transport(courseId: string): Transport {
	return {
		course: (id) => call('GET', path('course', id)),
		create: ({ entity, parentId, after, item }) =>
			call('PUT', path(entity, item.id), {
				body: { ...newItem(entity, courseId, parentId, item), after: after ?? undefined }
			}),
		patch: (entity, id, patch) => call('PATCH', path(entity, id), { body: patch }),
		remove: (entity, id) => call('DELETE', path(entity, id)),
		restore: (entity, id) => call('POST', `${path(entity, id)}/restore`, { body: {} }),
		order: (id, order) => call('PUT', `${path('course', id)}/order`, { body: order }),
		pairings: (id, pairings) =>
			call('PUT', `${path('course', id)}/pairings`, { body: { pairings } })
	};
}

/** A lesson of the draft as a learner will see it. Not found when it is deleted. */
export function previewLesson(courseId: string, lessonId: string): Promise<LessonView> {
	return call('GET', `${path('course', courseId)}/preview/lessons/${lessonId}`);
}
