import { mount, unmount } from 'svelte';
import type { LessonLanguage } from './lesson-language.svelte.ts';
import Tokens from './Tokens.svelte';
import { hasHan } from './tokens.ts';

/** In these, words would be buttons inside of buttons, or text that has to stand as it was written. */
const STILL = 'a, button, summary, label';
const WRITTEN = 'pre, code, textarea, script, style';

function chineseTexts(root: Element): Text[] {
	const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) =>
		hasHan(node.textContent ?? '') && !node.parentElement?.closest(WRITTEN)
			? NodeFilter.FILTER_ACCEPT
			: NodeFilter.FILTER_REJECT
	);
	const found: Text[] = [];
	while (walker.nextNode()) found.push(walker.currentNode as Text);
	return found;
}

/**
 * Turns the Chinese of a reading into words that can be pressed. Only text nodes are replaced, by elements made here
 * from the same text: no markup is read or written. The answer puts every text back as it was.
 */
export function enhance(root: Element, language: LessonLanguage): () => void {
	const undo: (() => void)[] = [];
	for (const text of chineseTexts(root)) {
		const content = text.textContent ?? '';
		const tokens = language.tokens(content);
		if (!tokens) continue;
		const [before, after] = [/^\s*/, /\s*$/].map((space) => space.exec(content)?.[0] ?? '');
		const place = document.createElement('span');
		if (before) place.append(before);
		const words = mount(Tokens, {
			target: place,
			props: { tokens, language, still: text.parentElement?.closest(STILL) !== null }
		});
		if (after) place.append(after);
		text.replaceWith(place);
		undo.push(() => {
			place.replaceWith(text);
			void unmount(words);
		});
	}
	return () => undo.forEach((back) => back());
}
