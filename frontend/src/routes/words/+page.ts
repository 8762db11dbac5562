import { loadSession } from '#lib/services/session.svelte.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
	const { account } = await loadSession();
	const tab = url.searchParams.get('tab');
	return {
		account: account?.id,
		// The dictionary is open to all; words of one's own need an account.
		tab: tab === 'dictionary' || !account ? 'dictionary' : 'mine',
		query: url.searchParams.get('query') ?? ''
	};
};
