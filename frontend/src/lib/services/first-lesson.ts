import { catalogue, course, type Format, type LessonOutline } from './courses.ts';

/** A lesson that anyone can open. */
export interface OpenLesson {
	id: string;
	durationMs: number;
}

function open(lesson: LessonOutline): OpenLesson {
	const durationMs = lesson.activities.reduce((sum, activity) => sum + activity.durationMs, 0);
	return { id: lesson.id, durationMs };
}

async function within(format: Format): Promise<OpenLesson | undefined> {
	const { items } = await catalogue({ format }, { limit: 3 });
	for (const { slug } of items) {
		const { outline } = await course(slug);
		const lesson = outline.flatMap((unit) => unit.lessons).find((candidate) => candidate.preview);
		if (lesson) return open(lesson);
	}
	return undefined;
}

/** The lesson to offer somebody who has just arrived: of a micro-course, because it is short, else of any. */
export async function firstOpenLesson(): Promise<OpenLesson | undefined> {
	return (await within('micro')) ?? (await within('mooc'));
}
