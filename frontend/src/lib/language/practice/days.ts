import { number } from '#lib/i18n';
import type { WordMemory } from '#lib/services/reviews.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A wait in one figure, such as "10 minutes", "3 days" or "2 months". */
export function waitOf(ms: number): string {
	const [value, unit] =
		ms < HOUR
			? [Math.max(1, Math.round(ms / MINUTE)), 'minute']
			: ms < DAY
				? [Math.round(ms / HOUR), 'hour']
				: ms < 60 * DAY
					? [Math.round(ms / DAY), 'day']
					: ms < 700 * DAY
						? [Math.round(ms / (30.44 * DAY)), 'month']
						: [Math.round(ms / (365.25 * DAY)), 'year'];
	return number(value, { style: 'unit', unit, unitDisplay: 'long' });
}

/** Which day of the coming ones a moment falls on, in UTC as the server counts: 0 is today or before. */
export function dayIndex(moment: string | Date, now: Date): number {
	const day = (date: Date) => Math.floor(date.getTime() / DAY);
	return Math.max(0, day(new Date(moment)) - day(now));
}

/** The server's forecast after the reviews it does not know yet: each word moves to its new day. */
export function forecastAfter(
	forecast: readonly number[],
	moves: readonly { before: WordMemory; after: WordMemory }[],
	now: Date
): number[] {
	const days = [...forecast];
	for (const { before, after } of moves) {
		const from = dayIndex(before.dueAt, now);
		const to = dayIndex(after.dueAt, now);
		if (from < days.length && before.state !== 'new') days[from] = Math.max(0, days[from]! - 1);
		if (to < days.length) days[to] = days[to]! + 1;
	}
	return days;
}
