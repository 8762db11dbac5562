import { m, number } from '#lib/i18n';
import { dueCount } from '#lib/language/practice/due.svelte.ts';
import { session } from '#lib/services/session.svelte.ts';
import type { IconName } from '#lib/ui';

/** A place of the app that is always one tap away. */
export interface Place {
	href: string;
	label: string;
	icon: IconName;
	/** How many things wait there; nothing is shown for none. */
	waiting?: number;
	/** What that figure says, for those who do not see it beside the label. */
	waitingLabel?: string;
	/** Only where there is room: on a phone it stands in the account's menu alone. */
	wide?: boolean;
}

/** Where this reader can go from anywhere, most wanted first. Reactive. */
export function places(): Place[] {
	const who = session();
	const all: (Place | false)[] = [
		who.account
			? { href: '/today', label: m.common_nav_today(), icon: 'home' }
			: { href: '/', label: m.common_nav_home(), icon: 'home' },
		{ href: '/courses', label: m.common_nav_courses(), icon: 'book' },
		!!who.account && {
			href: '/review',
			label: m.common_nav_review(),
			icon: 'reload',
			waiting: dueCount(),
			waitingLabel: m.common_nav_due({ count: number(dueCount()) })
		},
		{ href: '/words', label: m.common_nav_words(), icon: 'words' },
		!!who.account && {
			href: '/progress',
			label: m.common_nav_progress(),
			icon: 'check',
			wide: true
		},
		who.mayAuthor && { href: '/studio', label: m.common_nav_studio(), icon: 'edit' }
	];
	return all.filter((place) => place !== false);
}

/** Whether the address belongs to the place. */
export function isAt(place: Place, pathname: string): boolean {
	return place.href === '/'
		? pathname === '/'
		: pathname === place.href || pathname.startsWith(`${place.href}/`);
}

/** Does what nobody waits for once the page has had time to come; the answer calls it off. */
export function soon(work: () => Promise<void>): () => void {
	const timer = setTimeout(() => void work(), 1_500);
	return () => clearTimeout(timer);
}
