import type { Text } from '../types';

/** What an author can edit. Each has its own version on the server. */
export type EntityType = 'course' | 'unit' | 'lesson' | 'activity';

/**
 * A leaf is the smallest thing two people can edit apart from each other: `title.ru`, `kind`,
 * `body.markdown.en`. Its path never holds a dot besides the separators: language tags have none.
 */
export type Leaf =
	string | number | boolean | null | undefined | readonly string[] | readonly object[];
export type Changes = Record<string, Leaf>;

interface Node {
	[key: string]: unknown;
}

/** Reads the value at a path; an absent branch reads as undefined. */
export function getLeaf(entity: object, path: string): Leaf {
	let value: unknown = entity;
	for (const key of path.split('.')) value = (value as Node | undefined)?.[key];
	return value as Leaf;
}

/** Writes the value at a path in place and makes the branches that lead to it. */
export function setLeaf(entity: object, path: string, value: Leaf): void {
	const keys = path.split('.');
	const last = keys.pop() as string;
	let node = entity as Node;
	for (const key of keys) node = (node[key] ??= {}) as Node;
	node[last] = value;
}

/** The same entity with another value at a path; what the path does not touch is shared. */
export function withLeaf<T extends object>(entity: T, path: string, value: Leaf): T {
	const [key, ...rest] = path.split('.') as [string, ...string[]];
	const inner = (entity as Node)[key] as object | undefined;
	return { ...entity, [key]: rest.length ? withLeaf(inner ?? {}, rest.join('.'), value) : value };
}

/**
 * Equal for the reader: an absent text and an empty one are the same, and so are texts that differ
 * in outer white space or in how a letter is composed, which the server puts in order.
 */
export function sameLeaf(a: Leaf, b: Leaf): boolean {
	if (Array.isArray(a) && Array.isArray(b))
		return a.length === b.length && a.every((value, i) => sameItem(value, b[i]));
	return tidy(a) === tidy(b);
}

/** Items of a list: plain values, or objects that say the same. */
function sameItem(a: unknown, b: unknown): boolean {
	return typeof a === 'object' ? told(a) === told(b) : a === b;
}

/** What an item says, without what is empty and whatever the order of its fields. */
function told(value: unknown): string {
	return JSON.stringify(value, (_, inner: unknown) => {
		if (typeof inner === 'string') return tidy(inner) || undefined;
		if (typeof inner !== 'object' || inner === null || Array.isArray(inner))
			return inner || undefined;
		const kept = Object.entries(inner).filter(([, one]) => told(one) !== undefined);
		return kept.length ? Object.fromEntries(kept.sort(([x], [y]) => (x < y ? -1 : 1))) : undefined;
	});
}

function tidy(leaf: Leaf): unknown {
	return typeof leaf === 'string' ? leaf.trim().normalize('NFC') : (leaf ?? '');
}

/**
 * The body of a PATCH: only the fields that hold a change, each whole, with what the server
 * holds in its other languages. An emptied text leaves its language out.
 */
export function toPatch(known: object, changes: Changes): Record<string, unknown> {
	const patch: Node = {};
	for (const [path, value] of Object.entries(changes)) {
		const field = path.split('.')[0] as string;
		if (!(field in patch)) patch[field] = structuredClone(plain((known as Node)[field]));
		setLeaf(patch, path, value);
	}
	for (const field of Object.keys(patch)) patch[field] = withoutEmpty(patch[field]);
	return patch;
}

function withoutEmpty(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	const entries = Object.entries(value).filter(([, text]) => text !== '' && text !== undefined);
	return Object.fromEntries(entries.map(([key, inner]) => [key, withoutEmpty(inner)]));
}

/** A copy without reactive proxies, which structuredClone and IndexedDB refuse. */
export function plain<T>(value: T): T {
	return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

/** The text an author sees in place of a missing one: another language of the course, else any. */
export function fallback(text: Text, languages: readonly string[]): string {
	const lang = languages.find((l) => text[l]);
	return (lang ? text[lang] : Object.values(text).find(Boolean)) ?? '';
}
