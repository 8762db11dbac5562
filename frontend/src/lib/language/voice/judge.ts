import { contourOf, type Contour } from './contour.ts';
import { cut } from './cut.ts';
import type { Frames } from './frames.ts';
import { melodyOf } from './melody.ts';
import { unfit, type Unfit } from './quality.ts';
import { onScale, voiceOf, type Voice } from './range.ts';
import type { Syllable, Tone } from './syllables.ts';
import { chances, type Chances } from './tones.ts';

/** What was heard of one syllable. */
export interface SaidSyllable {
	/** `unheard`: it has no voice; `unsure`: it could be this tone or another. */
	outcome: 'right' | 'other' | 'unsure' | 'unheard';
	/** The tone it sounded like most; absent when unheard. */
	heard?: Tone;
	/** On the scale of five, at 8 places; empty when unheard. */
	line: number[];
	/** Frames of its voice in the recording. */
	from: number;
	to: number;
}

/** What was heard in a recording of known syllables. */
export interface Said {
	/** Why nothing is judged; `syllables` is empty then. */
	unfit?: Unfit;
	/** Parallel to the syllables that were asked for. */
	syllables: SaidSyllable[];
	/** The speaker's voice as it is known now. */
	voice?: Voice;
}

/** Tones are called other only when the right one is this much less likely. */
const CLEARLY = 2.2;
/** Syllables after which a voice is known. */
const KNOWN = 16;

function verdict(syllable: Syllable, odds: Chances): Pick<SaidSyllable, 'outcome' | 'heard'> {
	const heard = ([1, 2, 3, 4, 5] as const).reduce((a, b) => (odds[b] > odds[a] ? b : a));
	const wanted = [syllable.tone, syllable.also].filter((tone) => tone !== undefined);
	if (wanted.includes(heard)) return { outcome: 'right', heard };
	const own = Math.max(...wanted.map((tone) => odds[tone]));
	return { outcome: odds[heard] > own * CLEARLY ? 'other' : 'unsure', heard };
}

function lengths(contours: readonly Contour[]): number[] {
	const voiced = contours.filter(({ points }) => points.length > 0).map((one) => one.seconds);
	// A single syllable has no other to be short against: full tones take a quarter of a second.
	const usual = voiced.length > 1 ? voiced.reduce((a, b) => a + b, 0) / voiced.length : 0.25;
	const longest = Math.max(...voiced, 0.01);
	return contours.map(({ seconds }) => seconds / Math.max(usual, longest * 0.75));
}

/** Judges a recording of known syllables by a speaker who may be known. */
export function judge(frames: Frames, syllables: readonly Syllable[], known?: Voice): Said {
	const hindered = unfit(frames, syllables.length);
	if (hindered) return { unfit: hindered, syllables: [], voice: known };
	const melody = melodyOf(frames);
	const cuts = cut(melody, syllables);
	if (!cuts) return { unfit: 'short', syllables: [], voice: known };
	const contours = cuts.map((one, i) => contourOf(melody, one, syllables[i]));
	const heard = contours.map(({ points }, i) => ({ points, tone: syllables[i].tone }));
	const voice = voiceOf(heard, known);
	if (!voice) return { unfit: 'short', syllables: [], voice: known };
	const length = lengths(contours);
	const sure = Math.min(1, (known?.weight ?? 0) / KNOWN);
	const said = contours.map((contour, i): SaidSyllable => {
		const { from, to } = contour;
		if (contour.points.length === 0) return { outcome: 'unheard', line: [], from, to };
		const line = onScale(contour.points, voice);
		const last = i === contours.length - 1 || cuts[i + 1].from - to > 15;
		const after = syllables[i - 1]?.tone;
		return {
			...verdict(
				syllables[i],
				chances(line, { last, after, neutral: syllables[i].tone === 5, length: length[i], sure })
			),
			line,
			from,
			to
		};
	});
	return { syllables: said, voice };
}
