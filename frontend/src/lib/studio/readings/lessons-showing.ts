import { textOf } from '#lib/i18n';
import { asset } from '#lib/services/assets.ts';
import { transport } from '#lib/services/studio.ts';

/** A lesson of a draft. */
export interface Where {
	courseId: string;
	lesson: string;
	/** Of course and lesson. */
	title: string;
}

/** The lessons that show a video, of the drafts the viewer may edit. */
export async function lessonsShowing(assetId: string): Promise<Where[]> {
	const { usedIn } = await asset(assetId);
	const drafts = await Promise.allSettled(
		usedIn.map(({ courseId }) => transport(courseId).course(courseId))
	);
	// A course that is gone or is not one's own is no reason to keep the others back.
	const courses = drafts.flatMap((draft) => (draft.status === 'fulfilled' ? [draft.value] : []));
	return courses.flatMap(({ id, title, languages, units }) =>
		units
			.flatMap(({ lessons }) => lessons)
			.filter(({ activities }) => activities.some((activity) => activity.assetId === assetId))
			.map((lesson) => ({
				courseId: id,
				lesson: lesson.id,
				title: `${textOf(title, languages)} · ${textOf(lesson.title, languages)}`
			}))
	);
}
