/** Why something could not be had. */
export type Trouble = 'insecure' | 'unsupported' | 'denied' | 'none' | 'busy';

/** What was chosen on this device. */
export interface Choice {
	microphone?: string;
	camera?: string;
	speaker?: string;
	echo: boolean;
	noise: boolean;
	gain: boolean;
	/** Speaks only while a key or the button is held. */
	hold: boolean;
	volume: number;
}

const KEY = 'hanzhi:air';
const USUAL: Choice = { echo: true, noise: true, gain: true, hold: false, volume: 1 };

export function knownChoice(): Choice {
	try {
		const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Choice>;
		const volume = Number(kept.volume ?? 1);
		return { ...USUAL, ...kept, volume: volume >= 0 && volume <= 1 ? volume : 1 };
	} catch {
		return { ...USUAL }; // storage is off, or holds something else
	}
}

export function keepChoice(choice: Choice): void {
	try {
		localStorage.setItem(KEY, JSON.stringify(choice));
	} catch {
		// Nothing is remembered then.
	}
}

/** Thrown when a device cannot be had. */
export class DeviceError extends Error {
	constructor(readonly why: Trouble) {
		super(why);
	}
}

function whyOf(error: unknown): Trouble {
	const name = error instanceof DOMException ? error.name : '';
	if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
	if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
	return 'busy';
}

async function ask(what: () => Promise<MediaStream>, kind: 'audio' | 'video') {
	if (!globalThis.isSecureContext) throw new DeviceError('insecure');
	try {
		const stream = await what();
		const [track] = kind === 'audio' ? stream.getAudioTracks() : stream.getVideoTracks();
		return track;
	} catch (error) {
		if (error instanceof TypeError) throw new DeviceError('unsupported');
		throw new DeviceError(whyOf(error));
	}
}

const ideal = (id?: string) => (id ? { ideal: id } : undefined);

/** Opens the chosen microphone. Rejects with DeviceError. */
export function microphone({ microphone: id, echo, noise, gain }: Choice) {
	const audio = {
		deviceId: ideal(id),
		channelCount: 1,
		echoCancellation: echo,
		noiseSuppression: noise,
		autoGainControl: gain
	};
	return ask(() => navigator.mediaDevices.getUserMedia({ audio }), 'audio');
}

/** Opens the chosen camera, small. Rejects with DeviceError. */
export function camera({ camera: id }: Choice) {
	const video = {
		deviceId: ideal(id),
		width: { ideal: 320 },
		height: { ideal: 240 },
		frameRate: { ideal: 15, max: 30 }
	};
	return ask(() => navigator.mediaDevices.getUserMedia({ video }), 'video');
}

/** Has a screen or window chosen. Rejects with DeviceError; `denied` when none was chosen. */
export function screen() {
	const video = { width: { max: 1280 }, frameRate: { ideal: 5, max: 8 } };
	return ask(() => navigator.mediaDevices.getDisplayMedia({ video, audio: false }), 'video');
}

/** A device that can be chosen; browsers name them only after one was allowed. */
export interface Device {
	id: string;
	label: string;
}

export async function devices(kind: MediaDeviceKind): Promise<Device[]> {
	const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
	return all
		.filter((device) => device.kind === kind && device.deviceId)
		.map(({ deviceId, label }) => ({ id: deviceId, label }));
}
