import { api, take } from '#lib/api/client.ts';
import { loadMessages, locale } from '#lib/i18n';
import { declaredLevel, declaredList } from '#lib/language/dictionary/level.svelte.ts';
import { LessonLanguage } from '#lib/language/lesson-language.svelte.ts';
import { lessonLanguage, type LessonText } from '#lib/services/language.ts';
import { session } from '#lib/services/session.svelte.ts';
import type { Id } from '../protocol.ts';

/** The words of the class's lesson; asked for once. */
const lessons = new Map<Id, Promise<LessonText>>();

export function textOfLesson(lesson: Id): Promise<LessonText> {
	const known = lessons.get(lesson);
	if (known) return known;
	const asked = lessonLanguage(lesson, session().account ? undefined : declaredList());
	lessons.set(lesson, asked);
	asked.catch(() => lessons.delete(lesson)); // the next try asks again
	return asked;
}

/** The Chinese lines of the class's lesson, in their order. */
export async function linesOfLesson(lesson: Id): Promise<string[]> {
	return (await textOfLesson(lesson)).lines.map(({ text }) => text.replace(/\s*\n\s*/g, ' '));
}

/** The words of some lines, ready for `Tokens`: from the lesson where it has the line. Undefined when they cannot be had. */
export async function wordsOf(
	lines: readonly string[],
	lesson?: Id
): Promise<LessonLanguage | undefined> {
	const [language] = await Promise.all([
		open(lines, lesson),
		loadMessages(locale(), 'language')
	]).catch(() => []);
	return language;
}

async function open(lines: readonly string[], lesson?: Id): Promise<LessonLanguage | undefined> {
	const language = new LessonLanguage(lesson ?? '', {
		ask: () => ask(lines, lesson),
		level: () => (session().account ? 0 : Number(declaredLevel() || 0))
	});
	await language.load();
	return language.failed ? undefined : language;
}

/** The lesson knows its own lines best; others are cut by the dictionary. */
async function ask(lines: readonly string[], lesson?: Id): Promise<LessonText> {
	const known = lesson ? await textOfLesson(lesson).catch(() => undefined) : undefined;
	const has = new Set(known?.lines.map(({ text }) => text.trim()));
	const others = lines.filter((line) => !has.has(line.trim()));
	if (known && others.length === 0) return known;
	const cut = await take(api.POST('/api/dictionary/lines', { body: { lines: others } }));
	if (!known) return cut;
	const words = { ...cut.words, ...known.words };
	return { ...known, lines: [...known.lines, ...cut.lines], words };
}
