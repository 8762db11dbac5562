import type { Playback } from './playback.svelte.ts';

/** What the lock screen and the headset show and do for the video that plays. Returns what ends it. */
export function mediaSession(
	playback: Playback,
	about: { title: string; course: string; artwork?: string }
): () => void {
	const session = navigator.mediaSession;
	if (!session || typeof MediaMetadata === 'undefined') return () => {};
	session.metadata = new MediaMetadata({
		title: about.title,
		artist: about.course,
		artwork: about.artwork ? [{ src: about.artwork }] : []
	});
	const actions: [MediaSessionAction, MediaSessionActionHandler][] = [
		['play', () => void playback.play()],
		['pause', () => playback.pause()],
		['seekbackward', (detail) => playback.skip(-(detail.seekOffset ?? 10))],
		['seekforward', (detail) => playback.skip(detail.seekOffset ?? 10)],
		['seekto', (detail) => playback.seek(detail.seekTime ?? 0)]
	];
	const set = (action: MediaSessionAction, handler: MediaSessionActionHandler | null) => {
		try {
			session.setActionHandler(action, handler);
		} catch {
			// An action this browser does not know.
		}
	};
	for (const [action, handler] of actions) set(action, handler);
	return () => {
		session.metadata = null;
		for (const [action] of actions) set(action, null);
	};
}
