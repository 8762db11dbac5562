import { newReportId as newId } from '#lib/progress/report.ts';
import { toast } from '#lib/ui/toasts.svelte.ts';
import type { LiveClass } from '../rounds/class.ts';
import { refusalText } from './refusals.ts';

/** What a writing round needs of the class. */
export type RoundLive = Pick<
	LiveClass,
	'id' | 'room' | 'you' | 'staff' | 'do' | 'now' | 'people' | 'watchPeople'
>;

/** Does a command and says why not; tells whether it was done. */
export async function ask(
	live: Pick<RoundLive, 'do'>,
	name: string,
	body: object
): Promise<boolean> {
	try {
		await live.do(name, body);
		return true;
	} catch (error) {
		toast(refusalText(error));
		return false;
	}
}

/** Opens a round; 0 seconds = until it is closed by hand. */
export const openRound = (live: Pick<RoundLive, 'do'>, hanzi: string, seconds = 0) =>
	ask(live, 'write.open', { round: newId(), hanzi, seconds: seconds || undefined });
