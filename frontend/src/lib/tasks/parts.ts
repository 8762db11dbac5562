import { loadMessages, locale } from '#lib/i18n';
import type Practice from './Practice.svelte';
import type TaskCard from './TaskCard.svelte';

interface Parts {
	practice: typeof Practice;
	card: typeof TaskCard;
}

const parts: { [Name in keyof Parts]: () => Promise<{ default: Parts[Name] }> } = {
	practice: () => import('./Practice.svelte'),
	card: () => import('./TaskCard.svelte')
};

/** A part of a lesson with its texts: most lessons have none, so neither comes with the page. */
export async function lessonPart<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
	const [part] = await Promise.all([parts[name](), loadMessages(locale(), 'tasks')]);
	return part.default;
}
