import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../protocol.ts';
import { shownChapters } from './chapters.ts';
import { firstFrom, seenAt, spoken } from './quiet.ts';
import { pieceAt } from './reel.ts';
import { atTempo } from './tempo.ts';
import { frameAt, readPictures } from './webm.ts';

const RATE = 48_000;
const tone = (seconds: number, hertz = 220) =>
	Float32Array.from({ length: RATE * seconds }, (_, i) =>
		Math.sin((2 * Math.PI * hertz * i) / RATE)
	);

describe('tempo', () => {
	/** How often the sound goes up through zero in a second. */
	const pitch = (samples: Float32Array) => {
		let ups = 0;
		for (let i = 1; i < samples.length; i++) if (samples[i - 1] < 0 && samples[i] >= 0) ups++;
		return (ups * RATE) / samples.length;
	};

	it.each([0.75, 1.5, 2])('%s× changes how long a voice is and not how high', (speed) => {
		const paced = atTempo(tone(3), speed);
		expect(paced.length / RATE).toBeCloseTo(3 / speed, 2);
		expect(Math.abs(pitch(paced) - 220)).toBeLessThan(5);
		expect(paced.every((one) => Math.abs(one) < 1.1)).toBe(true);
	});
});

describe('silence', () => {
	it('is where nothing louder than a room is heard', () => {
		const sound = new Float32Array(RATE * 5);
		sound.set(tone(1), RATE * 2);
		expect(spoken(sound, RATE)).toEqual([[1700, 3300]]);
		expect(spoken(new Float32Array(RATE), RATE)).toEqual([]);
	});

	it('ends where something is drawn or said, not where somebody comes or answers', () => {
		const event = (name: string, at: number) => ({ event: name, at, offset: at }) as LogEvent;
		const seen = seenAt([
			event('stroke.added', 1000),
			event('person.joined', 2000),
			event('poll.answered', 3000),
			event('chat.posted', 4000)
		]);
		expect(seen).toEqual([1000, 4000]);
		expect([firstFrom(seen, 0), firstFrom(seen, 1001), firstFrom(seen, 4001)]).toEqual([
			1000,
			4000,
			Infinity
		]);
	});
});

describe('chapters', () => {
	const chapter = (at: number, page: string, title = '') => ({ at, page, title });

	it('begin with the page that was there where the recording is cut, and none lies outside', () => {
		const all = [
			chapter(1000, 'a'),
			chapter(5000, 'b', '停'),
			chapter(9000, 'c'),
			chapter(9400, 'd', '开'),
			chapter(20_000, 'd'),
			chapter(30_000, 'a')
		];
		expect(shownChapters(all, 6000, 15_000).map(({ at, title }) => [at, title])).toEqual([
			[0, '停'],
			[3000, '开']
		]);
	});
});

/** A file as the recorder writes it. */
function file(codec: string, description: number[], blocks: [number, boolean, number[]][]) {
	const size = (n: number) => [1, 0, 0, 0, 0, 0, n >> 8, n & 255];
	const element = (id: number[], data: number[]) => [...id, ...size(data.length), ...data];
	const text = [...codec].map((one) => one.charCodeAt(0));
	const track = [
		...element([0x86], text),
		...(description.length ? element([0x63, 0xa2], description) : [])
	];
	const written = blocks.flatMap(([at, key, data]) =>
		element([0xa3], [0x81, at >> 8, at & 255, key ? 0x80 : 0, ...data])
	);
	return new Uint8Array([
		...element([0x1a, 0x45, 0xdf, 0xa3], [1, 2, 3]),
		...[0x18, 0x53, 0x80, 0x67, 1, 255, 255, 255, 255, 255, 255, 255],
		...element([0x16, 0x54, 0xae, 0x6b], element([0xae], track)),
		...element([0x1f, 0x43, 0xb6, 0x75], [...element([0xe7], [14, 0]), ...written])
	]);
}

describe('pictures', () => {
	const bytes = file(
		'V_VP8',
		[],
		[
			[0, true, [1]],
			[80, false, [2]],
			[160, true, [3]],
			[240, false, [4, 5]]
		]
	);

	it('are read from a piece with their times', () => {
		const { codec, description, frames } = readPictures(bytes);
		expect([codec, description]).toEqual(['vp8', undefined]);
		expect(frames.map(({ at, key, data }) => [at, key, [...data]])).toEqual([
			[0, true, [1]],
			[80, false, [2]],
			[160, true, [3]],
			[240, false, [4, 5]]
		]);
	});

	it('in H.264 bring what their decoder must know', () => {
		const { codec, description } = readPictures(
			file('V_MPEG4/ISO/AVC', [1, 0x42, 0xe0, 0x1f, 255], [[0, true, [1]]])
		);
		expect([codec, [...description!]]).toEqual(['avc1.42e01f', [1, 0x42, 0xe0, 0x1f, 255]]);
	});

	it('cut off in the middle are those before, and what is no piece has none', () => {
		for (let n = 0; n < bytes.length; n++)
			expect(readPictures(bytes.slice(0, n)).frames.length).toBeLessThanOrEqual(4);
		expect(readPictures(new Uint8Array(64)).frames).toEqual([]);
	});

	it('are found with the key frame before them', () => {
		const { frames } = readPictures(bytes);
		expect(frameAt(frames, 0)).toEqual({ frame: 0, key: 0 });
		expect(frameAt(frames, 100)).toEqual({ frame: 1, key: 0 });
		expect(frameAt(frames, 5000)).toEqual({ frame: 3, key: 2 });
		expect(frameAt([], 0)).toEqual({ frame: -1, key: -1 });
	});

	it('are of the piece that runs, also in the short gap behind it', () => {
		const piece = (start: number) => ({
			number: 0,
			start,
			length: 1000,
			bytes: 1,
			url: `${start}`
		});
		const track = {
			id: '',
			person: '',
			name: '',
			kind: 'picture' as const,
			pieces: [piece(0), piece(1100)]
		};
		expect([0, 1050, 1100, 2600, 3000].map((at) => pieceAt(track, at)?.start)).toEqual([
			0,
			0,
			1100,
			1100,
			undefined
		]);
	});
});
