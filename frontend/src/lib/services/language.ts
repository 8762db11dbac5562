import { api, take, type Schema } from '#lib/api/client.ts';
import { orKept } from '#lib/kept/list.ts';

/** The Chinese of a lesson for one viewer: its lines cut into words, and what is known of each word. */
export type LessonText = Schema<'LessonLanguage'>;
/** How well a learner is prepared for a lesson, and the words that would prepare them. */
export type Readiness = Schema<'Readiness'>;
/** The same for a list of lessons: the number of words to learn stands for the words. */
export type ShortReadiness = Schema<'ShortReadiness'>;
/** What a share of known words means: from 95 %, from 90 %, from 80 %, below. */
export type Band = Readiness['band'];
/** Something that happened to a word, as the server's log of reviews takes it. */
export type ReviewEvent = Schema<'NewReview'>;
/** What the server made of a batch of events. */
export type ReviewResult = Schema<'ReviewResult'>;

/** The words of a lesson. Whoever may open the lesson may ask, visitors too; their list of levels is the device's. */
export function lessonLanguage(id: string, list?: string): Promise<LessonText> {
	const params = { path: { id }, query: { list: list || undefined } };
	const asked = take(api.GET('/api/lessons/{id}/language', { params }));
	return orKept(asked, (kept) => kept.keptText(id));
}

/** How ready the learner is for each lesson of a course that has Chinese in it, by lesson. */
export async function courseReadiness(slug: string): Promise<Map<string, ShortReadiness>> {
	const answer = await take(
		api.GET('/api/courses/{slug}/readiness', { params: { path: { slug } } })
	);
	return new Map(answer.lessons.map((lesson) => [lesson.lessonId, lesson.readiness]));
}
