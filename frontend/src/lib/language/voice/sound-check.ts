import { percentile } from './quality.ts';

/** Levels from which on something can be said, and how many are looked back at: some four seconds. */
const ENOUGH = 25;
const LATEST = 90;
const SPEECH_DB = -45;
const OUT_DB = 14;

/** Tells from the levels of a microphone whether a voice would be understood. */
export class SoundCheck {
	private levels: number[] = [];

	/** Takes the level of the next piece, in dB. */
	hear(level: number): void {
		if (level > -99) this.levels = [...this.levels.slice(1 - LATEST), level];
	}

	/** Undefined until enough was heard. */
	verdict(): 'good' | 'quiet' | 'noisy' | undefined {
		if (this.levels.length < ENOUGH) return undefined;
		const ascending = [...this.levels].sort((a, b) => a - b);
		const [speech, noise] = [percentile(ascending, 0.95), percentile(ascending, 0.1)];
		if (speech < SPEECH_DB) return 'quiet';
		return speech - noise < OUT_DB ? 'noisy' : 'good';
	}
}
