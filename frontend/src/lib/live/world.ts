/** What the connection needs of a WebSocket. */
export interface Wire {
	binaryType: string;
	readonly bufferedAmount: number;
	onopen: (() => void) | null;
	onmessage: ((message: { data: unknown }) => void) | null;
	onclose: ((close: { code: number }) => void) | null;
	send(data: string | Uint8Array<ArrayBuffer>): void;
	close(code?: number): void;
}

/** The world around the connection: the network, the clock, chance. Tests put their own in its place. */
export interface World {
	open(url: string, protocols: string[]): Wire;
	now(): number;
	after(ms: number, act: () => void): number;
	clear(timer: number | undefined): void;
	/** 0 ≤ x < 1. */
	random(): number;
	/** Tells when the network came back or the page is looked at again; the answer stops it. */
	awake(tell: (why: 'online' | 'visible') => void): () => void;
}

export const WORLD: World = {
	open: (url, protocols) => new WebSocket(url, protocols) as unknown as Wire,
	now: () => Date.now(),
	after: (ms, act) => window.setTimeout(act, ms),
	clear: (timer) => window.clearTimeout(timer),
	random: () => Math.random(),
	awake(tell) {
		const online = () => tell('online');
		const visible = () => document.visibilityState === 'visible' && tell('visible');
		window.addEventListener('online', online);
		document.addEventListener('visibilitychange', visible);
		return () => {
			window.removeEventListener('online', online);
			document.removeEventListener('visibilitychange', visible);
		};
	}
};
