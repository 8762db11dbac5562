// Sends a reader one language instead of five. Paraglide compiles messages/ into a module per language;
// here those are cut by area into a few chunks a language, which lib/i18n/catalog.ts loads when they are needed:
// "main" for what every learner sees, "language" for words and their practice, "later" for writing, tones, search and readings of places, which come when asked for,
// "tasks" for exercises and practical tasks, "studio" and "terms" for authors,
// "staff" for teaching, administration and the check of a course, "classes" for planning live classes and "live" for the room.
// Addresses of "main" come with the first load, those of the others with the first one that is asked for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../src/lib/paraglide');
/** @type {Record<string, string>} */
const BUNDLES = {
	language: 'language',
	practice: 'language',
	dictionary: 'language',
	guidance: 'language',
	writing: 'later',
	search: 'later',
	studio: 'studio',
	tasks: 'tasks',
	terms: 'terms',
	teach: 'staff',
	guidance_class: 'staff',
	admin: 'staff',
	checks: 'staff',
	lists: 'staff',
	voice: 'later',
	player_chapters: 'later',
	places: 'later',
	classes: 'classes',
	live: 'live',
	rounds: 'live',
	board: 'live',
	air: 'live',
	replay: 'live'
};
const NEAR = ['main'];
const FAR = ['language', 'later', 'studio', 'tasks', 'terms', 'staff', 'classes', 'live'];
const ID = 'virtual:messages';

/** @param {string} key */
const bundleOf = (key) => {
	const [area, part] = key.split('_');
	return BUNDLES[`${area}_${part}`] ?? BUNDLES[area] ?? 'main';
};
const { locales } = JSON.parse(
	readFileSync(join(import.meta.dirname, '../project.inlang/settings.json'), 'utf8')
);

/**
 * The compiled functions of one language, by key.
 *
 * @param {string} locale
 */
function functionsOf(locale) {
	const source = readFileSync(join(root, 'messages', `${locale}.js`), 'utf8');
	const [, ...parts] = source.split(/^(?=export const )/m);
	return parts.map((text) => ({ key: text.slice(13).match(/^\w+/)?.[0] ?? '', text }));
}

// `m.common_save()` asks the catalogue by name: a function per message would cost more than its call.
const FUNCTIONS = `import { text } from '#lib/i18n/catalog.ts';
export const m = new Proxy({}, { get: (_, key) => (inputs) => text(key, inputs) });`;

/** @param {string[]} names */
function loaders(names) {
	/** @type {(locale: string, bundle: string) => string} */
	const one = (locale, bundle) => `${bundle}: () => import('${ID}/${locale}/${bundle}')`;
	const each = locales.map(
		(/** @type {string} */ l) => `'${l}': { ${names.map((name) => one(l, name)).join(', ')} }`
	);
	return `export const loaders = { ${each.join(', ')} };\n`;
}

/** @type {(locale: string, name: string) => string} */
function bundle(locale, name) {
	const texts = functionsOf(locale).filter(({ key }) => bundleOf(key) === name);
	return [
		`import * as registry from '${join(root, 'registry.js')}';`,
		...texts.map(({ text }) => text)
	].join('\n');
}

// The part of Paraglide's runtime that is left once the language lives in lib/i18n.
function runtime() {
	return `export const baseLocale = 'en';
export const locales = ${JSON.stringify(locales)};
export const isLocale = (value) => locales.includes(value);
export const overwriteGetLocale = () => {};`;
}

/** @returns {import('vite').Plugin} */
export function messageBundles() {
	return {
		name: 'hanzhi-messages',
		enforce: 'pre',
		resolveId: (id) => (id.startsWith(ID) ? `\0${id}` : undefined),
		load(id) {
			if (id === join(root, 'messages.js')) return FUNCTIONS;
			if (id === join(root, 'runtime.js')) return runtime();
			if (id === `\0${ID}`) return `${loaders(NEAR)}export const far = () => import('${ID}/far');`;
			if (id === `\0${ID}/far`) return loaders(FAR);
			const [, locale, name] = id.match(/^\0virtual:messages\/([\w-]+)\/(\w+)$/) ?? [];
			return locale && [...NEAR, ...FAR].includes(name) ? bundle(locale, name) : undefined;
		}
	};
}
