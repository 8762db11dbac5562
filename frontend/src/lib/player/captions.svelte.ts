import { isHanzi } from '#lib/language/tokens.ts';
import type { Choices } from './choices.svelte.ts';
import { parseVtt, type Cue } from './vtt.ts';

/** A caption track on offer. */
export interface Offer {
	lang: string;
	label: string;
	path: string;
}

/**
 * The languages to begin with when the learner has chosen none: Chinese, as it is what they learn, and
 * their own language below it where there is one.
 */
export function firstLanguages(offers: readonly Offer[], reader: string): string[] {
	const chinese = offers.find((o) => isHanzi(o.lang));
	const base = reader.split('-')[0];
	const own = offers.find((o) => o.lang.split('-')[0] === base && o !== chinese);
	const first = [chinese, own].filter((o) => o !== undefined).map((o) => o.lang);
	return first.length > 0 ? first : offers.slice(0, 1).map((o) => o.lang);
}

/** Stands among the chosen languages when every single one was left out. */
const NONE = 'none';

/** The languages to show: those chosen that are on offer, else the first ones; Chinese only while it is wanted. */
export function shownLanguages(
	offers: readonly Offer[],
	choices: Pick<Choices, 'captionLangs' | 'hanzi'>,
	reader: string
): string[] {
	const offered = offers.map((o) => o.lang);
	const chosen = choices.captionLangs.filter((lang) => offered.includes(lang));
	const free = chosen.length === 0 && !choices.captionLangs.includes(NONE);
	const langs = free ? firstLanguages(offers, reader) : chosen;
	return langs.filter((lang) => choices.hanzi || !isHanzi(lang));
}

/** The choices after a language was switched on or off. */
export function toggled(
	offers: readonly Offer[],
	shown: readonly string[],
	lang: string,
	on: boolean
): Partial<Choices> {
	// In the order in which the tracks are on offer: Chinese first, then what explains it.
	const next = offers.map((o) => o.lang).filter((l) => (l === lang ? on : shown.includes(l)));
	const captionLangs = next.length > 0 ? next : [NONE];
	return isHanzi(lang) ? { hanzi: on, captionLangs } : { captionLangs };
}

/** The caption tracks of one video; a track is fetched when it is first wanted. */
export class CaptionTracks {
	/** Cues by language, as far as fetched. Reactive. */
	cues = $state<Record<string, Cue[]>>({});
	/** Languages whose track did not come. Reactive. */
	failed = $state<string[]>([]);
	private readonly asked = new Set<string>();

	constructor(
		readonly offers: readonly Offer[],
		private readonly get: (path: string) => Promise<string>
	) {}

	/** Makes sure that a language is fetched or under way. */
	async want(lang: string): Promise<void> {
		const offer = this.offers.find((o) => o.lang === lang);
		if (!offer || this.asked.has(lang)) return;
		this.asked.add(lang);
		try {
			this.cues[lang] = parseVtt(await this.get(offer.path));
			this.failed = this.failed.filter((l) => l !== lang);
		} catch {
			this.asked.delete(lang);
			if (!this.failed.includes(lang)) this.failed = [...this.failed, lang];
		}
	}
}
