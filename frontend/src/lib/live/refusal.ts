import { m } from '#lib/i18n';
import type { Refused } from './socket.ts';

/** Why somebody is not in a class, in their words, and the way onward. */
export interface Refusal {
	what: string;
	safe: string;
	next: string;
	way: 'retry' | 'reload' | 'sign-in' | 'name' | 'none';
	/** What the button for another try says. */
	verb: string;
}

type Words = [what: () => string, next: () => string, way: Refusal['way']];

const BY_CLOSE: Record<number, Words> = {
	4200: [m.live_end_misunderstood, m.live_end_misunderstood_next, 'reload'],
	4201: [m.live_end_misunderstood, m.live_end_misunderstood_next, 'reload'],
	4202: [m.live_end_misunderstood, m.live_end_misunderstood_next, 'reload'],
	4203: [m.live_end_not_member, m.live_end_not_member_next, 'sign-in'],
	4204: [m.live_end_removed, m.live_end_removed_next, 'none'],
	4206: [m.live_end_devices, m.live_end_devices_next, 'retry']
};

// What was said when a ticket was asked for or at the door, by its code or by the kind of failure.
const BY_REFUSAL: Record<string, Words> = {
	unauthenticated: [m.live_refused_signed_out, m.live_refused_signed_out_next, 'sign-in'],
	forbidden: [m.live_refused_forbidden, m.live_refused_forbidden_next, 'none'],
	'not-found': [m.live_refused_not_found, m.live_refused_not_found_next, 'none'],
	invalid: [m.live_refused_invalid, m.live_refused_invalid_next, 'name'],
	full: [m.live_refused_full, m.live_refused_full_next, 'retry']
};

const GUEST: Words = [m.live_refused_link, m.live_refused_link_next, 'none'];
const OTHER: Words = [m.live_refused_other, m.live_refused_other_next, 'retry'];

/** What to tell somebody for whom the line is closed for good. */
export function refusalOf(end: { code: number; refusal?: Refused }, guest: boolean): Refusal {
	const { code, refusal } = end;
	let words = BY_CLOSE[code] ?? OTHER;
	if (refusal) words = BY_REFUSAL[refusal.code] ?? BY_REFUSAL[refusal.text] ?? OTHER;
	const linkOver = refusal && ['forbidden', 'not-found', 'unauthenticated'].includes(refusal.text);
	if (guest && linkOver) words = GUEST;
	const [what, next, way] = words;
	return {
		what: what(),
		safe: m.live_end_safe(),
		next: next(),
		way,
		verb: code === 4206 ? m.live_use_here() : m.common_try_again()
	};
}
