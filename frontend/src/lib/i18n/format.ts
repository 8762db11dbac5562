import { locale } from './locale.svelte.ts';

// Latin digits in Arabic, as the Maghreb writes them: figures then stand the same way in every language.
function tag(): string {
	return locale() === 'ar' ? 'ar-u-nu-latn' : locale();
}

/** A plain figure with the reader's separators. */
export function number(value: number, options?: Intl.NumberFormatOptions): string {
	return new Intl.NumberFormat(tag(), options).format(value);
}

/** A share of 0…1 as whole per cent; never rounded up to 100. */
export function percent(fraction: number): string {
	const whole = fraction >= 1 ? 1 : Math.min(0.99, Math.round(fraction * 100) / 100);
	return number(whole, { style: 'percent' });
}

/** Bytes as megabytes (10⁶, as data plans count), with one decimal below ten. */
export function megabytes(bytes: number): string {
	const mb = bytes / 1e6;
	return number(mb, {
		style: 'unit',
		unit: 'megabyte',
		unitDisplay: 'short',
		maximumFractionDigits: mb < 10 ? 1 : 0
	});
}

/** A day, such as 14 March 2027. The Gregorian calendar everywhere: runs and terms use it. */
export function day(value: string | Date, style: 'long' | 'medium' | 'short' = 'medium'): string {
	return new Intl.DateTimeFormat(tag(), { dateStyle: style, calendar: 'gregory' }).format(
		new Date(value)
	);
}

/** A day and a time in the reader's zone, or in the one named. */
export function moment(value: string | Date, timeZone?: string): string {
	return new Intl.DateTimeFormat(tag(), {
		dateStyle: 'medium',
		timeStyle: 'short',
		calendar: 'gregory',
		timeZone
	}).format(new Date(value));
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
	['year', 31_536_000],
	['month', 2_592_000],
	['week', 604_800],
	['day', 86_400],
	['hour', 3_600],
	['minute', 60]
];

/** How long ago or how far ahead, such as "3 days ago". */
export function ago(value: string | Date, now: Date = new Date()): string {
	const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
	const [unit, size] =
		STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? (['minute', 60] as const);
	return new Intl.RelativeTimeFormat(tag(), { numeric: 'auto' }).format(
		Math.round(seconds / size),
		unit
	);
}

/** A length of time as a clock shows it: 4:05, 1:02:03. */
export function clock(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	const tail = `${String(m).padStart(h ? 2 : 1, '0')}:${String(s).padStart(2, '0')}`;
	return h ? `${h}:${tail}` : tail;
}

/** Hours or minutes of work, such as "12 hr" or "40 min". */
export function effort(hours: number): string {
	const small = hours < 1;
	return number(small ? Math.round(hours * 60) : Math.round(hours * 10) / 10, {
		style: 'unit',
		unit: small ? 'minute' : 'hour',
		unitDisplay: 'long'
	});
}

// A code that is no code (from another version, say) is shown as it is.
function named(type: 'language' | 'region', code: string): string {
	try {
		return new Intl.DisplayNames(tag(), { type }).of(code) ?? code;
	} catch {
		return code;
	}
}

/** The name of a language of instruction in the reader's language. */
export function languageName(code: string): string {
	// Mandarin is simply "Chinese" here: the country behind it tells a learner nothing.
	return named('language', code === 'zh-CN' ? 'zh' : code);
}

/** The name of a country (ISO 3166) in the reader's language. */
export function countryName(code: string): string {
	return named('region', code);
}
