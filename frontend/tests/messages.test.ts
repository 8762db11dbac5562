import { describe, expect, it } from 'vitest';
import { areas, locales, messages, variants } from '../scripts/messages.js';

const placeholders = (text: string) =>
	[...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe.each(areas)('the messages of %s', (area) => {
	const english = messages('en', area);

	it('begin with the name of their area', () => {
		expect(Object.keys(english).filter((key) => !key.startsWith(`${area}_`))).toEqual([]);
	});

	describe.each(locales)('in %s', (locale) => {
		const texts = messages(locale, area);

		it('are the same ones as in English, none of them empty', () => {
			expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
			const empty = Object.keys(texts).filter((key) =>
				Object.values(variants(texts[key]!)).some((text) => !text.trim())
			);
			expect(empty).toEqual([]);
		});

		it('name the same values as in English', () => {
			for (const key of Object.keys(english)) {
				const wanted = new Set(Object.values(variants(english[key]!)).flatMap(placeholders));
				const given = new Set(Object.values(variants(texts[key]!)).flatMap(placeholders));
				expect(
					[...given].filter((name) => !wanted.has(name)),
					key
				).toEqual([]);
				const missing = [...wanted].filter((name) => !given.has(name));
				expect(missing, key).toEqual([]);
			}
		});

		it('declare what they count as in English does, or the compiled code breaks', () => {
			for (const [key, message] of Object.entries(english)) {
				if (typeof message === 'string') continue;
				const declared = (parts: object[]) =>
					parts.map((part) => Reflect.get(part, 'declarations'));
				expect(declared(texts[key] as object[]), key).toEqual(declared(message));
			}
		});

		it('have every plural form of the language', () => {
			const categories = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
			for (const [key, message] of Object.entries(texts)) {
				if (typeof message === 'string' || !JSON.stringify(message).includes(': plural')) continue;
				const forms = Object.keys(variants(message)).map((selector) => selector.split('=')[1]);
				expect(forms.sort(), key).toEqual([...categories].sort());
			}
		});
	});
});
