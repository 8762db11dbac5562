import type { Choice, Engine, EngineOptions, EngineState, StreamSource, Trouble } from './types.ts';
import type { Master } from './playlist.ts';
import { backoff } from './net.ts';
import { Refused } from './types.ts';

/**
 * Leaves playing to the browser's own HLS (Apple's). It chooses the rung by itself; we choose between
 * everything and sound alone, and renew the address when the token runs out.
 */
export class NativeEngine implements Engine {
	private base: string;
	private choice: Choice;
	private trouble: Trouble = null;
	private fails = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private readonly onError = () => this.recover();
	private readonly onGood = () => {
		this.fails = 0;
		this.tell(null);
	};

	constructor(
		private readonly video: HTMLVideoElement,
		private readonly source: StreamSource,
		private readonly master: Master,
		private readonly options: EngineOptions
	) {
		this.base = source.base;
		this.choice = options.choice;
		video.addEventListener('error', this.onError);
		video.addEventListener('playing', this.onGood);
		this.open(options.startAt, false);
	}

	choose(choice: Choice) {
		const before = this.choice;
		this.choice = choice;
		if (before.audioOnly !== choice.audioOnly)
			this.open(this.video.currentTime, !this.video.paused);
	}

	beginAt(second: number) {
		this.video.currentTime = second;
	}

	retry() {
		this.fails = 0;
		this.recover();
	}

	destroy() {
		clearTimeout(this.timer);
		this.video.removeEventListener('error', this.onError);
		this.video.removeEventListener('playing', this.onGood);
		this.video.removeAttribute('src');
		this.video.load();
	}

	private open(at: number, play: boolean) {
		const sound = this.master.audio.find((a) => /mp4a/.test(a.codecs)) ?? this.master.audio[0];
		const path = this.choice.audioOnly && sound ? sound.uri : 'master.m3u8';
		this.video.src = this.base + path;
		if (at > 0) this.video.currentTime = at;
		if (play) this.video.play().catch(() => {});
		this.tell(this.trouble);
	}

	/** Any error may be a token that ran out: ask for a fresh address, then go on at the same second. */
	private recover() {
		const at = this.video.currentTime;
		const play = !this.video.paused || this.video.autoplay;
		this.fails++;
		if (this.fails > 6) return this.tell('decode');
		this.tell(this.fails > 1 ? 'offline' : null);
		clearTimeout(this.timer);
		this.timer = setTimeout(
			async () => {
				try {
					if (this.source.renew) this.base = await this.source.renew();
				} catch (error) {
					if (error instanceof Refused) return this.tell('refused');
				}
				this.open(at, play);
			},
			this.fails === 1 ? 0 : backoff(this.fails)
		);
	}

	private tell(trouble: Trouble) {
		this.trouble = trouble;
		const state: EngineState = {
			kind: 'native',
			rung: null,
			picture: this.choice.audioOnly ? 'off' : 'shown',
			bitsPerSecond: null,
			trouble,
			bytes: 0
		};
		this.options.onState(state);
	}
}
