import { far, loaders } from 'virtual:messages';
import { locale, type Locale } from './locale.svelte.ts';

/**
 * What is loaded together: `main` is what every learner sees, `language` is words and their practice, `later`
 * is writing, tones and search, which come when asked for, `terms` is the editing of words,
 * `staff` is teaching, administration and the check of a course, `classes` is planning live classes, `live` is their room.
 */
export type Bundle =
	'main' | 'language' | 'later' | 'studio' | 'tasks' | 'terms' | 'staff' | 'classes' | 'live';

type Table = Record<string, (inputs: object) => string>;

const tables = new Map<Locale, Table>();
const loaded = new Map<string, Promise<void>>();
const wanted = new Set<Bundle>(['main']);

/** One text in the reader's language; the compiled messages call it. Reactive. */
export function text(key: string, inputs: object = {}): string {
	return tables.get(locale())?.[key]?.(inputs) ?? '';
}

async function load(of: Locale, bundle: Bundle): Promise<void> {
	const texts = loaders[of]?.[bundle] ?? (await far()).loaders[of]?.[bundle];
	const table = await texts?.();
	if (table) tables.set(of, { ...tables.get(of), ...table });
}

/** Makes the texts of a language ready: those asked for here and all that were ever asked for. */
export async function loadMessages(of: Locale, ...bundles: Bundle[]): Promise<void> {
	for (const bundle of bundles) wanted.add(bundle);
	const tasks = [...wanted].map((bundle) => {
		const name = `${of}/${bundle}`;
		const task = loaded.get(name) ?? load(of, bundle);
		loaded.set(name, task);
		task.catch(() => loaded.delete(name)); // the next try asks again
		return task;
	});
	await Promise.all(tasks);
}
