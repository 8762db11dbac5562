import { tick } from 'svelte';

const PATIENCE_MS = 3000;

/**
 * Gives the focus to an element and brings it into view. One that is not there yet may be on its way: a part of the
 * page comes when it is first opened.
 */
export async function focusSoon(id: string): Promise<void> {
	await tick();
	for (const start = performance.now(); performance.now() - start < PATIENCE_MS;) {
		const element = document.getElementById(id);
		if (element) {
			element.focus({ preventScroll: true });
			return element.scrollIntoView({ block: 'center' });
		}
		await new Promise((resolve) => requestAnimationFrame(resolve));
	}
}
