import {
	baseLocale,
	isLocale,
	locales,
	overwriteGetLocale,
	type Locale
} from '#lib/paraglide/runtime.js';

export type { Locale };
export { locales };

const KEY = 'hanzhi:locale';
const RTL: readonly Locale[] = ['ar'];

/** The name of each language in itself: someone lost in a foreign menu must find their own. */
export const localeNames: Record<Locale, string> = {
	en: 'English',
	'zh-CN': '中文',
	ru: 'Русский',
	fr: 'Français',
	ar: 'العربية'
};

// app.html has already chosen, before the first paint.
function chosen(): Locale {
	const lang = typeof document === 'undefined' ? baseLocale : document.documentElement.lang;
	return isLocale(lang) ? lang : baseLocale;
}

let current = $state<Locale>(chosen());

// Every compiled message asks for the locale when it is rendered. Answering from a rune makes
// each text on the page follow a switch by itself: nothing is reloaded, nothing typed is lost.
overwriteGetLocale(() => current);

/** The reader's language. Reactive. */
export function locale(): Locale {
	return current;
}

/** `rtl` for Arabic. Reactive. */
export function direction(of: Locale = current): 'ltr' | 'rtl' {
	return RTL.includes(of) ? 'rtl' : 'ltr';
}

/** Shows another language, whose texts must be there, and remembers it on this device; see `setLocale`. */
export function show(next: Locale): void {
	current = next;
	document.documentElement.lang = next;
	document.documentElement.dir = direction(next);
	try {
		localStorage.setItem(KEY, next);
	} catch {
		// A browser that keeps nothing still shows the language until the page is left.
	}
}
