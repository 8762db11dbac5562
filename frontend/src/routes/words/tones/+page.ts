import { loadMessages, locale } from '#lib/i18n';
import { signedIn } from '#lib/services/guard.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url }) => {
	const [account] = await Promise.all([signedIn(url), loadMessages(locale(), 'later')]);
	return { account: account.id };
};
