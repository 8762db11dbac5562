// Reads messages/ the way the checks need it: every text of every language with the place it came from.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../messages');

/** Languages, as folders of messages/. */
export const locales = readdirSync(root).sort();

/** Areas, as files of the first language. */
export const areas = readdirSync(join(root, 'en'))
	.map((file) => file.replace(/\.json$/, ''))
	.sort();

/**
 * One file of messages.
 *
 * @param {string} locale
 * @param {string} area
 * @returns {Record<string, string | { match: Record<string, string> }[]>}
 */
export function messages(locale, area) {
	return JSON.parse(readFileSync(join(root, locale, `${area}.json`), 'utf8'));
}

/**
 * The texts of one message: itself, or one per variant under its selector.
 *
 * @param {string | { match: Record<string, string> }[]} message
 * @returns {Record<string, string>}
 */
export function variants(message) {
	if (typeof message === 'string') return { '': message };
	return Object.assign({}, ...message.map((part) => part.match));
}
