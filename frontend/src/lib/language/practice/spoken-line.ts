import { call } from '#lib/api/client.ts';
import type { Engine } from '#lib/player/engine/types.ts';
import type { Video } from '#lib/services/lessons.ts';

/** The part of a lesson's video in which a line is spoken. */
export interface Spoken {
	assetId: string;
	startMs: number;
	endMs: number;
}

/** Sound before and after the line, so that no syllable is cut off. */
const EDGE = 0.15;

/**
 * Plays lines out of lessons: the sound alone, fetched only for the seconds that are heard. One at a time; `close`
 * gives everything back.
 */
export class SpokenLines {
	#video: HTMLVideoElement | undefined;
	#engine: Engine | undefined;
	#asset = '';
	#stopAt = 0;
	#closed = false;

	/** Plays one line, at its own pace or slower. Rejects when its sound cannot be had now. */
	async play({ assetId, startMs, endMs }: Spoken, rate = 1): Promise<void> {
		const from = Math.max(0, startMs / 1000 - EDGE);
		if (this.#asset !== assetId) await this.#open(assetId, from);
		const video = this.#video;
		if (!video || this.#closed) return;
		this.#stopAt = endMs / 1000 + EDGE;
		video.currentTime = from;
		video.playbackRate = rate;
		await video.play();
	}

	/** Ends what is playing. */
	close(): void {
		this.#closed = true;
		this.#drop();
	}

	async #open(assetId: string, startAt: number): Promise<void> {
		this.#drop();
		const address = `/api/assets/${encodeURIComponent(assetId)}/playback`;
		const [found, { open }] = await Promise.all([
			call<Video>('GET', address),
			import('#lib/player/engine/index.ts')
		]);
		if (this.#closed) return;
		const video = document.createElement('video');
		video.playsInline = true;
		video.addEventListener('timeupdate', () => {
			if (video.currentTime >= this.#stopAt) video.pause();
		});
		const renew = async () => (await call<Video>('GET', address)).base;
		this.#engine = open(
			video,
			{ base: found.base, master: found.master, renew },
			{
				choice: { rung: 'auto', audioOnly: true, saveData: true },
				startAt,
				onState: () => undefined
			}
		);
		this.#video = video;
		this.#asset = assetId;
	}

	#drop(): void {
		this.#video?.pause();
		this.#engine?.destroy();
		this.#engine = this.#video = undefined;
		this.#asset = '';
	}
}
