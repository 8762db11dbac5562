import { loadMessages, locale, type Bundle } from '#lib/i18n';
import type { LayoutLoad } from './$types';

// One shell for every address, drawn in the browser: the server only serves files.
export const ssr = false;
export const prerender = false;

/** Which texts a page needs besides those that all have. */
const TEXTS: [RegExp, Bundle][] = [
	[
		/^\/(lessons|courses\/\[slug\]|review|words|today|tasks|studio\/(terms|courses\/\[id\]\/preview))/,
		'language'
	],
	[/^\/studio/, 'studio'],
	// A lesson asks for them only where it has exercises or a task.
	[/^\/(tasks|teach|studio\/courses)/, 'tasks'],
	[/^\/studio\/terms/, 'terms'],
	[/^\/(teach|admin)(\/|$)/, 'staff']
];

export const load: LayoutLoad = async ({ route }) => {
	const id = route.id ?? '';
	const more = TEXTS.filter(([pages]) => pages.test(id)).map(([, texts]) => texts);
	await loadMessages(locale(), ...more);
};
