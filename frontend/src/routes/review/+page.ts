import { signedIn } from '#lib/services/guard.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
	const account = await signedIn(url);
	return { account: account.id, lesson: url.searchParams.get('lesson') ?? undefined };
};
