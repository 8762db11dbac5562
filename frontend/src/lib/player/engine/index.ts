import { FileEngine } from './file.ts';
import { MseEngine, playable } from './mse.ts';
import { NativeEngine } from './native.ts';
import { parseMaster } from './playlist.ts';
import type { Engine, EngineOptions, StreamSource } from './types.ts';

/** Apple's own HLS, known by its AirPlay interface: the one native player that serves weak lines well. */
function appleHls(video: HTMLVideoElement): boolean {
	return (
		'WebKitPlaybackTargetAvailabilityEvent' in globalThis &&
		video.canPlayType('application/vnd.apple.mpegurl') !== ''
	);
}

/**
 * Opens a source in a media element with the best way this browser has: Apple's HLS, else our own
 * player over MediaSource, else any native HLS, else the sound as one file. Nothing is fetched before
 * the viewer presses play, except the playlists.
 */
export function open(
	video: HTMLVideoElement,
	source: StreamSource,
	options: EngineOptions
): Engine {
	const master = parseMaster(source.master);
	if (appleHls(video)) return new NativeEngine(video, source, master, options);
	if ('MediaSource' in globalThis) {
		const usable = playable(master, (type) => MediaSource.isTypeSupported(type));
		if (usable.audio.length + usable.video.length > 0)
			return new MseEngine(video, source, usable, options);
	}
	if (video.canPlayType('application/vnd.apple.mpegurl')) {
		return new NativeEngine(video, source, master, options);
	}
	return new FileEngine(video, source, master, options);
}
