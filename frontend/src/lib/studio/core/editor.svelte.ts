import { m } from '#lib/i18n';
import type { ActivityKind, DraftCourse, Text, UnitKind } from '../types';
import { History, type Step } from './history';
import { newId } from './id';
import { Journal } from './journal';
import { fallback, getLeaf, plain, sameLeaf, type EntityType, type Leaf } from './leaves';
import * as pend from './pending';
import { Sync, type SyncState, type Transport } from './sync';
import * as tree from './tree';

/** Something to tell the author in passing, with a way back where there is one. */
export interface Notice {
	text: string;
	undo?: () => void;
}

/** An item that was taken out, with all that is needed to put it back. */
interface Gone {
	type: tree.ItemType;
	parentId: string;
	after: string | null;
	item: tree.Item;
	pairings?: DraftCourse['pairings'];
}

/**
 * An author's open course: what is seen, what was done, what still has to reach the server.
 * Every change is shown at once, kept on the device within a quarter of a second, sent within
 * 1.5 s, and can be taken back.
 */
export class CourseEditor {
	course: DraftCourse = $state.raw() as DraftCourse;
	state = $state<SyncState>('saved');
	waiting = $state(0);
	conflicts = $state.raw<pend.Conflict[]>([]);
	/** Codes of refused fields by `id:path`. */
	refused = $state.raw<Record<string, string>>({});
	canUndo = $state(false);
	canRedo = $state(false);
	/** Said to screen readers. */
	announcement = $state('');
	/** The language of the texts being edited. */
	lang = $state('');
	/** Rises when the server has acknowledged everything: previews read again. */
	saved = $state(0);

	#history = new History(() => this.#showHistory());
	#sync: Sync;

	private constructor(
		course: DraftCourse,
		pending: pend.Pending,
		api: Transport,
		private readonly journal: Journal<pend.Pending>,
		private readonly notify: (notice: Notice) => void
	) {
		this.#sync = new Sync(course, pending, api, {
			changed: () => this.#show(),
			state: () => this.#showState(),
			keep: () => this.journal.keep(() => this.#kept()),
			refused: (op) => this.notify({ text: refusal(op) })
		});
		this.lang = course.languages[0] ?? 'en';
		this.#show();
		this.#showState();
		if (pend.count(pending)) this.#sync.flush();
	}

	/** Opens a course with the work a crash may have left on this device. Throws as the API does. */
	static async open(
		id: string,
		accountId: string,
		api: Transport,
		notify: (notice: Notice) => void
	): Promise<CourseEditor> {
		const journal = new Journal<pend.Pending>('pending', accountId, id);
		const [course, left] = await Promise.all([api.course(id), journal.left()]);
		const pending = merge(left);
		const editor = new CourseEditor(course, pending, api, journal, notify);
		await journal.keepNow(() => editor.#kept());
		await journal.inherit().catch(() => undefined);
		if (pend.count(pending)) notify({ text: m.studio_recovered() });
		return editor;
	}

	/** False when this browser cannot keep unsaved work: leaving the page must warn. */
	get safe(): boolean {
		return this.state === 'saved' || this.journal.works;
	}

	/** The title as it is shown in lists and announcements. */
	name(title: Text): string {
		return fallback(title, [this.lang, ...this.course.languages]) || m.studio_untitled();
	}

	/** Changes one leaf of the course, a unit, a lesson or an activity. */
	edit(entity: EntityType, id: string, path: string, value: Leaf): void {
		const before = plain(this.#leaf(entity, id, path));
		if (sameText(before, value)) return;
		this.#set(entity, id, path, value);
		this.#history.add({
			key: typeof value === 'string' || isList(value) ? `${id}:${path}` : undefined,
			label: () => m.studio_step_edit(),
			undo: () => this.#set(entity, id, path, before ?? emptyOf(value)),
			redo: () => this.#set(entity, id, path, value)
		});
	}

	/** Ends the undo step of the field being left and sends what was typed. */
	leaveField(): void {
		this.#history.pause();
		this.#sync.flush();
	}

	/** Adds an item behind `after` (null: first, undefined: last), empty but for `fields`, and answers its id. */
	add(
		type: tree.ItemType,
		parentId: string,
		kind: UnitKind | ActivityKind | '' = '',
		after?: string | null,
		fields?: Partial<tree.Item>
	): string {
		const item = { ...pend.blank(type, newId(), kind), ...fields } as tree.Item;
		const behind = after === undefined ? this.#lastIn(type, parentId) : after;
		this.#change({ type: 'create', entity: type, parentId, after: behind, item });
		this.#history.add({
			label: () => m.studio_step_add(),
			undo: () => this.#delete(item.id),
			redo: () => this.#restore({ type, parentId, after: behind, item })
		});
		return item.id;
	}

	/** Deletes an item with all in it; the notice offers the way back. */
	remove(id: string): void {
		const gone = this.#snapshot(id);
		if (!gone) return;
		const name = this.name(gone.item.title);
		const step: Step = {
			label: () => m.studio_step_delete({ name }),
			undo: () => this.#restore(gone),
			redo: () => this.#delete(id)
		};
		step.redo();
		this.#history.add(step);
		this.announcement = m.studio_deleted({ name });
		this.notify({ text: m.studio_deleted({ name }), undo: () => this.#bringBack(gone) });
	}

	/** Moves an item to a place in a parent, counted without the item itself. */
	move(id: string, parentId: string, index: number): void {
		const before = tree.orderOf(this.course);
		const after = tree.moved(this.course, id, parentId, index);
		if (JSON.stringify(before) === JSON.stringify(after)) return;
		const step: Step = {
			label: () => m.studio_step_move(),
			undo: () => this.#order(before),
			redo: () => this.#order(after)
		};
		step.redo();
		this.#history.add(step);
		this.#announceMove(id);
	}

	/** Moves an item one step; says so when there is nowhere to go. */
	step(id: string, step: tree.Step): boolean {
		const to = tree.target(this.course, id, step);
		if (to) this.move(id, to.parentId, to.index);
		else this.announcement = m.studio_move_end();
		return Boolean(to);
	}

	/** Ties a language unit to the vocational unit it prepares, or unties them. */
	pair(languageUnitId: string, vocationalUnitId: string, on: boolean): void {
		const before = plain(tree.livePairings(this.course));
		const rest = before.filter(
			(p) => p.languageUnitId !== languageUnitId || p.vocationalUnitId !== vocationalUnitId
		);
		const after = on ? [...rest, { languageUnitId, vocationalUnitId }] : rest;
		const step: Step = {
			label: () => m.studio_step_pair(),
			undo: () => this.#change({ type: 'pairings', pairings: before }),
			redo: () => this.#change({ type: 'pairings', pairings: after })
		};
		step.redo();
		this.#history.add(step);
	}

	undo(): void {
		const step = this.#history.undo();
		if (step) this.announcement = m.studio_undone({ what: step.label() });
	}

	redo(): void {
		const step = this.#history.redo();
		if (step) this.announcement = m.studio_redone({ what: step.label() });
	}

	/** Settles a conflict. Whatever does not stand can be brought back with undo. */
	settle(conflict: pend.Conflict, value?: Leaf): void {
		const { entity, id, path, mine, gone } = conflict;
		this.#sync.settle(conflict, value);
		if (gone || (value !== undefined && sameLeaf(value, mine))) return;
		const stands = this.#leaf(entity, id, path);
		this.#history.add({
			label: () => m.studio_step_edit(),
			undo: () => this.#set(entity, id, path, mine),
			redo: () => this.#set(entity, id, path, stands)
		});
	}

	/** Takes a course that a publish or an archive has just answered. */
	adopt(course: DraftCourse): void {
		this.#sync.adopt(course);
	}

	/** Reads the course again when nothing of ours is on its way. Errors are left to the next time. */
	async refresh(): Promise<void> {
		await this.#sync.refreshIfIdle().catch(() => undefined);
	}

	/** Resolves when the server has acknowledged everything, or rejects when it cannot now. */
	async settled(): Promise<void> {
		this.#sync.flush();
		while (this.waiting > 0) {
			if (this.state !== 'saving' && this.state !== 'saved') throw new Error(this.state);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}

	/** Tries again now. */
	retry(): void {
		this.#sync.flush();
	}

	/** Keeps everything on the device and sends what it can: the page is being hidden or left. */
	async secure(): Promise<void> {
		this.#sync.flush();
		await this.journal.keepNow(() => this.#kept());
	}

	/** Stops; what waits stays on the device for the next opening. */
	async close(): Promise<void> {
		await this.secure();
		this.#sync.close();
	}

	#kept(): pend.Pending | undefined {
		return pend.count(this.#sync.pending) ? plain(this.#sync.pending) : undefined;
	}

	#show(): void {
		this.course = this.#sync.view();
		if (!this.course.languages.includes(this.lang)) this.lang = this.course.languages[0] ?? 'en';
	}

	#showState(): void {
		const was = this.state;
		this.state = this.#sync.state;
		this.waiting = pend.count(this.#sync.pending);
		this.conflicts = [...this.#sync.conflicts];
		this.refused = Object.fromEntries(this.#sync.refused);
		if (was !== 'saved' && this.state === 'saved') this.saved++;
	}

	#showHistory(): void {
		this.canUndo = this.#history.canUndo;
		this.canRedo = this.#history.canRedo;
	}

	#leaf(entity: EntityType, id: string, path: string): Leaf {
		const target = tree.entity(this.course, entity, id);
		return target && getLeaf(target, path);
	}

	#set(entity: EntityType, id: string, path: string, value: Leaf): void {
		if (!tree.entity(this.course, entity, id)) return;
		this.course = tree.withLeafOf(this.course, { entity, id, path, value });
		this.#sync.edit(entity, id, path, value);
		this.#showState();
	}

	#change(op: pend.Op): void {
		this.#sync.change(op);
		this.#show();
		this.#showState();
	}

	#order(order: ReturnType<typeof tree.orderOf>): void {
		const course = plain(this.course);
		tree.applyOrder(course, order);
		this.#change({ type: 'order', order: tree.orderOf(course) });
	}

	#snapshot(id: string) {
		const found = tree.find(this.course, id);
		return (
			found && {
				type: found.type,
				parentId: found.parentId,
				after: tree.previousId(this.course, id),
				item: plain(found.item),
				pairings: plain(this.course.pairings)
			}
		);
	}

	#delete(id: string): void {
		const found = tree.find(this.course, id);
		if (found)
			this.#change({ type: 'delete', entity: found.type, id, within: tree.subtree(found.item) });
	}

	#restore(gone: Gone): void {
		const { type, parentId, after, item, pairings } = gone;
		this.#change({ type: 'restore', entity: type, parentId, after, item });
		// The server puts it where it was in its own order; ours may have changed since.
		this.#change({ type: 'order', order: tree.orderOf(this.course) });
		const own = pairings?.filter(
			(p) => p.languageUnitId === item.id || p.vocationalUnitId === item.id
		);
		if (own?.length)
			this.#change({ type: 'pairings', pairings: [...tree.livePairings(this.course), ...own] });
	}

	/** Undoes a deletion that may no longer be the last thing done: it is a step of its own. */
	#bringBack(gone: Gone): void {
		const { id, title } = gone.item;
		if (tree.find(this.course, id)) return;
		this.#restore(gone);
		this.#history.add({
			label: () => m.studio_step_add(),
			undo: () => this.#delete(id),
			redo: () => this.#restore(gone)
		});
		this.announcement = m.studio_restored({ name: this.name(title) });
	}

	#lastIn(type: tree.ItemType, parentId: string): string | null {
		return tree.listOf(this.course, type, parentId)?.at(-1)?.id ?? null;
	}

	#announceMove(id: string): void {
		const found = tree.find(this.course, id);
		if (!found) return;
		const parent = tree.find(this.course, found.parentId);
		const about = {
			name: this.name(found.item.title),
			position: found.index + 1,
			count: found.count
		};
		this.announcement = parent
			? m.studio_moved_in({ ...about, parent: this.name(parent.item.title) })
			: m.studio_moved({ ...about });
	}
}

/** What several tabs have left, as one: later edits of the same leaf win. */
function merge(left: pend.Pending[]): pend.Pending {
	const pending = pend.nothingPending();
	for (const { ops, edits } of left) {
		pending.ops.push(...ops);
		for (const [id, edit] of Object.entries(edits)) {
			const known = (pending.edits[id] ??= { ...edit, changes: {}, base: {} });
			known.base = { ...edit.base, ...known.base };
			Object.assign(known.changes, edit.changes);
		}
	}
	return pending;
}

function sameText(a: Leaf, b: Leaf): boolean {
	return typeof a === 'string' || typeof b === 'string' ? (a ?? '') === (b ?? '') : sameLeaf(a, b);
}

/** A list that is edited as one leaf; leaving a field of it ends the step. */
const isList = (value: Leaf) => Array.isArray(value) && typeof value[0] === 'object';

function emptyOf(value: Leaf): Leaf {
	if (isList(value)) return [];
	return typeof value === 'string' ? '' : null;
}

function refusal(op: pend.Op): string {
	if (op.type === 'create' || op.type === 'restore') return m.studio_refused_add();
	return op.type === 'delete' ? m.studio_refused_delete() : m.studio_refused_order();
}
