import { entry } from '#lib/services/dictionary.ts';
import { loadSession } from '#lib/services/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => ({
	hanzi: params.hanzi,
	// Whose word it is (kept or not) must be known before it is shown.
	entry: Promise.all([entry(params.hanzi), loadSession()]).then(([found, { account }]) => ({
		found,
		account: account?.id
	}))
});
