import { call } from '#lib/api/client.ts';
import { Meter } from '#lib/player/engine/meter.ts';
import { join, Net } from '#lib/player/engine/net.ts';
import { besides, parseMaster, parseMedia, segmentAt } from '#lib/player/engine/playlist.ts';
import type { Spoken } from '#lib/language/practice/spoken-line.ts';
import type { Video } from '#lib/services/lessons.ts';

/** Sound before and after a line, so that no syllable is cut off. Seconds. */
const EDGE = 0.15;
/** Every browser decodes at this rate. */
const DECODED = 44_100;
const PATIENCE_MS = 20_000;

/** Sound of one channel. */
export interface Sound {
	samples: Float32Array;
	/** Samples a second. */
	rate: number;
}

/**
 * The sound of a line of a lesson, from the segments of its audio that hold it. Rejects when they cannot be fetched, or when the
 * browser decodes no such sound; the line can still be played then.
 */
export async function lineSound({ assetId, startMs, endMs }: Spoken): Promise<Sound> {
	const address = `/api/assets/${encodeURIComponent(assetId)}/playback`;
	const video = await call<Video>('GET', address);
	const { audio } = parseMaster(video.master);
	// Safari decodes no Opus in MP4.
	const rung = audio.find(({ codecs }) => /mp4a/.test(codecs)) ?? audio[0];
	if (!rung) throw new Error('a lesson without sound');
	const renew = async () => (await call<Video>('GET', address)).base;
	const net = new Net(video.base, renew, new Meter(), () => undefined);
	const signal = AbortSignal.timeout(PATIENCE_MS);
	try {
		const list = parseMedia(await net.text(rung.uri, signal));
		const [from, to] = [Math.max(0, startMs / 1000 - EDGE), endMs / 1000 + EDGE];
		const first = segmentAt(list, from);
		const wanted = list.segments.slice(first, segmentAt(list, to) + 1);
		const files = [list.init, ...wanted.map(({ uri }) => uri)];
		const parts = await Promise.all(files.map((uri) => net.all(besides(rung.uri, uri), signal)));
		const whole = join(
			parts,
			parts.reduce((n, part) => n + part.length, 0)
		);
		return cutOut(await decode(whole.buffer), from - wanted[0].start, to - wanted[0].start);
	} finally {
		net.close();
	}
}

/** The sound of a file that the browser can play. */
export async function fileSound(address: string): Promise<Sound> {
	const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
	if (!answer.ok) throw new Error(`status ${answer.status}`);
	const buffer = await decode(await answer.arrayBuffer());
	return cutOut(buffer, 0, buffer.duration);
}

function decode(file: ArrayBuffer): Promise<AudioBuffer> {
	return new OfflineAudioContext(1, 1, DECODED).decodeAudioData(file);
}

/** Seconds [from, to) of all channels together. */
function cutOut(buffer: AudioBuffer, from: number, to: number): Sound {
	const { sampleRate: rate, numberOfChannels } = buffer;
	const [a, b] = [
		Math.max(0, Math.floor(from * rate)),
		Math.min(buffer.length, Math.ceil(to * rate))
	];
	if (b - a < rate / 10) throw new Error('no sound where the line should be');
	const samples = new Float32Array(b - a);
	for (let channel = 0; channel < numberOfChannels; channel++)
		buffer
			.getChannelData(channel)
			.subarray(a, b)
			.forEach((one, i) => (samples[i] += one / numberOfChannels));
	return { samples, rate };
}
