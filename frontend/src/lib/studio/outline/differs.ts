import type { DraftCourse, Text } from '../types';

/** What learners see of an outline now. */
interface Shown {
	id: string;
	title: Text;
	children: Shown[];
}

/** The published course as far as it can be compared. */
export interface PublishedCourse {
	title: Text;
	summary: Text;
	outline: {
		id: string;
		title: Text;
		lessons: {
			id: string;
			title: Text;
			summary?: Text;
			activities: { id: string; title: Text }[];
		}[];
	}[];
}

export interface Difference {
	kind: 'added' | 'removed' | 'moved' | 'reworded' | 'reordered';
	/** What it is about, in the languages it has. */
	title: Text;
	id: string;
}

interface Placed {
	node: Shown;
	parentId: string;
}

/**
 * What differs between a draft and what learners see: things added, taken away, moved or reworded. What stands inside
 * an activity is not compared, since the published text is not at hand; an empty list then means "inside".
 */
export function differences(draft: DraftCourse, published: PublishedCourse): Difference[] {
	const before = tree(draft.id, published.title, published.outline.map(unitOf));
	const after = tree(
		draft.id,
		draft.title,
		draft.units.map((u) => unitOf({ ...u, lessons: u.lessons }))
	);
	const [was, is] = [index(before), index(after)];
	const found: Difference[] = [];
	for (const [id, { node, parentId }] of is) {
		const old = was.get(id);
		if (!old) {
			// What is new brings new things inside; only the outermost is told.
			if (was.has(parentId) || parentId === '')
				found.push({ kind: 'added', id, title: node.title });
			continue;
		}
		if (old.parentId !== parentId) found.push({ kind: 'moved', id, title: node.title });
		if (!sameText(old.node.title, node.title))
			found.push({ kind: 'reworded', id, title: node.title });
		if (reordered(old.node, node)) found.push({ kind: 'reordered', id, title: node.title });
	}
	for (const [id, { node, parentId }] of was)
		if (!is.has(id) && is.has(parentId)) found.push({ kind: 'removed', id, title: node.title });
	return found;
}

function unitOf(unit: PublishedCourse['outline'][number]): Shown {
	const leaf = (a: { id: string; title: Text }): Shown => ({
		id: a.id,
		title: a.title,
		children: []
	});
	return {
		id: unit.id,
		title: unit.title,
		children: unit.lessons.map((l) => ({
			id: l.id,
			title: l.title,
			children: l.activities.map(leaf)
		}))
	};
}

const tree = (id: string, title: Text, children: Shown[]): Shown => ({ id, title, children });

function index(root: Shown, parentId = '', into = new Map<string, Placed>()): Map<string, Placed> {
	into.set(root.id, { node: root, parentId });
	for (const child of root.children) index(child, root.id, into);
	return into;
}

function sameText(a: Text, b: Text): boolean {
	const langs = new Set([...Object.keys(a), ...Object.keys(b)]);
	return [...langs].every((lang) => (a[lang] ?? '') === (b[lang] ?? ''));
}

/** Whether the children both have stand in another order. */
function reordered(a: Shown, b: Shown): boolean {
	const [x, y] = [a.children.map((c) => c.id), b.children.map((c) => c.id)];
	return x.filter((id) => y.includes(id)).join() !== y.filter((id) => x.includes(id)).join();
}
