import { m } from '#lib/i18n';
import type { Band } from '#lib/services/language.ts';

const WORDS: Record<Band, () => string> = {
	go: m.language_band_go,
	glosses: m.language_band_glosses,
	learn: m.language_band_learn,
	support: m.language_band_support
};

const SHORT: Record<Band, () => string> = {
	go: m.language_short_go,
	glosses: m.language_short_glosses,
	learn: m.language_short_learn,
	support: m.language_short_support
};

/** What a band advises, in a sentence. Reactive. */
export const bandName = (band: Band): string => WORDS[band]();

/** The same in a word or two, for lists. Reactive. */
export const bandShort = (band: Band): string => SHORT[band]();
