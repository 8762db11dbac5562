import { catalogue } from '#lib/services/courses.ts';
import { institution } from '#lib/services/institutions.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => ({
	slug: params.slug,
	institution: institution(params.slug),
	courses: catalogue({ institution: params.slug }, { limit: 48 })
});
