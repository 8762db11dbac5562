/** A sound rendition: one EXT-X-MEDIA entry or one audio-only variant. */
export interface AudioRung {
	name: string;
	uri: string;
	codecs: string;
	/** Peak bit/s, estimated from the codec when the master names none. */
	bandwidth: number;
}

/** A picture rendition with the sound that belongs to it. */
export interface VideoRung {
	name: string;
	uri: string;
	/** Codecs of the picture alone. */
	codecs: string;
	/** Null where the video has no sound at all. */
	audio: AudioRung | null;
	/** Peak and mean bit/s of picture and sound together. */
	bandwidth: number;
	average: number;
	width: number;
	height: number;
	fps: number;
}

export interface Master {
	/** Ascending by bandwidth; the same picture may occur once per sound rendition. */
	video: VideoRung[];
	audio: AudioRung[];
}

export interface Segment {
	uri: string;
	start: number;
	duration: number;
}

export interface MediaPlaylist {
	init: string;
	segments: Segment[];
	duration: number;
}

interface Group {
	uri: string;
	channels: string;
}

/** Attributes of one tag line; quoted values may hold commas. */
export function attributes(line: string): Record<string, string> {
	const out: Record<string, string> = {};
	for (const [, key, quoted, bare] of line.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))/g)) {
		out[key] = quoted ?? bare;
	}
	return out;
}

/** "slides.m3u8" and "slides/index.m3u8" are both the rung "slides". */
export function rungName(uri: string): string {
	const parts = uri.split('?')[0].split('/');
	const file = parts.pop() as string;
	const stem = file.replace(/\.m3u8$/, '');
	return parts.length > 0 && /^(index|playlist|media|stream)$/.test(stem)
		? (parts.pop() as string)
		: stem;
}

const isVideo = (codec: string) => /^(avc|hvc|hev|av01|vp0?[89])/.test(codec.trim());

/** A usual rate for a sound whose own bandwidth the master does not tell. */
function usualBandwidth(codecs: string, channels: string): number {
	if (/opus/i.test(codecs)) return 18_000;
	return parseInt(channels) > 1 ? 67_000 : 26_000;
}

/**
 * Reads a master playlist of our own shape: audio-only variants, and picture variants whose sound is
 * in an EXT-X-MEDIA group. Unknown tags are passed over; a variant without codecs is left out, since
 * nothing can be decided about it.
 */
export function parseMaster(text: string): Master {
	const lines = text.split(/\r?\n/);
	const groups = new Map<string, Group>();
	const variants: { tag: Record<string, string>; uri: string }[] = [];
	for (let i = 0; i < lines.length; i++) {
		const line = lines[i];
		if (line.startsWith('#EXT-X-MEDIA:')) {
			const tag = attributes(line);
			if (tag.TYPE === 'AUDIO' && tag.URI && !groups.has(tag['GROUP-ID'])) {
				groups.set(tag['GROUP-ID'], { uri: tag.URI, channels: tag.CHANNELS ?? '1' });
			}
		} else if (line.startsWith('#EXT-X-STREAM-INF:')) {
			let next = i + 1;
			while (next < lines.length && (lines[next].startsWith('#') || !lines[next].trim())) next++;
			const uri = lines[next]?.trim();
			const tag = attributes(line);
			if (uri && tag.CODECS) variants.push({ tag, uri });
		}
	}
	return assemble(groups, variants);
}

function assemble(
	groups: Map<string, Group>,
	variants: { tag: Record<string, string>; uri: string }[]
): Master {
	const audio = new Map<string, AudioRung>();
	const sound = (uri: string, codecs: string, bandwidth: number) => {
		const known = audio.get(uri);
		if (known) return known;
		const rung = { name: rungName(uri), uri, codecs, bandwidth };
		audio.set(uri, rung);
		return rung;
	};
	const split = (codecs: string) => {
		const all = codecs.split(',').map((c) => c.trim());
		return {
			picture: all.filter(isVideo).join(','),
			voice: all.filter((c) => !isVideo(c)).join(',')
		};
	};
	// Audio-only variants first: they alone carry a measured bandwidth for the sound.
	for (const { tag, uri } of variants) {
		if (!split(tag.CODECS).picture) sound(uri, tag.CODECS, Number(tag.BANDWIDTH));
	}
	const video: VideoRung[] = [];
	for (const { tag, uri } of variants) {
		const { picture, voice } = split(tag.CODECS);
		const group = groups.get(tag.AUDIO ?? '');
		if (!picture || (voice && !group)) continue;
		const [width, height] = (tag.RESOLUTION ?? '0x0').split('x').map(Number);
		const bandwidth = Number(tag.BANDWIDTH) || 0;
		video.push({
			name: rungName(uri),
			uri,
			codecs: picture,
			audio: group && voice ? sound(group.uri, voice, usualBandwidth(voice, group.channels)) : null,
			bandwidth,
			average: Number(tag['AVERAGE-BANDWIDTH']) || bandwidth,
			width,
			height,
			fps: Number(tag['FRAME-RATE']) || 25
		});
	}
	video.sort((a, b) => a.bandwidth - b.bandwidth);
	return { video, audio: [...audio.values()].sort((a, b) => a.bandwidth - b.bandwidth) };
}

/** Reads a VOD media playlist. Throws when it has no init segment or no media. */
export function parseMedia(text: string): MediaPlaylist {
	const segments: Segment[] = [];
	let init = '';
	let duration = 0;
	let at = 0;
	for (const raw of text.split(/\r?\n/)) {
		const line = raw.trim();
		if (line.startsWith('#EXT-X-MAP:')) init = attributes(line).URI ?? '';
		else if (line.startsWith('#EXTINF:')) duration = parseFloat(line.slice(8));
		else if (line && !line.startsWith('#')) {
			segments.push({ uri: line, start: at, duration });
			at += duration;
		}
	}
	if (!init || segments.length === 0 || !(at > 0)) throw new Error('media playlist without media');
	return { init, segments, duration: at };
}

/** Resolves a path named in a playlist against the playlist's own path (both below the base). */
export function besides(playlist: string, uri: string): string {
	if (uri.startsWith('/')) return uri;
	const slash = playlist.lastIndexOf('/');
	return slash < 0 ? uri : playlist.slice(0, slash + 1) + uri;
}

/** Index of the segment that holds second t; a hair before its end counts as the next one. */
export function segmentAt(list: MediaPlaylist, t: number): number {
	const segments = list.segments;
	let low = 0;
	let high = segments.length - 1;
	while (low < high) {
		const mid = (low + high + 1) >> 1;
		if (segments[mid].start <= t + 0.05) low = mid;
		else high = mid - 1;
	}
	return low;
}

/** Bit/s of a rung's picture alone, on average. */
export function pictureBps(rung: VideoRung): number {
	return Math.max(1000, rung.average - (rung.audio?.bandwidth ?? 0));
}
