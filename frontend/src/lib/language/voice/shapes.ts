import { m } from '#lib/i18n';
import type { SaidSyllable } from './judge.ts';
import type { NoMicrophone } from './microphone.ts';
import type { Unfit } from './quality.ts';
import type { Tone } from './syllables.ts';

const SHAPES: Record<Tone, () => string> = {
	1: m.voice_shape_high,
	2: m.voice_shape_rise,
	3: m.voice_shape_low,
	4: m.voice_shape_fall,
	5: m.voice_shape_light
};

/** How a tone goes, in words. */
export const shapeOf = (tone: Tone) => SHAPES[tone]();

const OUTCOMES: Record<SaidSyllable['outcome'], () => string> = {
	right: m.voice_right,
	other: m.voice_other,
	unsure: m.voice_unsure,
	unheard: m.voice_unheard
};

export const outcomeOf = (outcome: SaidSyllable['outcome']) => OUTCOMES[outcome]();

const HINDERED: Record<Unfit, () => string> = {
	quiet: m.voice_unfit_quiet,
	noisy: m.voice_unfit_noisy,
	clipped: m.voice_unfit_clipped,
	short: m.voice_unfit_short
};

/** Why a recording is not judged, and what helps. */
export const unfitText = (why: Unfit) => HINDERED[why]();

const TROUBLES: Record<NoMicrophone, () => string> = {
	insecure: m.voice_insecure,
	unsupported: m.voice_unsupported,
	denied: m.voice_denied,
	none: m.voice_none,
	busy: m.voice_busy
};

/** Why there is no microphone, and what helps. */
export const troubleText = (why: NoMicrophone) => TROUBLES[why]();
