import type { Rendition } from '#lib/services/lessons.ts';

/** A quality on offer and what it costs. */
export interface Quality {
	name: string;
	height: number;
	/** Bytes of picture and sound for the whole video. */
	bytes: number;
	bytesPerMinute: number;
}

const RICH_HEIGHT = 480;

/**
 * What each quality costs with the sound that goes with it, cheapest first. "audio" is the sound alone.
 * From 480p on the fuller sound belongs to the picture.
 */
export function qualities(renditions: readonly Rendition[], durationMs: number): Quality[] {
	const minutes = Math.max(durationMs, 1000) / 60_000;
	const sounds = renditions.filter((r) => r.kind === 'audio').sort((a, b) => a.bytes - b.bytes);
	const cheap = sounds[0]?.bytes ?? 0;
	const full = sounds[sounds.length - 1]?.bytes ?? 0;
	const make = (name: string, height: number, bytes: number): Quality => ({
		name,
		height,
		bytes,
		bytesPerMinute: bytes / minutes
	});
	const pictures = renditions
		.filter((r) => r.kind === 'video')
		.map((r) => {
			const rich = r.height >= RICH_HEIGHT && r.name !== 'slides';
			return make(r.name, r.height, r.bytes + (rich ? full : cheap));
		})
		.sort((a, b) => a.bytes - b.bytes);
	return sounds.length > 0 ? [make('audio', 0, cheap), ...pictures] : pictures;
}
