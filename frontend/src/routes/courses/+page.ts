import { catalogue, filterOf, trades } from '#lib/services/courses.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ url }) => {
	const filter = filterOf(url.searchParams);
	return { filter, found: catalogue(filter), trades: trades().catch(() => new Map()) };
};
