import type { DraftActivity, DraftCourse, DraftLesson, DraftUnit, Order, Pairing } from '../types';
import {
	getLeaf,
	plain,
	sameLeaf,
	setLeaf,
	type Changes,
	type EntityType,
	type Leaf
} from './leaves';
import * as tree from './tree';

/** Changes of structure go to the server one by one in the order they were made. */
export type Op =
	| {
			type: 'create';
			entity: tree.ItemType;
			parentId: string;
			after: string | null;
			item: tree.Item;
	  }
	| { type: 'delete'; entity: tree.ItemType; id: string; within: string[] }
	| {
			type: 'restore';
			entity: tree.ItemType;
			parentId: string;
			after: string | null;
			item: tree.Item;
	  }
	| { type: 'order'; order: Order }
	| { type: 'pairings'; pairings: Pairing[] };

/**
 * Edits of one entity that the server has not acknowledged. `base` is what the server held where
 * the author began: it tells an edit of someone else's from an edit of our own.
 */
export interface Edit {
	entity: EntityType;
	id: string;
	changes: Changes;
	base: Changes;
	/** Values that left and were not answered, by path: the server may hold any of them. */
	sent?: Record<string, Leaf[]>;
}

/** All that is not acknowledged yet. Plain data: it is kept in IndexedDB as it is. */
export interface Pending {
	ops: Op[];
	edits: Record<string, Edit>;
}

/** Two people changed the same leaf; neither text is lost before someone chooses. */
export interface Conflict {
	entity: EntityType;
	id: string;
	path: string;
	mine: Leaf;
	theirs: Leaf;
	/** The entity is gone: someone deleted it while it was edited here. */
	gone: boolean;
}

export const nothingPending = (): Pending => ({ ops: [], edits: {} });

/** How many changes wait, for the words beside the save state. */
export function count(pending: Pending): number {
	return pending.ops.length + Object.keys(pending.edits).length;
}

/** What the author sees: the server's course with everything that waits done to it. */
export function view(server: DraftCourse, pending: Pending): DraftCourse {
	const course = plain(server);
	for (const op of pending.ops) applyOp(course, op);
	for (const edit of Object.values(pending.edits)) {
		const target = tree.entity(course, edit.entity, edit.id);
		if (!target) continue;
		for (const [path, value] of Object.entries(edit.changes)) setLeaf(target, path, value);
	}
	return course;
}

/** Does one change of structure to a course in place. */
export function applyOp(course: DraftCourse, op: Op): void {
	if (op.type === 'order') tree.applyOrder(course, op.order);
	else if (op.type === 'pairings') course.pairings = plain(op.pairings);
	else if (op.type === 'delete') tree.remove(course, op.id);
	else tree.insert(course, op.entity, op.parentId, plain(op.item), op.after);
}

/** Adds a change of structure; a reordering right after another replaces it. */
export function addOp(pending: Pending, op: Op, headInFlight: boolean): void {
	const last = pending.ops.length - 1;
	const tail = pending.ops[last];
	const untouched = last > 0 || !headInFlight;
	const replaces = op.type === 'order' || op.type === 'pairings';
	if (replaces && tail?.type === op.type && untouched) pending.ops[last] = op;
	else pending.ops.push(op);
}

/** Adds an edit of a leaf to those of its entity. An edit back to what the server has drops out. */
export function addEdit(
	pending: Pending,
	server: DraftCourse,
	{ entity, id, path, value }: { entity: EntityType; id: string; path: string; value: Leaf },
	inFlight: boolean
): void {
	const edit = (pending.edits[id] ??= { entity, id, changes: {}, base: {} });
	if (!(path in edit.changes)) edit.base[path] = known(server, entity, id, path);
	edit.changes[path] = value;
	const certain = !inFlight && !edit.sent?.[path];
	if (certain && sameLeaf(edit.base[path], value)) dropLeaf(pending, id, path);
}

/** Notes what is about to leave: if its answer is lost, the server may hold it all the same. */
export function noteSent(pending: Pending, id: string, sent: Changes): void {
	const edit = pending.edits[id];
	if (!edit) return;
	const known = (edit.sent ??= {});
	for (const [path, value] of Object.entries(sent)) {
		const values = (known[path] ??= []);
		if (!values.some((other) => sameLeaf(other, value))) values.push(value);
	}
}

/** Forgets an edit of one leaf, and the whole entry with its last leaf. */
export function dropLeaf(pending: Pending, id: string, path: string): void {
	const edit = pending.edits[id];
	if (!edit) return;
	delete edit.changes[path];
	delete edit.base[path];
	forgetSent(edit, path);
	if (Object.keys(edit.changes).length === 0) delete pending.edits[id];
}

/** After the server took `sent`: what was typed meanwhile stays, with the sent value as its base. */
export function acknowledge(pending: Pending, id: string, sent: Changes): void {
	const edit = pending.edits[id];
	if (!edit) return;
	for (const [path, value] of Object.entries(sent))
		if (sameLeaf(edit.changes[path], value)) dropLeaf(pending, id, path);
		else settleBase(edit, path, value);
}

/** The server is known to hold `value`, and nothing is on its way any more. */
function settleBase(edit: Edit, path: string, value: Leaf): void {
	edit.base[path] = value;
	forgetSent(edit, path);
}

function forgetSent(edit: Edit, path: string): void {
	if (!edit.sent) return;
	delete edit.sent[path];
	if (Object.keys(edit.sent).length === 0) delete edit.sent;
}

/** The server has deleted these: what was typed into them goes too, unless they are to come back. */
export function forget(pending: Pending, ids: string[]): void {
	const planned = new Set(
		pending.ops.flatMap((op) => (op.type === 'restore' ? tree.subtree(op.item) : []))
	);
	for (const id of ids) if (!planned.has(id)) delete pending.edits[id];
}

/**
 * Compares what waits with a fresh course. Edits that someone else made alike drop out, edits of
 * leaves nobody else touched go on, and the rest are conflicts.
 */
export function rebase(server: DraftCourse, pending: Pending): Conflict[] {
	const conflicts: Conflict[] = [];
	const planned = structure(server, pending);
	for (const edit of Object.values(pending.edits)) {
		const { entity, id } = edit;
		const fresh = tree.entity(server, entity, id);
		const waits = !fresh && planned.has(id);
		if (waits) continue;
		for (const path of Object.keys(edit.changes)) {
			const mine = edit.changes[path];
			const theirs = fresh && getLeaf(fresh, path);
			if (!fresh) conflicts.push({ entity, id, path, mine, theirs, gone: true });
			else if (sameLeaf(theirs, mine)) dropLeaf(pending, id, path);
			else if (edit.sent?.[path]?.some((own) => sameLeaf(own, theirs)))
				settleBase(edit, path, theirs);
			else if (!sameLeaf(theirs, edit.base[path]))
				conflicts.push({ entity, id, path, mine, theirs, gone: false });
		}
	}
	return conflicts;
}

/** Ids that a waiting change of structure will bring to life or is about to take away. */
function structure(server: DraftCourse, pending: Pending): Set<string> {
	const ids = new Set<string>();
	for (const op of pending.ops) {
		if (op.type === 'create' || op.type === 'restore')
			for (const id of tree.subtree(op.item)) ids.add(id);
		if (op.type === 'delete') for (const id of op.within) ids.add(id);
	}
	ids.add(server.id);
	return ids;
}

function known(server: DraftCourse, entity: EntityType, id: string, path: string): Leaf {
	const item = tree.entity(server, entity, id);
	return item && plain(getLeaf(item, path));
}

/** An item as it is created: nothing in it but its kind. */
export function blank(entity: tree.ItemType, id: string, kind: string): tree.Item {
	if (entity === 'unit')
		return { id, kind: kind as DraftUnit['kind'], title: {}, version: 1, lessons: [] };
	if (entity === 'lesson')
		return {
			id,
			title: {},
			summary: {},
			preview: false,
			version: 1,
			activities: []
		} as DraftLesson;
	return {
		id,
		kind: kind as DraftActivity['kind'],
		title: {},
		body: {},
		version: 1
	} as DraftActivity;
}
