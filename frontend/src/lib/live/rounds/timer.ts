/** Whole seconds that are left, counted as people count: the last second shows 1. */
export function secondsLeft(ends: number, now: number): number {
	return Math.max(0, Math.ceil((ends - now) / 1000));
}

/** What is read out when the time that is left goes from `before` to `after` seconds. */
export function spoken(before: number, after: number): 'minute' | 'over' | undefined {
	if (before > 0 && after === 0) return 'over';
	if (before > 60 && after <= 60 && after > 0) return 'minute';
	return undefined;
}

export const LONGEST_TIMER = 180 * 60;

/** Seconds of a length that somebody typed: `90` or `1.5` minutes, `1:30`; undefined when it is none. */
export function typedSeconds(text: string): number | undefined {
	const trimmed = text.trim().replace(',', '.');
	const [, minutes, seconds] = trimmed.match(/^(\d{1,3}):([0-5]\d)$/) ?? [];
	const total = minutes
		? Number(minutes) * 60 + Number(seconds)
		: /^\d{1,3}(\.\d+)?$/.test(trimmed)
			? Math.round(Number(trimmed) * 60)
			: 0;
	return total > 0 && total <= LONGEST_TIMER ? total : undefined;
}
