import { afterEach, describe, expect, it } from 'vitest';
import {
	ago,
	clock,
	countryName,
	day,
	direction,
	effort,
	languageName,
	m,
	megabytes,
	percent,
	setLocale,
	textLanguage,
	textOf
} from './index.ts';

afterEach(() => setLocale('en'));

describe('a switch of language', () => {
	it('changes texts, language and direction of the page and is remembered', async () => {
		await setLocale('ar');
		expect(m.common_save()).toBe('حفظ');
		expect([document.documentElement.lang, document.documentElement.dir]).toEqual(['ar', 'rtl']);
		expect([direction(), localStorage.getItem('hanzhi:locale')]).toEqual(['rtl', 'ar']);
	});

	it('counts in the plural forms of the language', async () => {
		await setLocale('ru');
		expect([1, 3, 5, 21].map((count) => m.catalogue_lessons({ count }))).toEqual([
			'1 урок',
			'3 урока',
			'5 уроков',
			'21 урок'
		]);
		await setLocale('ar');
		expect(m.catalogue_lessons({ count: 2 })).toBe('درسان');
	});
});

describe('a text in several languages', () => {
	const text = { en: 'Lathe', ru: 'Станок', 'zh-CN': '车床' };

	it('is given in the language of the reader', async () => {
		await setLocale('ru');
		expect([textOf(text), textLanguage(text)]).toEqual(['Станок', 'ru']);
	});

	it('falls back to the languages of the course, then to any', async () => {
		await setLocale('fr');
		expect(textOf(text, ['zh-CN', 'en'])).toBe('车床');
		expect(textOf({ lo: 'ເຄື່ອງກຶງ' })).toBe('ເຄື່ອງກຶງ');
	});

	it('skips a language whose text is blank, and is empty when there is none', () => {
		expect(textOf({ en: ' ', ru: 'Станок' })).toBe('Станок');
		expect([textOf({}), textOf(undefined), textLanguage({})]).toEqual(['', '', undefined]);
	});
});

describe('figures', () => {
	it('never show a course as done before it is', () => {
		expect([percent(0.999), percent(1), percent(0.004)]).toEqual(['99%', '100%', '0%']);
	});

	it('count megabytes as data plans do', () => {
		expect([megabytes(2_140_000), megabytes(52_400_000)]).toEqual(['2.1 MB', '52 MB']);
	});

	it('show lengths as a clock does', () => {
		expect([clock(65), clock(3723), clock(-1)]).toEqual(['1:05', '1:02:03', '0:00']);
	});

	it('use Latin digits and the Gregorian calendar in Arabic', async () => {
		await setLocale('ar');
		expect(day('2027-02-01T12:00:00Z')).toMatch(/2027/);
	});

	it('say hours, and minutes below one', () => {
		expect([effort(24), effort(0.5)]).toEqual(['24 hours', '30 minutes']);
	});

	it('say how long ago something was', () => {
		const now = new Date('2027-03-10T12:00:00Z');
		expect([ago('2027-03-09T12:00:00Z', now), ago('2027-03-10T11:59:40Z', now)]).toEqual([
			'yesterday',
			'this minute'
		]);
	});
});

describe('names', () => {
	it('are those of the reader, and a code that is none is shown as it is', async () => {
		await setLocale('fr');
		expect([countryName('ZM'), languageName('zh-CN'), countryName('?')]).toEqual([
			'Zambie',
			'chinois',
			'?'
		]);
	});
});
