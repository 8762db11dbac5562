/** A time in a caption as it is typed: 1:02.345, or 1:02:03.456 from an hour on. */
export function showTime(ms: number): string {
	const whole = Math.max(0, Math.round(ms));
	const [h, m, s, rest] = [
		Math.floor(whole / 3_600_000),
		Math.floor(whole / 60_000) % 60,
		Math.floor(whole / 1000) % 60,
		whole % 1000
	];
	const pad = (n: number, digits = 2) => String(n).padStart(digits, '0');
	return `${h ? `${h}:${pad(m)}` : m}:${pad(s)}.${pad(rest, 3)}`;
}

/** Reads a typed time, with a point or a comma, with or without hours and minutes; undefined when it is none. */
export function readTime(text: string): number | undefined {
	const found = /^(?:(\d{1,2}):)?(?:(\d{1,3}):)?(\d{1,5})(?:[.,](\d{1,3}))?$/.exec(text.trim());
	if (!found) return undefined;
	const [, a, b, s, fraction = ''] = found;
	// With one colon the number before it is minutes.
	const [h, m] = b === undefined ? [0, Number(a ?? 0)] : [Number(a ?? 0), Number(b)];
	if ((a !== undefined && Number(s) > 59) || (b !== undefined && m > 59)) return undefined;
	return ((h * 60 + m) * 60 + Number(s)) * 1000 + Number(fraction.padEnd(3, '0'));
}
