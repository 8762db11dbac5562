import { priorBps, type ConnectionHint } from './abr.ts';

const KEY = 'hanzhi.line';

/** The browser's own word on the line, where it gives one. */
export function connection(): (ConnectionHint & EventTarget) | undefined {
	return (navigator as Navigator & { connection?: ConnectionHint & EventTarget }).connection;
}

/** First guess of the line in bit/s, from memory and browser; null when nothing is known. */
export function recall(now = Date.now()): number | null {
	let memory: { bps: number; at: number } | null = null;
	try {
		const stored = JSON.parse(localStorage.getItem(KEY) ?? 'null');
		if (stored && stored.bps > 0 && stored.at > 0) memory = stored;
	} catch {
		// Storage refused or unreadable: nothing is known then.
	}
	return priorBps(connection(), memory, now);
}

/** Keeps a measure for the next video. */
export function remember(bps: number | null, now = Date.now()) {
	if (!bps) return;
	try {
		localStorage.setItem(KEY, JSON.stringify({ bps: Math.round(bps), at: now }));
	} catch {
		// A full or forbidden storage costs a slower start next time, nothing more.
	}
}
