import { signIns } from '#lib/services/account.ts';
import { signedIn } from '#lib/services/guard.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
	await signedIn(url);
	return { signIns: signIns() };
};
