import { signedIn } from '#lib/services/guard.ts';
import { runProgress } from '#lib/services/teaching.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url }) => {
	await signedIn(url);
	const query = url.searchParams.get('query') ?? '';
	const tab = url.searchParams.get('tab') === 'class' ? 'class' : 'progress';
	return { id: params.id, query, tab, progress: runProgress(params.id, { query }) };
};
