import { locale } from './locale.svelte.ts';

/** A text in several languages, as the API sends it: `{ en: 'Lathe', ru: 'Станок' }`. */
export type Text = Record<string, string>;

function candidates(text: Text, prefer?: readonly string[]): string[] {
	return [locale(), locale().slice(0, 2), ...(prefer ?? []), 'en', ...Object.keys(text)];
}

/**
 * The language in which a reader gets a text: their own, else one of the course's, else any.
 * Undefined when there is no text at all.
 */
export function textLanguage(
	text: Text | undefined,
	prefer?: readonly string[]
): string | undefined {
	return text && candidates(text, prefer).find((language) => text[language]?.trim());
}

/** The text for the reader, by the order of `textLanguage`; empty when there is none. Reactive. */
export function textOf(text: Text | undefined, prefer?: readonly string[]): string {
	const language = textLanguage(text, prefer);
	return language ? (text?.[language] ?? '') : '';
}
