const IDLE_AFTER_MS = 3000;

interface AppleVideo extends HTMLVideoElement {
	webkitEnterFullscreen?: () => void;
}

/** Full screen and the small window of one player. */
export class FullScreen {
	on = $state(false);
	/** In full screen nothing was touched for a while: the controls step aside. */
	idle = $state(false);
	/** Shows the video in a small window; undefined where the browser has none. Reactive. */
	pictureInPicture = $state<(() => void) | undefined>();
	private root: HTMLElement | null = null;
	private video: AppleVideo | null = null;
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** Watches a player's element; returns what ends it. */
	watch(root: HTMLElement, video: HTMLVideoElement): () => void {
		this.root = root;
		this.video = video;
		if (document.pictureInPictureEnabled) {
			this.pictureInPicture = () => void video.requestPictureInPicture().catch(() => {});
		}
		const change = () => {
			this.on = document.fullscreenElement === root;
			this.stir();
		};
		document.addEventListener('fullscreenchange', change);
		return () => {
			clearTimeout(this.timer);
			document.removeEventListener('fullscreenchange', change);
		};
	}

	toggle(): void {
		if (document.fullscreenElement) void document.exitFullscreen();
		else if (this.root?.requestFullscreen)
			void this.root.requestFullscreen().catch(() => this.apple());
		else this.apple();
	}

	/** Something moved: the controls are wanted. */
	stir(): void {
		clearTimeout(this.timer);
		this.idle = false;
		if (this.on) this.timer = setTimeout(() => (this.idle = true), IDLE_AFTER_MS);
	}

	// An iPhone can only make the video itself full.
	private apple(): void {
		this.video?.webkitEnterFullscreen?.();
	}
}
