import { orKept } from '#lib/kept/list.ts';
import { course, trades } from '#lib/services/courses.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => ({
	slug: params.slug,
	course: orKept(course(params.slug), (kept) => kept.keptCourse(params.slug)),
	trades: trades().catch(() => new Map())
});
