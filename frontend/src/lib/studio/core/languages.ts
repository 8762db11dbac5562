import { languageName } from '#lib/i18n';

/** Languages a course can be taught in, commonest among partner countries first. */
export const LANGUAGES = [
	'en', 'zh-CN', 'ru', 'fr', 'ar', 'sw', 'th', 'vi', 'id', 'lo', 'km', 'my',
	'ur', 'uz', 'kk', 'ky', 'tg', 'mn', 'fa', 'tr', 'es', 'pt', 'am', 'ha', 'bn', 'ne', 'si', 'ms'
] as const; // prettier-ignore

/** Tracks of captions that are not plainly a language. */
export const PINYIN = 'zh-Latn-pinyin';

/** The name of a track's language in the reader's. Reactive. */
export function trackName(tag: string): string {
	return tag === PINYIN ? 'Pīnyīn' : languageName(tag);
}

/** The name of a language in itself, for the label of a track: what learners look for. */
export function ownName(tag: string): string {
	if (tag === PINYIN) return 'Pīnyīn';
	try {
		return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
	} catch {
		return tag;
	}
}
