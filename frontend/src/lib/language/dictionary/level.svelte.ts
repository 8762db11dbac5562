const KEY = 'hanzhi:chinese-level';

function remembered(): string {
	try {
		return localStorage.getItem(KEY) ?? '';
	} catch {
		return '';
	}
}

let kept = $state(remembered());

// Levels without a list are older than the lists: they were of HSK 2.0.
const parted = $derived(kept.includes(':') ? kept.split(':') : [kept && 'hsk2', kept]);

/** The level that was declared on this device; empty when none was. Reactive. */
export function declaredLevel(): string {
	return parted[1];
}

/** The list that it belongs to; empty when none was declared. Reactive. */
export function declaredList(): string {
	return parted[0];
}

/** Remembers the level that the server has just taken, with its list. */
export function declareLevel(level: string, list: string): void {
	kept = level && `${list}:${level}`;
	try {
		localStorage.setItem(KEY, kept);
	} catch {
		// Shown until the page is left; the server has it.
	}
}
