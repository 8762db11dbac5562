import type { Meter } from './meter.ts';
import { Refused, type Trouble } from './types.ts';

/** The server has no such file, and asking again will not bring it. */
export class Missing extends Error {}

export interface Request {
	signal: AbortSignal;
	/** Each piece as it arrives; size is the whole length, 0 where the server did not say. */
	onBytes?: (chunk: Uint8Array<ArrayBuffer>, received: number, size: number) => void;
}

/** Silence in ms after which a request counts as dead. */
const DEAD_AFTER_MS = 20_000;
const LONGEST_WAIT_MS = 15_000;

/** Pause in ms before try n (from 1), doubling, with jitter so that a class does not come back at once. */
export function backoff(n: number, random = Math.random()): number {
	return Math.min(LONGEST_WAIT_MS, 500 * 2 ** (n - 1)) * (0.6 + 0.4 * random);
}

/**
 * Fetches files below the token's address. Goes on after any line fault, at the byte where it broke
 * off; asks for a fresh address when the token has run out. Gives up only when the server says for
 * good that there is nothing to get (Missing) or no right to it (Refused), or when told to stop.
 */
export class Net {
	/** Set while requests fail; told to the page by the engine. */
	trouble: Trouble = null;
	private renewing: Promise<void> | null = null;
	private wake = new Set<() => void>();

	constructor(
		private base: string,
		private readonly renew: (() => Promise<string>) | undefined,
		private readonly meter: Meter,
		private readonly onTrouble: () => void
	) {
		addEventListener('online', this.kick);
	}

	close() {
		removeEventListener('online', this.kick);
	}

	/** Ends every pause between tries now. */
	readonly kick = () => {
		for (const go of this.wake) go();
	};

	/** Address of a path, for elements that fetch by themselves. */
	url(path: string): string {
		return path.startsWith('/') ? path : this.base + path;
	}

	async text(path: string, signal: AbortSignal): Promise<string> {
		return new TextDecoder().decode(await this.all(path, signal));
	}

	/** The whole file. */
	async all(path: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
		const parts: Uint8Array[] = [];
		const length = await this.get(path, { signal, onBytes: (chunk) => parts.push(chunk) });
		return join(parts, length);
	}

	/** Streams a file to onBytes and returns its length. */
	async get(path: string, request: Request): Promise<number> {
		const { signal } = request;
		let received = 0;
		let fails = 0;
		let refusals = 0;
		for (;;) {
			signal.throwIfAborted();
			try {
				const before = received;
				const end = await this.attempt(path, received, request, (n) => (received = n));
				if (end === 'done') {
					this.setTrouble(null);
					return received;
				}
				if (received > before) fails = 0;
				await this.freshBase();
				// A fresh address is refused as well, again and again: it is not the token.
				if (++refusals > 3) throw new Refused();
				continue;
			} catch (error) {
				if (signal.aborted || error instanceof Refused || error instanceof Missing) throw error;
			}
			this.setTrouble('offline', ++fails);
			await this.pause(backoff(fails), signal);
		}
	}

	/** One request. "refused" when the token has run out; throws on any fault. */
	private async attempt(
		path: string,
		from: number,
		{ signal, onBytes }: Request,
		progress: (received: number) => void
	): Promise<'done' | 'refused'> {
		const dead = new AbortController();
		let timer = setTimeout(() => dead.abort(), DEAD_AFTER_MS);
		const stop = () => dead.abort();
		signal.addEventListener('abort', stop);
		const flow = this.meter.begin(performance.now());
		try {
			const response = await fetch(this.url(path), {
				headers: from > 0 ? { Range: `bytes=${from}-` } : {},
				signal: dead.signal
			});
			if ([401, 403, 410].includes(response.status)) return 'refused';
			if (response.status === 404) throw new Missing(path);
			if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
			// A server that ignores Range sends all again: pass over what is already there.
			let skip = response.status === 206 ? 0 : from;
			const length = Number(response.headers.get('Content-Length')) || 0;
			const size = length && response.status === 206 ? from + length : length;
			let at = from;
			const reader = response.body.getReader();
			for (;;) {
				const { done, value } = await reader.read();
				if (done) break;
				clearTimeout(timer);
				timer = setTimeout(() => dead.abort(), DEAD_AFTER_MS);
				this.meter.received(flow, value.length, performance.now());
				const fresh = value.subarray(Math.min(skip, value.length));
				skip -= value.length - fresh.length;
				if (fresh.length === 0) continue;
				at += fresh.length;
				progress(at);
				onBytes?.(fresh, at, size);
			}
			if (size && at < size) throw new Error('cut off');
			return 'done';
		} finally {
			clearTimeout(timer);
			signal.removeEventListener('abort', stop);
			this.meter.end(flow, performance.now());
		}
	}

	/** One renewal serves all requests that were refused meanwhile. */
	private freshBase(): Promise<void> {
		if (!this.renew) return Promise.reject(new Refused());
		this.renewing ??= this.renew()
			.then((base) => {
				this.base = base;
			})
			.finally(() => {
				this.renewing = null;
			});
		return this.renewing;
	}

	/** A single failed try is normal on a weak line and not worth a word. */
	private setTrouble(trouble: Trouble, fails = 0) {
		const next = trouble && fails < 2 && navigator.onLine ? this.trouble : trouble;
		if (next === this.trouble) return;
		this.trouble = next;
		this.onTrouble();
	}

	private pause(ms: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const go = () => {
				clearTimeout(timer);
				this.wake.delete(go);
				signal.removeEventListener('abort', go);
				resolve();
			};
			const timer = setTimeout(go, ms);
			this.wake.add(go);
			signal.addEventListener('abort', go);
		});
	}
}

/** Joins pieces of known total length. */
export function join(parts: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
	const out = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		out.set(part, at);
		at += part.length;
	}
	return out;
}
