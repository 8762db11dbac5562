/** What this browser can do on air; each missing part is said in words, and the rest goes on. */
export interface Able {
	/** Be heard. */
	speak: boolean;
	/** Hear others. */
	hear: boolean;
	/** Be seen. */
	show: boolean;
	/** See others. */
	see: boolean;
	/** Share the screen: telephones cannot. */
	share: boolean;
	/** The page has no secure address: browsers then give neither microphone nor camera. */
	insecure: boolean;
}

/** What the browser says it has, before it is asked about codecs. */
export function support(world: typeof globalThis = globalThis): Able {
	const has = (name: string) => name in world;
	const devices = world.navigator?.mediaDevices as Partial<MediaDevices> | undefined;
	const sound = has('AudioContext') && has('AudioWorkletNode');
	const capture = typeof devices?.getUserMedia === 'function';
	const show = has('VideoEncoder') && has('VideoFrame');
	return {
		speak: sound && has('AudioEncoder') && has('AudioData') && capture,
		hear: sound && has('AudioDecoder') && has('EncodedAudioChunk'),
		show: show && capture,
		see: has('VideoDecoder') && has('EncodedVideoChunk'),
		share: show && typeof devices?.getDisplayMedia === 'function',
		insecure: world.isSecureContext === false
	};
}

async function supported(ask: () => Promise<{ supported?: boolean }>): Promise<boolean> {
	try {
		return (await ask()).supported === true;
	} catch {
		return false;
	}
}

export const OPUS = { codec: 'opus', sampleRate: 48_000, numberOfChannels: 1 };
const SMALL = { width: 320, height: 240 };
/** Pictures in the order of preference: VP8 is free and light, H.264 is what some browsers have instead. */
export const CODECS = ['vp8', 'avc1.42E01F'] as const;

/** The codec that pictures can be encoded with here. */
export async function pictureCodec(): Promise<(typeof CODECS)[number] | undefined> {
	for (const codec of CODECS)
		if (await supported(() => VideoEncoder.isConfigSupported({ codec, ...SMALL }))) return codec;
	return undefined;
}

/** What the browser can do, codecs included. */
export async function supportOfCodecs(): Promise<Able> {
	const able = support();
	const [speak, hear, codec, see] = await Promise.all([
		able.speak && supported(() => AudioEncoder.isConfigSupported({ ...OPUS, bitrate: 16_000 })),
		able.hear && supported(() => AudioDecoder.isConfigSupported(OPUS)),
		able.show || able.share ? pictureCodec() : undefined,
		able.see && supported(() => VideoDecoder.isConfigSupported({ codec: 'vp8' }))
	]);
	const encodes = codec !== undefined;
	return { ...able, speak, hear, see, show: able.show && encodes, share: able.share && encodes };
}
