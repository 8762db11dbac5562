import type { ActivityBody, DraftCourse, Text } from '../types';

/** Every text of a course that learners read, in no particular order. */
function* texts(course: DraftCourse): Generator<Text> {
	yield course.title;
	yield course.summary;
	yield course.description;
	for (const unit of course.units) {
		yield unit.title;
		for (const lesson of unit.lessons) {
			yield lesson.title;
			yield lesson.summary;
			for (const activity of lesson.activities) {
				yield activity.title;
				yield* inBody(activity.body);
			}
		}
	}
}

function* inBody(body: ActivityBody): Generator<Text> {
	if (body.markdown) yield body.markdown;
	if (body.description) yield body.description;
	for (const { prompt, steps, alt } of body.exercises ?? []) {
		if (prompt) yield prompt;
		if (alt) yield alt;
		for (const step of steps ?? []) if (step.translation) yield step.translation;
	}
	for (const phrase of body.phrases ?? []) if (phrase.meaning) yield phrase.meaning;
	for (const list of [body.decoys, body.checklist, body.canDo])
		for (const item of list ?? []) yield item.text;
}

/** How many texts a language lacks that another language of the course has. */
export function missingTexts(course: DraftCourse): Record<string, number> {
	const missing = Object.fromEntries(course.languages.map((lang) => [lang, 0]));
	for (const text of texts(course)) {
		if (!course.languages.some((lang) => text[lang]?.trim())) continue;
		for (const lang of course.languages)
			if (!text[lang]?.trim()) missing[lang] = (missing[lang] ?? 0) + 1;
	}
	return missing;
}
