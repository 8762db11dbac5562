import type { CourseDetail } from '#lib/services/courses.ts';
import type { DictionaryEntry, Word } from '#lib/services/dictionary.ts';
import type { LessonText } from '#lib/services/language.ts';
import type { LessonView } from '#lib/services/lessons.ts';
import type { Schema } from '#lib/api/client.ts';
import type { Drawing } from '#lib/services/writing.ts';
import { keptUnits, writeKept } from './list.ts';

/** What the server packs of a unit. */
export type Pack = Schema<'UnitPack'>;

/** A cache of its own: the worker spares it when the app is renewed and deletes it at sign-out. */
const CACHE = 'hanzhi-kept';
const packAt = (unit: string) => `/kept/units/${unit}`;
const courseAt = (slug: string) => `/kept/courses/${slug}`;

async function read<T>(path: string): Promise<T | undefined> {
	try {
		const answer = await (await caches.open(CACHE)).match(path);
		return answer && ((await answer.json()) as T);
	} catch {
		return undefined; // a browser that keeps nothing
	}
}

const packs = new Map<string, Pack>();

async function pack(unit: string): Promise<Pack | undefined> {
	const there = packs.get(unit) ?? (await read<Pack>(packAt(unit)));
	if (there) packs.set(unit, there);
	return there;
}

async function all(): Promise<Pack[]> {
	const found = await Promise.all(Object.keys(keptUnits()).map(pack));
	return found.filter((one) => one !== undefined);
}

async function packWith(lesson: string): Promise<Pack | undefined> {
	const unit = Object.entries(keptUnits()).find(([, kept]) => kept.lessons.includes(lesson))?.[0];
	return unit ? pack(unit) : undefined;
}

/** Keeps a unit with its course's page and its font. Rejects, and keeps nothing, when the device is full. */
export async function keep(
	unit: string,
	what: { pack: Pack; course: CourseDetail; bytes: number; font?: Response }
): Promise<void> {
	const { version, texts, font } = what.pack;
	const cache = await caches.open(CACHE);
	const json = (value: unknown) =>
		new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json' } });
	await cache.put(packAt(unit), json(what.pack));
	await cache.put(courseAt(what.course.slug), json(what.course));
	if (what.font) await cache.put(`/api/fonts/${font.name}`, what.font);
	const lessons = texts.map((text) => text.lessonId);
	packs.delete(unit);
	writeKept({
		...keptUnits(),
		[unit]: { version, bytes: what.bytes, slug: what.course.slug, lessons }
	});
}

/** Gives the room of a unit back. */
export async function drop(unit: string): Promise<void> {
	const { [unit]: gone, ...rest } = keptUnits();
	writeKept(rest);
	const font = (await pack(unit))?.font.name;
	packs.delete(unit);
	const cache = await caches.open(CACHE);
	await cache.delete(packAt(unit));
	if (font) await cache.delete(`/api/fonts/${font}`);
	if (gone && !Object.values(rest).some((kept) => kept.slug === gone.slug))
		await cache.delete(courseAt(gone.slug));
}

/** A lesson that is kept. */
export async function keptLesson(id: string): Promise<LessonView | undefined> {
	const lessons = (await packWith(id))?.lessons as LessonView[] | undefined;
	const view = lessons?.find((one) => one.lesson.id === id);
	return view && { ...view, kept: true };
}

/** The Chinese of a lesson that is kept. */
export async function keptText(id: string): Promise<LessonText | undefined> {
	const found = await packWith(id);
	const text = found?.texts.find((one) => one.lessonId === id);
	if (!found || !text) return undefined;
	const words: Record<string, Word> = {};
	for (const token of text.lines.flatMap((line) => line.tokens)) {
		const word = found.words[token.text];
		if (word) words[token.text] = word;
	}
	return {
		list: found.list,
		level: found.level,
		lines: text.lines,
		readiness: text.readiness,
		words
	};
}

/** The page of a course of which a unit is kept. */
export const keptCourse = (slug: string) => read<CourseDetail>(courseAt(slug));

/** How characters of kept units are written. */
export async function keptStrokes(characters: string[]): Promise<Record<string, Drawing>> {
	const found: Record<string, Drawing> = {};
	for (const { strokes } of await all())
		for (const one of characters) if (strokes[one]) found[one] = strokes[one] as Drawing;
	return found;
}

/** A font of a kept unit. */
export async function keptFont(name: string): Promise<ArrayBuffer | undefined> {
	const answer = await caches.open(CACHE).then((cache) => cache.match(`/api/fonts/${name}`));
	return answer?.arrayBuffer();
}

/** Words of kept units that fit what is looked for, best first. */
export async function keptWords(query: string): Promise<Word[]> {
	const text = query.trim().toLowerCase();
	const plain = (value: string) =>
		value
			.normalize('NFD')
			.replace(/[^a-z]/gi, '')
			.toLowerCase();
	const key = plain(text);
	const rank = (word: Word) => {
		if (word.hanzi === text) return 3;
		if (word.hanzi.includes(text)) return 2;
		if (key && plain(word.pinyin).startsWith(key)) return 2;
		const meanings = [...word.glosses, ...Object.values(word.gloss ?? {})];
		return meanings.some((meaning) => meaning.toLowerCase().includes(text)) ? 1 : 0;
	};
	const words = new Map((await all()).flatMap((one) => Object.entries(one.words)));
	return [...words.values()]
		.filter((word) => rank(word) > 0)
		.sort((a, b) => rank(b) - rank(a) || a.hanzi.length - b.hanzi.length)
		.slice(0, 50);
}

/** What is kept of a word: less than the dictionary says, and enough to learn it. */
export async function keptEntry(hanzi: string): Promise<DictionaryEntry | undefined> {
	const found = await all();
	const word = found.map((one) => one.words[hanzi]).find((one) => one !== undefined);
	if (!word) return undefined;
	const characters = [...hanzi].flatMap(
		(one) => found.map((kept) => kept.words[one]).find(Boolean) ?? []
	);
	return {
		word,
		readings: [{ pinyin: word.pinyin, glosses: word.glosses }],
		characters: hanzi.length > 1 ? characters : [],
		occurrences: [],
		related: []
	};
}
