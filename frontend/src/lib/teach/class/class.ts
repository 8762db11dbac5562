import type { LearnerReadiness, PlannedLesson, RunProgress } from '#lib/services/teaching.ts';

/** How far ahead the server tells readiness. */
const YEAR_MS = 366 * 86_400_000;

/** The lesson a teacher most likely means: the next that has a date, else the first that most have not completed yet. */
export function likelyLesson(
	lessons: RunProgress['lessons'],
	plan: readonly PlannedLesson[],
	learners: number,
	now: Date
): string | undefined {
	const there = new Set(lessons.map((lesson) => lesson.id));
	const coming = plan
		.filter((each) => there.has(each.lessonId) && isAhead(each.at, now))
		.sort((a, b) => Date.parse(a.at ?? '') - Date.parse(b.at ?? ''));
	const open = lessons.find((lesson) => lesson.completedBy * 2 <= learners);
	return coming[0]?.lessonId ?? open?.id ?? lessons[0]?.id;
}

/** Readiness can be told for this time: it is to come, and no more than a year away. */
export function isAhead(at: string | undefined, now: Date): boolean {
	const left = at ? Date.parse(at) - now.getTime() : -1;
	return left > 0 && left < YEAR_MS;
}

/** In which order learners are shown. */
export type Order = 'need' | 'name';

/** The number that counts: what is known now or, told for a day to come, what is expected then. */
export const figureOf = (learner: LearnerReadiness, ahead: boolean): number =>
	ahead ? learner.expected : learner.coverage;

/** Learners whose name holds what is looked for; who needs help most comes first unless names are wanted. */
export function arranged(
	learners: readonly LearnerReadiness[],
	query: string,
	order: Order,
	ahead: boolean
): LearnerReadiness[] {
	const wanted = query.trim().toLocaleLowerCase();
	const found = learners.filter((one) => one.name.toLocaleLowerCase().includes(wanted));
	const byName = new Intl.Collator().compare;
	return found.sort((a, b) =>
		order === 'name'
			? byName(a.name, b.name)
			: figureOf(a, ahead) - figureOf(b, ahead) || byName(a.name, b.name)
	);
}
