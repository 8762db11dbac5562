import { Meter } from './meter.ts';
import { join, Missing, Net } from './net.ts';
import { besides, parseMedia, type Master } from './playlist.ts';
import {
	Refused,
	type Engine,
	type EngineOptions,
	type StreamSource,
	type Trouble
} from './types.ts';

/**
 * Last resort for browsers with neither MediaSource nor HLS: fetches the whole sound, joins its
 * segments into one progressive file, and plays that. Begins at the first press of play, since it
 * costs the whole sound at once.
 */
export class FileEngine implements Engine {
	private readonly meter = new Meter();
	private readonly net: Net;
	private readonly life = new AbortController();
	private address = '';
	private begun = false;
	private startAt: number;
	private trouble: Trouble = 'unsupported';
	private readonly onPlay = () => void this.fetch();

	constructor(
		private readonly video: HTMLVideoElement,
		private readonly source: StreamSource,
		private readonly master: Master,
		private readonly options: EngineOptions
	) {
		this.net = new Net(source.base, source.renew, this.meter, () =>
			this.tell(this.net.trouble ?? 'unsupported')
		);
		this.startAt = options.startAt;
		video.addEventListener('play', this.onPlay);
		this.tell('unsupported');
	}

	choose() {}

	beginAt(second: number) {
		this.startAt = second;
	}

	retry() {
		this.begun = false;
		this.net.kick();
		void this.fetch();
	}

	destroy() {
		this.life.abort();
		this.net.close();
		this.video.removeEventListener('play', this.onPlay);
		URL.revokeObjectURL(this.address);
		this.video.removeAttribute('src');
		this.video.load();
	}

	private async fetch() {
		if (this.begun) return;
		const sound = this.master.audio.find((a) => /mp4a/.test(a.codecs)) ?? this.master.audio[0];
		if (!sound) return;
		this.begun = true;
		try {
			const { signal } = this.life;
			const text = this.source.playlists?.[sound.uri] ?? (await this.net.text(sound.uri, signal));
			const list = parseMedia(text);
			const parts: Uint8Array[] = [];
			for (const uri of [list.init, ...list.segments.map((s) => s.uri)]) {
				parts.push(await this.net.all(besides(sound.uri, uri), signal));
				this.tell(this.trouble);
			}
			const whole = join(
				parts,
				parts.reduce((n, p) => n + p.length, 0)
			);
			this.address = URL.createObjectURL(new Blob([whole], { type: 'audio/mp4' }));
			this.video.src = this.address;
			this.video.currentTime = this.startAt;
			await this.video.play();
		} catch (error) {
			if (this.life.signal.aborted) return;
			if (error instanceof Refused) this.tell('refused');
			else if (error instanceof Missing) this.tell('missing');
		}
	}

	private tell(trouble: Trouble) {
		this.trouble = trouble;
		this.options.onState({
			kind: 'file',
			rung: null,
			picture: 'off',
			bitsPerSecond: this.meter.estimate(performance.now()),
			trouble,
			bytes: this.meter.total
		});
	}
}
