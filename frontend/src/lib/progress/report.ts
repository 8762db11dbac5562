import type { Range } from './ranges.ts';

/** One piece of progress, as POST /api/progress takes it. Sending it twice does no harm. */
export interface Report {
	/** UUIDv7, made here. */
	id: string;
	activityId: string;
	/** Whole seconds [from, to) that were played. */
	watched: Range[];
	/** Where the learner stopped, in ms. */
	positionMs: number;
	/** When, by this device's clock (RFC 3339). */
	at: string;
}

/** The server's word on each report: both lists are final, neither need be sent again. */
export interface Receipt {
	accepted: string[];
	rejected: { id: string; code: string }[];
}

let latest = 0;

/** A UUIDv7. Ids made on one page sort in the order in which they were made, also within a millisecond. */
export function newReportId(at = Date.now()): string {
	const now = (latest = Math.max(at, latest + 1));
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff;
	bytes[6] = (bytes[6] & 0x0f) | 0x70;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
	return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
