import { loadMessages, locale } from '#lib/i18n';
import type { LessonLanguage } from '#lib/language/lesson-language.svelte.ts';
import LineReadings from './LineReadings.svelte';
import Lost from './Lost.svelte';
import PlaceReading from './PlaceReading.svelte';
import { Readings } from './readings.svelte.ts';

/** Opens what an author can do with the readings of a lesson of a draft. Rejects when they cannot be had. */
export async function openTools(courseId: string, language: LessonLanguage) {
	const readings = new Readings(courseId, language);
	await Promise.all([readings.load(), loadMessages(locale(), 'later')]);
	return { readings, PlaceReading, Lost };
}

/** Opens the words of one line of captions. Rejects when they cannot be had. */
export async function openLine() {
	await loadMessages(locale(), 'later');
	return LineReadings;
}
