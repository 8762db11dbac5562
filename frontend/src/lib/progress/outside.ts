import { call, csrfToken } from '#lib/api/client.ts';
import { sent } from '#lib/outbox/send.ts';
import type { Outside } from './queue.ts';
import type { Receipt, Report } from './report.ts';

const ADDRESS = '/api/progress';
const SCRAP = 'hanzhi:progress-scrap';

/** Sends reports with an answer. While leaving, the request outlives the page. */
export function send(reports: Report[], leaving: boolean): Promise<Receipt> {
	return sent(call<Receipt>('POST', ADDRESS, { body: { reports }, keepalive: leaving }));
}

/** Hands reports to the browser; the token travels in the body, as a beacon carries no header. */
export function beacon(reports: Report[]): boolean {
	const body = JSON.stringify({ reports, csrfToken: csrfToken() });
	try {
		return navigator.sendBeacon(ADDRESS, new Blob([body], { type: 'application/json' }));
	} catch {
		return false;
	}
}

/** A line of synchronous storage. */
export const scrap: Outside['scrap'] = {
	read(): string | null {
		try {
			return localStorage.getItem(SCRAP);
		} catch {
			return null;
		}
	},
	write(text: string | null) {
		try {
			if (text === null) localStorage.removeItem(SCRAP);
			else localStorage.setItem(SCRAP, text);
		} catch {
			// The beacon and the store are still there.
		}
	}
};
