import { catalogue } from '#lib/services/courses.ts';
import { firstOpenLesson } from '#lib/services/first-lesson.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = () => ({
	teaser: catalogue({}, { limit: 3 }),
	first: firstOpenLesson().catch(() => undefined)
});
