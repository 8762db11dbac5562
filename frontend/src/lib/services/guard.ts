import { redirect } from '@sveltejs/kit';
import { loadSession, type Account } from './session.svelte.ts';

/** For pages of one's own: the account, or the way to signing in and back here. */
export async function signedIn(url: URL): Promise<Account> {
	const { account } = await loadSession();
	if (!account) redirect(302, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	return account;
}
