import { firstFrame, timescale } from './first-frame.ts';
import { fillerInit, fillerSegment } from './filler.ts';
import { join, type Net } from './net.ts';
import { besides, parseMedia, segmentAt, type MediaPlaylist } from './playlist.ts';
import type { Sink } from './sink.ts';

/** What a track loads from: a rung of picture or sound. */
export interface Source {
	name: string;
	uri: string;
	codecs: string;
}

/** A segment on its way. */
export interface Flight<S extends Source = Source> {
	index: number;
	rung: S;
	abort: AbortController;
	received: number;
	/** Bytes of the whole; 0 until the server has said. */
	size: number;
	began: number;
}

/** Mark of a buffered segment that a better one may still replace. */
const REPLACEABLE = '~';

/** MIME type of a track's codec, as MediaSource wants it. */
export function mime(kind: 'audio' | 'video', codecs: string): string {
	return `${kind}/mp4; codecs="${/opus/i.test(codecs) ? 'opus' : codecs}"`;
}

/** Sound or picture of one MediaSource: its buffer, what it holds, and the one segment being fetched. */
export class Track<S extends Source = Source> {
	flight: Flight<S> | null = null;
	/** Time line, known once the first playlist is there. */
	layout: MediaPlaylist | null = null;
	private readonly have: (string | undefined)[] = [];
	private readonly lists = new Map<string, Promise<MediaPlaylist>>();
	private readonly inits = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
	private parserOn: string | null = null;
	private parserMid = false;
	private turn: Promise<void> = Promise.resolve();
	private codecs: string;

	constructor(
		readonly kind: 'audio' | 'video',
		readonly sink: Sink,
		private readonly net: Net,
		private readonly inline: Record<string, string>,
		codecs: string,
		private readonly life: AbortSignal
	) {
		this.codecs = mime(kind, codecs);
	}

	/** The media playlist of a rung, fetched once. */
	playlist(uri: string): Promise<MediaPlaylist> {
		let list = this.lists.get(uri);
		if (!list) {
			const text = this.inline[uri];
			list = (text ? Promise.resolve(text) : this.net.text(uri, this.life)).then((body) => {
				const media = parseMedia(body);
				this.layout ??= media;
				return media;
			});
			list.catch(() => this.lists.delete(uri));
			this.lists.set(uri, list);
		}
		return list;
	}

	/** First segment from t on that is missing or may be replaced; null when all is there. */
	next(t: number): number | null {
		if (!this.layout) return 0;
		for (let i = segmentAt(this.layout, t); i < this.layout.segments.length; i++) {
			const mark = this.have[i];
			if (!mark || mark.startsWith(REPLACEABLE)) return i;
		}
		return null;
	}

	/** Rung buffered at second t; null when none or only the filler. */
	rungAt(t: number): string | null {
		const mark = this.layout && this.have[segmentAt(this.layout, t)];
		if (!mark || !this.sink.has(t)) return null;
		return mark.replace(REPLACEABLE, '') || null;
	}

	/** Whether segment i shows the filler or something to be replaced. */
	replaceable(i: number): boolean {
		return this.have[i]?.startsWith(REPLACEABLE) ?? false;
	}

	/** Allows segments from index on to be fetched again, where drop says so of their rung. */
	outdate(index: number, drop: (rung: string) => boolean) {
		for (let i = index; i < this.have.length; i++) {
			const mark = this.have[i];
			if (mark && !mark.startsWith(REPLACEABLE) && drop(mark)) this.have[i] = REPLACEABLE + mark;
		}
	}

	start(index: number): number {
		return this.layout?.segments[index]?.start ?? 0;
	}

	end(index: number): number {
		const segment = this.layout?.segments[index];
		return segment ? segment.start + segment.duration : 0;
	}

	/** Forgets what the browser has thrown out by itself. */
	verify(t: number) {
		if (!this.layout) return;
		const from = segmentAt(this.layout, t);
		for (let i = from; i < Math.min(this.have.length, from + 20); i++) {
			const segment = this.layout.segments[i];
			const middle = Math.max(t, segment.start + segment.duration / 2);
			if (
				this.have[i] &&
				segment.duration > 0.5 &&
				middle < segment.start + segment.duration - 0.2
			) {
				if (!this.sink.has(middle)) this.have[i] = undefined;
			}
		}
	}

	/** Throws out what lies before second t. */
	async evict(t: number) {
		if (!this.layout) return;
		const last = segmentAt(this.layout, t);
		for (let i = 0; i < last; i++) this.have[i] = undefined;
		if (this.start(last) > 0) await this.sink.remove(0, this.start(last));
	}

	/**
	 * Fetches segment index of a rung into the buffer. Sound is handed over piece by piece, so that it
	 * starts before the segment is whole; a picture only whole, so that it can be given up for another.
	 * Tells whether it was given up, came into empty place, or took another's place.
	 */
	async load(index: number, rung: S): Promise<'dropped' | 'new' | 'replaced'> {
		const abort = new AbortController();
		const flight: Flight<S> = {
			index,
			rung,
			abort,
			received: 0,
			size: 0,
			began: performance.now()
		};
		this.flight = flight;
		const { signal } = abort;
		try {
			const list = await this.playlist(rung.uri);
			const segment = list.segments[index];
			if (segment) await this.fetch(flight, list.init, segment.uri);
			if (signal.aborted) return 'dropped';
			const outcome = this.have[index] ? 'replaced' : 'new';
			this.have[index] = rung.name;
			return outcome;
		} catch (error) {
			if (signal.aborted || this.life.aborted) return 'dropped';
			throw error;
		} finally {
			if (this.flight === flight) this.flight = null;
		}
	}

	private async fetch(flight: Flight<S>, init: string, uri: string) {
		const { rung, abort } = flight;
		const live = this.kind === 'audio';
		const parts: Uint8Array[] = [];
		const head = this.init(rung.uri, init);
		let chain = live ? head.then((data) => this.open(rung, data, abort.signal)) : Promise.resolve();
		const quiet = () => {};
		head.catch(quiet);
		chain.catch(quiet);
		const length = await this.net.get(besides(rung.uri, uri), {
			signal: abort.signal,
			onBytes: (chunk, received, size) => {
				flight.received = received;
				flight.size = size;
				if (!live) return void parts.push(chunk);
				chain = chain.then(() => this.append(chunk, abort.signal));
				chain.catch(quiet);
			}
		});
		await chain;
		if (!live) {
			const data = await head;
			// The filler must not get between a picture and its init segment.
			await this.alone(async () => {
				await this.open(rung, data, abort.signal);
				const segment = join(parts, length);
				const first = firstFrame(segment, timescale(data));
				const late = first === null ? 0 : first - this.start(flight.index);
				await this.sink.shift(Math.abs(late) > 0.002 && Math.abs(late) < 3 ? -late : 0);
				await this.append(segment, abort.signal);
			});
		}
		if (!abort.signal.aborted) this.parserMid = false;
	}

	private alone(work: () => Promise<void>): Promise<void> {
		const next = this.turn.then(work);
		this.turn = next.catch(() => {});
		return next;
	}

	/** Stops the running download. */
	drop() {
		this.flight?.abort.abort();
		this.flight = null;
	}

	/** Covers segment index with the filler, until its picture comes. */
	cover(index: number): Promise<void> {
		this.have[index] = REPLACEABLE;
		return this.alone(async () => {
			// Its picture came while we waited for our turn.
			if (this.have[index] !== REPLACEABLE) return;
			if (this.parserMid) await this.sink.reset();
			this.parserMid = false;
			if (this.parserOn !== REPLACEABLE) await this.sink.append(fillerInit());
			this.parserOn = REPLACEABLE;
			await this.sink.shift(0);
			await this.sink.append(fillerSegment(this.start(index), this.end(index)));
		});
	}

	/** Points the buffer's parser at a rung. */
	private async open(rung: S, init: Uint8Array<ArrayBuffer>, signal: AbortSignal) {
		if (signal.aborted) return;
		const type = mime(this.kind, rung.codecs);
		const change = type.split(/[.;]/)[1] !== this.codecs.split(/[.;]/)[1];
		if (this.parserMid || change) await this.sink.reset(change ? type : undefined);
		this.parserMid = false;
		this.codecs = type;
		if (this.parserOn === rung.uri && !change) return;
		this.parserOn = rung.uri;
		await this.sink.append(init);
	}

	private async append(data: Uint8Array<ArrayBuffer>, signal: AbortSignal) {
		if (signal.aborted) return;
		this.parserMid = true;
		await this.sink.append(data);
	}

	private init(rungUri: string, uri: string): Promise<Uint8Array<ArrayBuffer>> {
		let data = this.inits.get(rungUri);
		if (!data) {
			data = this.net.all(besides(rungUri, uri), this.life);
			data.catch(() => this.inits.delete(rungUri));
			this.inits.set(rungUri, data);
		}
		return data;
	}
}
