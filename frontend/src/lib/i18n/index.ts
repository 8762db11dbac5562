import { loadMessages } from './catalog.ts';
import { show, type Locale } from './locale.svelte.ts';

export { m } from '#lib/paraglide/messages.js';
export { loadMessages, type Bundle } from './catalog.ts';
export * from './format.ts';
export { direction, locale, localeNames, locales, type Locale } from './locale.svelte.ts';
export * from './text.ts';

/**
 * Switches every text at once, when those of the language have arrived, and remembers the choice on this device.
 * Fails without a network when the language was never used here; the old one then stays.
 */
export async function setLocale(next: Locale): Promise<void> {
	await loadMessages(next);
	show(next);
}
