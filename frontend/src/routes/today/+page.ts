import { signedIn } from '#lib/services/guard.ts';
import { today } from '#lib/services/learning.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
	await signedIn(url);
	return { today: today() };
};
