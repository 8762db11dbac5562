import { m, moment, number } from '#lib/i18n';
import type { LiveClass } from '#lib/services/classes.ts';
import { ownZone, toLocal } from '#lib/studio/outline/zones.ts';

const MINUTE = 60_000;

/** Minutes until a class begins, rounded up; not above 0 once it should have. */
export const minutesTo = (startsAt: string, now: number) =>
	Math.ceil((Date.parse(startsAt) - now) / MINUTE);

/** A length of time by its two largest units: "2 hr 10 min". */
export function span(minutes: number): string {
	const days = Math.floor(minutes / 1440);
	const hours = Math.floor(minutes / 60) % 24;
	const unit = (value: number, name: string) =>
		number(value, { style: 'unit', unit: name, unitDisplay: 'short' });
	const parts = [
		days ? unit(days, 'day') : '',
		hours ? unit(hours, 'hour') : '',
		!days && (minutes % 60 || !hours) ? unit(minutes % 60, 'minute') : ''
	];
	return parts.filter(Boolean).join(' ');
}

/** A class that nobody has started is over an hour after its end. */
export const missed = (of: LiveClass, now: number) =>
	of.state === 'scheduled' && now > Date.parse(of.startsAt) + (of.minutes + 60) * MINUTE;

/** Where a class stands, in words. */
export function standing(of: LiveClass, now: number): string {
	if (of.state === 'live') return m.classes_live_now();
	if (of.state === 'cancelled') return m.classes_cancelled();
	if (of.state === 'ended') return '';
	if (missed(of, now)) return m.classes_not_held();
	const left = minutesTo(of.startsAt, now);
	return left > 0 ? m.classes_starts_in({ time: span(left) }) : m.classes_starting();
}

/** When it is in the class's own zone, when clocks there show another time than here. */
export function there(of: LiveClass): string {
	if (toLocal(of.startsAt, of.timeZone) === toLocal(of.startsAt, ownZone())) return '';
	return m.classes_when_there({ when: moment(of.startsAt, of.timeZone), zone: of.timeZone });
}
