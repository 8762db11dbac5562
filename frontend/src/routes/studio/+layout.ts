import { redirect } from '@sveltejs/kit';
import { loadSession } from '#lib/services/session.svelte.ts';
import type { LayoutLoad } from './$types';

/** The studio is for those who may author somewhere; who is not signed in is asked to, and comes back. */
export const load: LayoutLoad = async ({ url }) => {
	const session = await loadSession();
	if (!session.account)
		redirect(303, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	return {
		account: session.account,
		memberships: session.memberships,
		mayAuthor: session.mayAuthor
	};
};
