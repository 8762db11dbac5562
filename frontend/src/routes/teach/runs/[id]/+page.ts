import { loadMessages, locale } from '#lib/i18n';
import { signedIn } from '#lib/services/guard.ts';
import { runProgress } from '#lib/services/teaching.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url }) => {
	await Promise.all([signedIn(url), loadMessages(locale(), 'classes')]);
	const query = url.searchParams.get('query') ?? '';
	const asked = url.searchParams.get('tab') ?? '';
	const tab = ['class', 'live'].includes(asked) ? asked : 'progress';
	return { id: params.id, query, tab, progress: runProgress(params.id, { query }) };
};
