import { m } from '#lib/i18n';

const texts: Record<string, () => string> = {
	locked: m.board_refused_locked,
	forbidden: m.board_refused_forbidden,
	not_found: m.board_refused_gone,
	ended: m.board_refused_ended,
	full: m.board_refused_full,
	too_large: m.board_refused_large,
	too_fast: m.board_refused_fast
};

/** Why the class did not take something, and what that means for it. */
export function refusalText(error: unknown): string {
	const { code = '' } = (error ?? {}) as { code?: string };
	return (texts[code] ?? m.board_refused_other)();
}
