import { signedIn } from '#lib/services/guard.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
	await signedIn(url);
	return { tab: url.searchParams.get('tab') ?? undefined };
};
