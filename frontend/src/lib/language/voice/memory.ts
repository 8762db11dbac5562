import type { Voice } from './range.ts';

// What is known of the speaker and the microphone, on this device alone.
const VOICE = 'hanzhi:voice';
const INPUT = 'hanzhi:microphone';

function read(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null; // storage is off: nothing is remembered
	}
}

function write(key: string, value: string | undefined): void {
	try {
		if (value === undefined) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// As above.
	}
}

const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);

/** The voice that was heard here before. */
export function knownVoice(): Voice | undefined {
	try {
		const voice = JSON.parse(read(VOICE) ?? 'null') as Voice | null;
		const whole =
			voice && [voice.weight, voice.middle, voice.width].every(isNumber) && voice.width > 0;
		return whole ? voice : undefined;
	} catch {
		return undefined;
	}
}

export const keepVoice = (voice: Voice | undefined) => write(VOICE, voice && JSON.stringify(voice));

/** The microphone that was chosen here. */
export const knownInput = () => read(INPUT) ?? undefined;
export const keepInput = (id: string | undefined) => write(INPUT, id);
