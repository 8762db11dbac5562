import { toast } from '#lib/ui';
import type { Live } from './live.svelte.ts';
import type { Id } from './protocol.ts';
import { why } from './why.ts';

/** Does a command and tells when it was not done; the answer says whether it was. */
export async function act(live: Live, name: string, body?: unknown, key?: Id): Promise<boolean> {
	try {
		await live.do(name, body, key);
		return true;
	} catch (error) {
		toast(why(error));
		return false;
	}
}
