import { m } from '#lib/i18n';
import { Refused } from './socket.ts';

const WORDS: Record<string, () => string> = {
	bad_command: m.live_error_bad_command,
	forbidden: m.live_error_forbidden,
	locked: m.live_error_locked,
	not_found: m.live_error_not_found,
	ended: m.live_error_ended,
	full: m.live_error_full,
	too_fast: m.live_error_too_fast,
	too_large: m.live_error_too_large,
	unavailable: m.live_error_unavailable,
	cut: m.live_error_cut,
	closed: m.live_error_closed
};

/** Why a command was not done, in the reader's words. */
export function why(error: unknown): string {
	const code = error instanceof Refused ? error.code : '';
	return (WORDS[code] ?? m.live_error_other)();
}
