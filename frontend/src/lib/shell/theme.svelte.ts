/** What a reader wants: light, dark, or as the device says. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'hanzhi:theme';
const dusk = matchMedia('(prefers-color-scheme: dark)');

let wanted = $state<Theme>(remembered());

function remembered(): Theme {
	try {
		return (localStorage.getItem(KEY) as Theme | null) ?? 'auto';
	} catch {
		return 'auto';
	}
}

function show(): void {
	const dark = wanted === 'dark' || (wanted === 'auto' && dusk.matches);
	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

dusk.addEventListener('change', show);

/** The reader's choice. Reactive. */
export function theme(): Theme {
	return wanted;
}

/** Changes the colours at once and remembers it on this device. */
export function setTheme(next: Theme): void {
	wanted = next;
	show();
	try {
		localStorage.setItem(KEY, next);
	} catch {
		// Shown until the page is left.
	}
}
