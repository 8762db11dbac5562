import type { Frames } from './frames.ts';

/** Why a recording cannot be judged. */
export type Unfit = 'quiet' | 'noisy' | 'clipped' | 'short';

/** Speech must stand this many dB out of the noise. */
const NEEDED_DB = 14;
/** The loudest speech must reach this level. */
const QUIET_DB = -52;
/** More samples than this at full scale bend the sound of the vowels. */
const CLIPPED_SHARE = 0.01;
const LEAST_VOICED_A_SYLLABLE = 5;
/** As regular as this is voice in a recording that can be judged. */
const CLEAR = 0.85;
/** Frames without a clear voice that tell of the room. */
const ENOUGH = 30;

/** How loud speech and noise are, in dB. */
export interface Loudness {
	speech: number;
	noise: number;
}

const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);
export const percentile = (ascending: readonly number[], share: number) =>
	ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? -120;

const clear = ({ pitches }: Frames, i: number) => (pitches[i][0]?.clarity ?? 0) > CLEAR;

export function loudnessOf(frames: Frames): Loudness {
	// Where no voice is clear there is noise, or a consonant now and then. A gap in the recording, or a level that the device
	// has turned up while somebody spoke, is no silence of the room.
	const voiceless = sorted(frames.level.filter((_, i) => !clear(frames, i)));
	const room = voiceless.length >= ENOUGH ? percentile(voiceless, 0.35) : -120;
	// A microphone that has just been opened sends nothing at all for a moment: that is no quiet room.
	const begin = frames.level.findIndex((level) => level > -100);
	const levels = sorted(begin > 0 ? frames.level.slice(begin) : frames.level);
	return { speech: percentile(levels, 0.93), noise: Math.max(percentile(levels, 0.08), room) };
}

/** Whether the frame holds speech and no more than the noise. */
export function threshold({ speech, noise }: Loudness): number {
	return Math.max(noise + 6, speech - 30);
}

/**
 * What hinders a judgement of so many syllables, if anything does. A judgement on a bad recording would blame the learner for
 * the room, so it is not made.
 */
export function unfit(frames: Frames, syllables: number): Unfit | undefined {
	const loud = loudnessOf(frames);
	if (loud.speech < QUIET_DB) return 'quiet';
	if (frames.clipped > CLIPPED_SHARE) return 'clipped';
	// The first and the last syllable of a clip may leave no silence: only what is steady counts as noise.
	if (loud.speech - loud.noise < NEEDED_DB) return 'noisy';
	const least = threshold(loud);
	const voiced = frames.pitches.filter(
		(pitches, i) => pitches.length > 0 && frames.level[i] > least
	).length;
	return voiced < syllables * LEAST_VOICED_A_SYLLABLE ? 'short' : undefined;
}
