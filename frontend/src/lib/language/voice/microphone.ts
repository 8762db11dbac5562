import worklet from './recorder.worklet.js?url&no-inline';

/** Why there is no sound to record. */
export type NoMicrophone = 'insecure' | 'unsupported' | 'denied' | 'none' | 'busy';

/** Thrown when the microphone cannot be had. */
export class MicrophoneError extends Error {
	constructor(readonly why: NoMicrophone) {
		super(why);
	}
}

function reasonOf(error: unknown): NoMicrophone {
	const name = error instanceof DOMException ? error.name : '';
	if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
	if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
	return 'busy';
}

/** Whether this page could record at all; undefined when it could. */
export function hindrance(): NoMicrophone | undefined {
	if (!globalThis.isSecureContext) return 'insecure';
	const able = 'AudioWorkletNode' in globalThis && navigator.mediaDevices?.getUserMedia;
	return able ? undefined : 'unsupported';
}

/** Whether the browser gives the microphone without asking: the explanation was read before. */
export async function allowed(): Promise<boolean> {
	try {
		const { state } = await navigator.permissions.query({ name: 'microphone' as PermissionName });
		return state === 'granted';
	} catch {
		return false; // a browser that does not tell
	}
}

/** A microphone that can be chosen. */
export interface Input {
	id: string;
	label: string;
}

/** The microphones of the device. Browsers name them only after one was allowed. */
export async function inputs(): Promise<Input[]> {
	const all = await navigator.mediaDevices.enumerateDevices();
	return all
		.filter((device) => device.kind === 'audioinput' && device.deviceId)
		.map(({ deviceId, label }) => ({ id: deviceId, label }));
}

/**
 * An open microphone. The browser's own improvements are off: they would bend the very sound that is judged, and a level that
 * moves by itself lets a noisy room pass for a quiet one. What is heard stays in this page.
 */
export class Microphone {
	private constructor(
		private readonly stream: MediaStream,
		private readonly context: AudioContext,
		private readonly tap: AudioWorkletNode
	) {}

	/** Asks the browser. Rejects with MicrophoneError. */
	static async open(input?: string): Promise<Microphone> {
		const why = hindrance();
		if (why) throw new MicrophoneError(why);
		let stream: MediaStream | undefined;
		try {
			stream = await navigator.mediaDevices.getUserMedia({
				audio: {
					deviceId: input ? { ideal: input } : undefined,
					channelCount: 1,
					echoCancellation: false,
					noiseSuppression: false,
					autoGainControl: false
				}
			});
			const context = new AudioContext();
			await context.audioWorklet.addModule(worklet);
			await context.resume();
			const tap = new AudioWorkletNode(context, 'tap', { numberOfOutputs: 0 });
			context.createMediaStreamSource(stream).connect(tap);
			return new Microphone(stream, context, tap);
		} catch (error) {
			stream?.getTracks().forEach((track) => track.stop());
			throw new MicrophoneError(reasonOf(error));
		}
	}

	/** Samples a second. */
	get rate(): number {
		return this.context.sampleRate;
	}

	/** Whom the samples are told from now on. */
	listen(heard: (samples: Float32Array) => void): void {
		this.tap.port.onmessage = ({ data }: MessageEvent<Float32Array>) => heard(data);
	}

	/** Gives the microphone back: the browser's sign goes out. */
	close(): void {
		this.tap.port.onmessage = null;
		this.stream.getTracks().forEach((track) => track.stop());
		void this.context.close();
	}
}

/** Level of samples in dB below full scale. */
export function levelOf(samples: Float32Array): number {
	const energy = samples.reduce((sum, one) => sum + one * one, 0) / Math.max(1, samples.length);
	return Math.max(-100, 10 * Math.log10(energy + 1e-10));
}
