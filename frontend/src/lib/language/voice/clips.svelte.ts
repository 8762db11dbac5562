/** Slow enough to follow every syllable. The pitch stays as it is. */
const SLOW = 0.7;

/** Plays recordings, one at a time. */
export class Clips {
	/** What plays now. Reactive. */
	playing = $state<string>();
	private audio: HTMLAudioElement | undefined;
	private end: (() => void) | undefined;

	/** Plays one to its end, or until another begins. Rejects when it cannot be played. */
	async play(url: string, name: string, slow = false): Promise<void> {
		this.stop();
		const audio = (this.audio = new Audio(url));
		audio.preservesPitch = true;
		audio.playbackRate = slow ? SLOW : 1;
		this.playing = name;
		const over = new Promise<void>((resolve) => {
			this.end = resolve;
			audio.addEventListener('ended', () => resolve());
		});
		try {
			await audio.play();
			await over;
		} finally {
			if (this.audio === audio) this.stop();
		}
	}

	stop(): void {
		this.audio?.pause();
		this.audio = undefined;
		this.playing = undefined;
		this.end?.();
		this.end = undefined;
	}
}
