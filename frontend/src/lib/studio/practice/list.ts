/** The list with one item changed. */
export function changed<T extends { id: string }>(
	list: readonly T[],
	id: string,
	patch: Partial<T>
): T[] {
	return list.map((item) => (item.id === id ? { ...item, ...patch } : item));
}

/** The list without an item. */
export function without<T extends { id: string }>(list: readonly T[], id: string): T[] {
	return list.filter((item) => item.id !== id);
}

/** The list with one item a place up (-1) or down (1); the same at its ends. */
export function shifted<T extends { id: string }>(list: readonly T[], id: string, by: -1 | 1): T[] {
	const from = list.findIndex((item) => item.id === id);
	const to = from + by;
	if (from < 0 || to < 0 || to >= list.length) return [...list];
	const next = [...list];
	[next[from], next[to]] = [next[to] as T, next[from] as T];
	return next;
}

/** A text with one language changed. */
export function worded(text: Record<string, string> | undefined, lang: string, value: string) {
	return { ...text, [lang]: value };
}
