import { api, ApiError, onSession, setCsrfToken, take, type Schema } from '#lib/api/client.ts';
import type { Locale } from '#lib/i18n';
import { forgetOnSignOut } from './shell.ts';

/** Who somebody is. */
export type Account = Schema<'Account'>;

/** What somebody may do in one institution. */
export type Membership = Schema<'Membership'>;

/** Everything the app needs to know about who is using it. */
export type Session = Schema<'SessionView'>;

const NOBODY: Session = { memberships: [], mayAuthor: false, teaches: [], demo: false };
const KEY = 'hanzhi:session';
// Signed out without a network: the cookie is out of our reach until the server can be told.
const PENDING = 'hanzhi:sign-out';

let current = $state<Session>(remembered());
let known = $state(false);
let lost = $state(false);
let asking: Promise<Session> | undefined;

// The last answer lets the app open without a network: names and menus only. The token is not kept.
function remembered(): Session {
	try {
		return JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? NOBODY;
	} catch {
		return NOBODY;
	}
}

function remember(next: Session): Session {
	current = next;
	known = true;
	lost = false;
	setCsrfToken(next.csrfToken);
	try {
		if (next.account) localStorage.setItem(KEY, JSON.stringify({ ...next, csrfToken: undefined }));
		else localStorage.removeItem(KEY);
	} catch {
		// Nothing to remember with: the next visit asks again.
	}
	return next;
}

onSession({
	renewToken: async () => void (await loadSession(true)),
	ended: () => {
		if (current.account) lost = true;
	}
});

/** Who is using the app, as far as it is known now. Reactive. */
export function session(): Session {
	return current;
}

/** Whether the server has said who this is since the page was opened. Reactive. */
export function sessionKnown(): boolean {
	return known;
}

/** The session ended under someone's hands: they should sign in again where they are. Reactive. */
export function sessionLost(): boolean {
	return lost;
}

async function finishSignOut(): Promise<void> {
	if (localStorage.getItem(PENDING) === null) return;
	setCsrfToken((await take(api.GET('/api/session'))).csrfToken);
	await api.DELETE('/api/session').catch((error: unknown) => {
		if (!(error instanceof ApiError) || error.kind !== 'unauthenticated') throw error;
	});
	localStorage.removeItem(PENDING);
}

/**
 * Asks the server once who this is. Without a network it answers what was known last time,
 * so that an installed app opens offline.
 */
export function loadSession(afresh = false): Promise<Session> {
	if (!asking || afresh) {
		asking = finishSignOut()
			.then(() => take(api.GET('/api/session')))
			.then(remember)
			.catch((error: unknown) => {
				asking = undefined;
				if (error instanceof ApiError && error.passing) return current;
				throw error;
			});
	}
	return asking;
}

/** Signs in; throws `wrong_password` or `too_many_tries`. */
export async function signIn(email: string, password: string): Promise<Session> {
	return settled(await take(api.POST('/api/session', { body: { email, password } })));
}

/**
 * Makes an account. False means that a mail was sent instead: the address has an account already, which only
 * its owner may learn.
 */
export async function signUp(
	name: string,
	email: string,
	password: string,
	locale: Locale
): Promise<boolean> {
	const body = { name, email, password, locale };
	const answer = await take(api.POST('/api/accounts', { body }));
	if (answer.signedIn) await loadSession(true);
	return answer.signedIn;
}

function settled(next: Session): Session {
	asking = Promise.resolve(next);
	return remember(next);
}

/** Takes over what a change of the account has brought, such as a new name. */
export function updateAccount(account: Account): void {
	settled({ ...current, account });
}

/**
 * Signs out: the server ends the session, this device forgets everything personal. Without a network the device
 * forgets all the same, and the answer is false: the server learns it at the next visit.
 */
export async function signOut(): Promise<boolean> {
	let told = true;
	try {
		await api.DELETE('/api/session');
	} catch (error) {
		if (!(error instanceof ApiError) || !(error.passing || error.kind === 'unauthenticated'))
			throw error;
		told = error.kind === 'unauthenticated';
	}
	await forgetOnSignOut();
	if (!told) localStorage.setItem(PENDING, 'yes');
	settled({ ...NOBODY, demo: current.demo, demoAccounts: current.demoAccounts });
	return told;
}
