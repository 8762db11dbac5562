import { api, take, type Schema } from '#lib/api/client.ts';
import { setLocale, type Locale } from '#lib/i18n';
import { loadSession, session, updateAccount, type Account } from './session.svelte.ts';
import { forgetOnSignOut } from './shell.ts';

/** One place where an account is signed in. */
export type SignIn = Schema<'SessionItem'>;

/** Changes the name, the language, the time zone or the wanted mails of the account. */
export async function saveAccount(patch: {
	name?: string;
	locale?: Locale;
	timeZone?: string;
	classMails?: boolean;
}): Promise<Account> {
	const account = await take(api.PATCH('/api/account', { body: patch }));
	updateAccount(account);
	return account;
}

/**
 * Switches the app's language and keeps it with the account, so that mails and other devices follow.
 * False when its texts cannot be fetched now; the old language then stays.
 */
export async function switchLanguage(locale: Locale): Promise<boolean> {
	try {
		await setLocale(locale);
	} catch {
		return false;
	}
	// Failing to tell the account does not matter: the device remembers.
	if (session().account) await saveAccount({ locale }).catch(() => undefined);
	return true;
}

/** Asks for another address: a mail to it must be answered first. */
export async function changeEmail(email: string, password: string): Promise<void> {
	await api.PUT('/api/account/email', { body: { email, password } });
}

/** Redeems the link of that mail. */
export async function confirmEmail(token: string): Promise<void> {
	await api.POST('/api/account/email-confirmations', { body: { token } });
}

/** Changes the password and ends all other sessions. */
export async function changePassword(password: string, newPassword: string): Promise<void> {
	await api.PUT('/api/account/password', { body: { password, newPassword } });
	await loadSession(true);
}

/** Sends a mail to set a new password; the answer never tells whether the address is known. */
export async function askReset(email: string): Promise<void> {
	await api.POST('/api/password-resets', { body: { email } });
}

/** Redeems the link of that mail. */
export async function resetPassword(token: string, password: string): Promise<void> {
	await api.PUT('/api/password-resets', { body: { token, password } });
}

/** Where the account is signed in, the latest first. */
export async function signIns(signal?: AbortSignal): Promise<SignIn[]> {
	return (await take(api.GET('/api/sessions', { signal }))).items;
}

/** Ends one session at once. */
export async function endSession(id: string): Promise<void> {
	await api.DELETE('/api/sessions/{id}', { params: { path: { id } } });
}

/** Ends all sessions but this one. */
export async function endOtherSessions(): Promise<void> {
	await api.DELETE('/api/sessions');
}

/** Address of the file with everything that is kept about the account. */
export const EXPORT = '/api/account/export';

/** Deletes the account for good. */
export async function deleteAccount(password: string): Promise<void> {
	await api.DELETE('/api/account', { body: { password } });
	await forgetOnSignOut();
	await loadSession(true);
}
