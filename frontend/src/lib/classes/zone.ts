import { saveAccount } from '#lib/services/account.ts';
import { session } from '#lib/services/session.svelte.ts';
import { ownZone } from '#lib/studio/outline/zones.ts';

let told = '';

/** Tells the account by whose clock mails before classes should speak: that of the device it was last used on. */
export function tellZone(): void {
	const { account } = session();
	const timeZone = ownZone();
	if (!account || account.timeZone === timeZone || told === timeZone) return;
	told = timeZone; // a zone that the server does not know is not offered again
	void saveAccount({ timeZone }).catch(() => undefined);
}
