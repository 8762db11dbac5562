import { api, take, type Schema } from '#lib/api/client.ts';
import type { Page } from './institutions.ts';

/** A mail that the platform has written. */
export type Mail = Schema<'Mail'>;
/** An account as an administrator sees it. */
export type KnownAccount = Schema<'Account'>;

/** The outbox, the newest first. */
export function mails(page?: string): Promise<Page<Mail>> {
	return take(api.GET('/api/admin/mails', { params: { query: { page } } }));
}

/** Accounts by name or address. */
export function accounts(search: { query?: string; page?: string }): Promise<Page<KnownAccount>> {
	const query = { query: search.query || undefined, page: search.page };
	return take(api.GET('/api/admin/accounts', { params: { query } }));
}

/** Suspends an account, which ends its sessions at once, or lets it in again. */
export function setSuspended(id: string, suspended: boolean): Promise<KnownAccount> {
	const params = { path: { id } };
	return take(api.PUT('/api/admin/accounts/{id}/suspension', { params, body: { suspended } }));
}
