import { describe, expect, it } from 'vitest';
import { support } from './support.ts';

const world = (...has: string[]) =>
	({
		...Object.fromEntries(has.map((name) => [name, () => 0])),
		isSecureContext: true,
		navigator: { mediaDevices: { getUserMedia: () => 0, getDisplayMedia: () => 0 } }
	}) as unknown as typeof globalThis;

const SOUND = ['AudioContext', 'AudioWorkletNode'];
const VOICE = ['AudioEncoder', 'AudioDecoder', 'AudioData', 'EncodedAudioChunk'];
const PICTURE = ['VideoEncoder', 'VideoDecoder', 'VideoFrame', 'EncodedVideoChunk'];

describe('what a browser can do', () => {
	it('is everything with WebCodecs', () => {
		expect(support(world(...SOUND, ...VOICE, ...PICTURE))).toEqual({
			speak: true,
			hear: true,
			show: true,
			see: true,
			share: true,
			insecure: false
		});
	});

	it('is pictures alone where WebCodecs has no sound, as in Safari 16 to 18', () => {
		const able = support(world(...SOUND, ...PICTURE));
		expect(able).toMatchObject({ speak: false, hear: false, show: true, see: true });
	});

	it('is listening where nothing encodes', () => {
		const able = support(world(...SOUND, 'AudioDecoder', 'EncodedAudioChunk'));
		expect(able).toMatchObject({ speak: false, hear: true, show: false, see: false });
	});

	it('is no microphone without a secure address, and says why', () => {
		const bare = world(...SOUND, ...VOICE);
		Object.assign(bare, { isSecureContext: false, navigator: {} });
		expect(support(bare)).toMatchObject({ speak: false, hear: true, insecure: true });
	});

	it('is board and chat in an old browser', () => {
		const able = support(world());
		expect([able.speak, able.hear, able.show, able.see]).toEqual([false, false, false, false]);
	});
});
