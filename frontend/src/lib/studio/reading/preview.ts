import { previewLesson } from '#lib/services/studio.ts';
import type { Text } from '../types';

/**
 * A reading as learners will see it, per language: rendered and cleaned by the server, so that the preview
 * is the truth and nothing has to be made safe a second time.
 */
export async function readingPreview(
	courseId: string,
	lessonId: string,
	activityId: string
): Promise<Text> {
	const lesson = await previewLesson(courseId, lessonId);
	return lesson.activities.find((activity) => activity.id === activityId)?.html ?? {};
}
