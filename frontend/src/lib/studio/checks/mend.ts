import type { Word } from '#lib/services/dictionary.ts';
import type { CourseEditor } from '../core/editor.svelte';
import { find, type Place } from '../core/tree';
import type { DraftLesson, DraftUnit } from '../types';
import { listIn, listTitle, newList, withWords } from './word-list';

/** Takes a deed back. */
export type Undo = () => void;

/** Puts words into the word list of a lesson, which gets one when it has none: the first thing in a lesson of its own words. */
export function teach(
	editor: CourseEditor,
	lessonId: string,
	words: readonly Word[],
	first: boolean
): Undo {
	const { languages } = editor.course;
	const lesson = find(editor.course, lessonId)?.item as DraftLesson;
	const list = listIn(lesson, languages[0] ?? 'en');
	if (!list) {
		const item = { title: listTitle(languages), body: { markdown: newList(words, languages) } };
		const id = editor.add('activity', lessonId, 'reading', first ? null : undefined, item);
		return done(editor, () => editor.remove(id));
	}
	const before = list.body.markdown ?? {};
	const write = (text: (lang: string) => string) => {
		for (const lang of languages)
			editor.edit('activity', list.id, `body.markdown.${lang}`, text(lang));
	};
	write((lang) => withWords(before[lang] ?? '', words, lang));
	return done(editor, () => write((lang) => before[lang] ?? ''));
}

/** Moves a lesson one place later, over the end of its unit if need be. Undefined when it is the last. */
export function moveLater(editor: CourseEditor, lessonId: string): Undo | undefined {
	const from = find(editor.course, lessonId) as Place;
	if (!editor.step(lessonId, from.index < from.count - 1 ? 'down' : 'next')) return undefined;
	return done(editor, () => editor.move(lessonId, from.parentId, from.index));
}

export function raiseBudget(editor: CourseEditor, budget: number): Undo {
	const before = editor.course.wordBudget;
	const set = (value: number) => editor.edit('course', editor.course.id, 'wordBudget', value);
	set(budget);
	return done(editor, () => set(before));
}

/** A unit of two lessons or more can be split. */
export const splittable = (unit: DraftUnit | undefined) => (unit?.lessons.length ?? 0) > 1;

/** Gives the second half of a unit's lessons a unit of its own behind it, with the same pairings. */
export function split(editor: CourseEditor, unitId: string): Undo {
	const unit = find(editor.course, unitId)?.item as DraftUnit;
	const half = unit.lessons.slice(Math.ceil(unit.lessons.length / 2));
	const title = Object.fromEntries(
		Object.entries(unit.title).map(([lang, text]) => [lang, `${text} · 2`])
	);
	const pairings = editor.course.pairings;
	const id = editor.add('unit', editor.course.id, unit.kind, unitId, { title });
	half.forEach((lesson, i) => editor.move(lesson.id, id, i));
	for (const { languageUnitId, vocationalUnitId } of pairings) {
		if (languageUnitId === unitId) editor.pair(id, vocationalUnitId, true);
		if (vocationalUnitId === unitId) editor.pair(languageUnitId, id, true);
	}
	return done(editor, () => {
		const end = unit.lessons.length - half.length;
		half.forEach((lesson, i) => editor.move(lesson.id, unitId, end + i));
		editor.remove(id);
	});
}

/** Sends what was changed at once; taking it back does the same. */
function done(editor: CourseEditor, undo: Undo): Undo {
	editor.leaveField();
	return () => {
		undo();
		editor.leaveField();
	};
}
