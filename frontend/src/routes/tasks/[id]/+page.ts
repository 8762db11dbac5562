import { signedIn } from '#lib/services/guard.ts';
import { task } from '#lib/services/tasks.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params, url }) => {
	const account = await signedIn(url);
	return { id: params.id, account: account.id, task: task(params.id) };
};
