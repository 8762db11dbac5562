import { error } from '@sveltejs/kit';
import type { Component } from 'svelte';
import type { PageLoad } from './$types';

/** A page of classes: what it needs, and what shows it. */
interface View {
	load: (id: string, url: URL) => Promise<unknown>;
	default: unknown;
}

// One route for all of them: each route costs every first load of the site its share of the route table.
const VIEWS: Record<string, () => Promise<View>> = {
	list: () => import('#lib/classes/pages/List.svelte'),
	room: () => import('#lib/classes/pages/Room.svelte'),
	replay: () => import('#lib/classes/pages/Replay.svelte'),
	report: () => import('#lib/classes/pages/Report.svelte')
};

export const load: PageLoad = async ({ params, url }) => {
	const [id, part = id ? 'room' : 'list', more] = params.rest.split('/');
	const open = more === undefined && (id ? part !== 'list' : true) ? VIEWS[part] : undefined;
	if (!open) error(404);
	const view = await open();
	return {
		id,
		part,
		view: view.default as Component<{ id: string; data: unknown }>,
		given: await view.load(id, url)
	};
};
