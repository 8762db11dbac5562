import type { DraftCourse, Order, Pairing } from '../types';
import { backoffMs, failureOf, type Failure } from './failure';
import {
	getLeaf,
	plain,
	setLeaf,
	toPatch,
	type Changes,
	type EntityType,
	type Leaf
} from './leaves';
import * as pend from './pending';
import * as tree from './tree';

/** The requests an editor makes. Each throws an error with the problem document's `status`. */
export interface Transport {
	course(id: string): Promise<DraftCourse>;
	create(op: Extract<pend.Op, { type: 'create' }>): Promise<tree.Item>;
	/** Answers the entity without what it holds; a course answers its own fields. */
	patch(entity: EntityType, id: string, patch: Record<string, unknown>): Promise<object>;
	remove(entity: tree.ItemType, id: string): Promise<void>;
	restore(entity: tree.ItemType, id: string): Promise<tree.Item>;
	order(courseId: string, order: Order): Promise<DraftCourse>;
	pairings(courseId: string, pairings: Pairing[]): Promise<DraftCourse>;
}

/** How the author's work stands. All but `saved` mean that something is kept on this device alone. */
export type SyncState =
	'saved' | 'saving' | 'retrying' | 'conflict' | 'invalid' | 'signed-out' | 'forbidden';

/** What the sync tells the editor. */
export interface Listener {
	/** The server's course or what waits has changed from outside: show `view()` again. */
	changed(): void;
	/** The state, the conflicts or the refused fields have changed. */
	state(): void;
	/** What waits has changed: keep it on the device. */
	keep(): void;
	/** The server will not do this change of structure; it is undone here. */
	refused(op: pend.Op, failure: Failure): void;
}

const IDLE_MS = 700;
const LONGEST_MS = 1500;
/** How often in a row a course is read again at once because somebody else changed it. */
const STALE_LIMIT = 5;
const HELD: ReadonlySet<string> = new Set(['units', 'lessons', 'activities', 'pairings', 'runs']);

/** Sends what waits, one request at a time, until the server has acknowledged all of it. */
export class Sync {
	state: SyncState = 'saved';
	conflicts: pend.Conflict[] = [];
	/** Fields the server refused, by `id:path`, with the code of the reason. */
	refused = new Map<string, string>();

	#busy = false;
	#closed = false;
	#inFlight: { edit?: string; op?: boolean } = {};
	#timer: ReturnType<typeof setTimeout> | undefined;
	#firstEditAt = 0;
	#dueAt = 0;
	#failures = 0;
	#stale = 0;

	constructor(
		public server: DraftCourse,
		public readonly pending: pend.Pending,
		private readonly api: Transport,
		private readonly on: Listener
	) {
		this.conflicts = pend.rebase(server, pending);
	}

	/** What the author should see. */
	view(): DraftCourse {
		return pend.view(this.server, this.pending);
	}

	/** Takes an edit of one leaf; it leaves within 1.5 s. */
	edit(entity: EntityType, id: string, path: string, value: Leaf): void {
		const inFlight = this.#inFlight.edit === id;
		pend.addEdit(this.pending, this.server, { entity, id, path, value }, inFlight);
		this.refused.delete(`${id}:${path}`);
		for (const c of this.conflicts) if (c.id === id && c.path === path) c.mine = value;
		const now = Date.now();
		this.#firstEditAt ||= now;
		this.#dueAt = Math.min(now + IDLE_MS, this.#firstEditAt + LONGEST_MS);
		this.on.keep();
		if (this.state === 'saved' || this.state === 'invalid') this.#set('saving');
		if (!this.#failures) this.#schedule(this.#dueAt - now);
	}

	/** Takes a change of structure; it leaves at once, after those before it. */
	change(op: pend.Op): void {
		pend.addOp(this.pending, op, this.#inFlight.op === true);
		this.on.keep();
		if (this.state === 'saved') this.#set('saving');
		if (!this.#failures) this.#schedule(0);
	}

	/** Sends all that waits now: the page is being left, the line is back, someone pressed "retry". */
	flush(): void {
		this.#dueAt = 0;
		this.#failures = 0;
		this.#schedule(0);
	}

	/** Stops sending. What waits stays on the device. */
	close(): void {
		this.#closed = true;
		clearTimeout(this.#timer);
	}

	/** Reads the course again and compares it with what waits. Throws what the request throws. */
	async refresh(): Promise<void> {
		this.adopt(await this.api.course(this.server.id));
	}

	/** Looks for the work of others, unless our own is on its way. */
	async refreshIfIdle(): Promise<void> {
		if (!this.#busy && !this.#closed) await this.refresh();
	}

	/** Takes a course the server has just answered as what it holds now. */
	adopt(fresh: DraftCourse): void {
		this.server = fresh;
		this.conflicts = pend.rebase(fresh, this.pending);
		this.on.keep();
		this.on.changed();
		this.on.state();
	}

	/** Settles a conflict with the text that shall stand; undefined takes theirs. */
	settle(conflict: pend.Conflict, value?: Leaf): void {
		const { entity, id, path, theirs } = conflict;
		this.conflicts = this.conflicts.filter((c) => c.id !== id || c.path !== path);
		pend.dropLeaf(this.pending, id, path);
		if (value !== undefined && !conflict.gone)
			pend.addEdit(this.pending, this.server, { entity, id, path, value }, false);
		else if (!conflict.gone) setLeaf(tree.entity(this.server, entity, id) as object, path, theirs);
		this.on.keep();
		this.on.changed();
		this.flush();
	}

	#schedule(ms: number): void {
		clearTimeout(this.#timer);
		if (!this.#closed) this.#timer = setTimeout(() => void this.#pump(), Math.max(0, ms));
	}

	#set(state: SyncState): void {
		this.state = state;
		this.on.state();
	}

	async #pump(): Promise<void> {
		if (this.#busy || this.#closed) return;
		this.#busy = true;
		try {
			for (let next = this.#next(); next && !this.#closed; next = this.#next()) {
				this.#set('saving');
				await next();
				this.#failures = 0;
				this.#stale = 0;
				this.#inFlight = {};
				this.on.keep();
			}
			this.#failures = 0;
			this.#rest();
		} catch (error) {
			this.#inFlight = {};
			await this.#fail(error);
		} finally {
			this.#busy = false;
		}
	}

	/** Nothing can be sent now: say why, and wake up for what is still being typed. */
	#rest(): void {
		if (this.#closed) return;
		if (this.#editable().length > 0) {
			this.#schedule(this.#dueAt - Date.now());
			return;
		}
		this.#firstEditAt = 0;
		this.#set(this.conflicts.length ? 'conflict' : this.refused.size ? 'invalid' : 'saved');
	}

	/** The next request: structure in order, but what was typed into a thing before its deletion. */
	#next(): (() => Promise<void>) | undefined {
		const op = this.pending.ops[0];
		const edits = this.#editable();
		const last = op?.type === 'delete' && edits.find((edit) => op.within.includes(edit.id));
		if (last) return () => this.#sendEdit(last);
		if (op) return () => this.#sendOp(op);
		const edit = Date.now() >= this.#dueAt ? edits[0] : undefined;
		return edit && (() => this.#sendEdit(edit));
	}

	#editable(): pend.Edit[] {
		return Object.values(this.pending.edits).filter(
			(edit) =>
				tree.entity(this.server, edit.entity, edit.id) && Object.keys(this.#sendable(edit)).length
		);
	}

	#sendable(edit: pend.Edit): Changes {
		const held = (path: string) =>
			this.refused.has(`${edit.id}:${path}`) ||
			this.conflicts.some((c) => c.id === edit.id && c.path === path);
		return Object.fromEntries(Object.entries(edit.changes).filter(([path]) => !held(path)));
	}

	async #sendEdit(edit: pend.Edit): Promise<void> {
		const { entity, id } = edit;
		const sent = plain(this.#sendable(edit));
		const known = tree.entity(this.server, entity, id) as { version: number };
		this.#firstEditAt = 0;
		this.#inFlight = { edit: id };
		pend.noteSent(this.pending, id, sent);
		this.on.keep();
		try {
			const patch = { version: known.version, ...toPatch(known, sent) };
			const answer = await this.api.patch(entity, id, patch);
			this.#learn(entity, id, answer, sent);
			pend.acknowledge(this.pending, id, sent);
			this.on.changed();
		} catch (error) {
			const failure = failureOf(error);
			if (failure.kind !== 'invalid') throw error;
			this.#refuse(id, sent, failure);
		}
	}

	#learn(entity: EntityType, id: string, answer: object, sent: Changes): void {
		const known = tree.entity(this.server, entity, id);
		if (!known) return;
		for (const [key, value] of Object.entries(answer))
			if (!HELD.has(key)) (known as Record<string, unknown>)[key] = value;
		if ('asset' in known && !('asset' in answer)) delete known.asset;
		// The server may have tidied a text that is still being typed: what was sent stays in view.
		for (const [path, value] of Object.entries(sent)) setLeaf(known, path, value);
		this.server.dirty = true;
	}

	#refuse(id: string, sent: Changes, failure: Extract<Failure, { kind: 'invalid' }>): void {
		const field = failure.field.replace(/^body\./, '');
		const paths = Object.keys(sent);
		const named = paths.filter((path) => path.startsWith(field) || failure.field.startsWith(path));
		for (const path of field && named.length ? named : paths)
			this.refused.set(`${id}:${path}`, failure.code);
	}

	async #sendOp(op: pend.Op): Promise<void> {
		this.#inFlight = { op: true };
		try {
			await this.#request(op);
		} catch (error) {
			const failure = failureOf(error);
			if (
				op.type === 'create' &&
				op.after &&
				failure.kind === 'invalid' &&
				failure.field === 'after'
			) {
				op.after = null; // the neighbour is gone; the end of the list will do
				return;
			}
			const lasting = failure.kind === 'gone' || failure.kind === 'invalid';
			const reorders = op.type === 'order' || op.type === 'pairings';
			if (!lasting && failure.kind !== 'stale') throw error;
			if (reorders && failure.kind !== 'invalid' && this.#stale < STALE_LIMIT) {
				await this.refresh();
				this.#stale++; // a course that could not be read says nothing about our order
				this.#reorder(op);
				return;
			}
			if (op.type === 'delete' && failure.kind === 'gone') {
				tree.remove(this.server, op.id); // done before, by a request whose answer was lost
			} else {
				await this.refresh();
				this.on.refused(op, failure);
			}
		}
		this.#done(op);
		this.on.changed();
	}

	/** The first change of structure is behind us. */
	#done(op: pend.Op): void {
		this.pending.ops.shift();
		if (op.type === 'delete' && !tree.find(this.server, op.id))
			pend.forget(this.pending, op.within);
	}

	async #request(op: pend.Op): Promise<void> {
		const { id } = this.server;
		if (op.type === 'create' || op.type === 'restore') {
			const answer =
				op.type === 'create'
					? await this.api.create(op)
					: await this.api.restore(op.entity, op.item.id);
			tree.insert(this.server, op.entity, op.parentId, { ...op.item, ...answer }, op.after);
		} else if (op.type === 'delete') {
			await this.api.remove(op.entity, op.id);
			tree.remove(this.server, op.id);
		} else {
			const fresh =
				op.type === 'order'
					? await this.api.order(id, op.order)
					: await this.api.pairings(id, op.pairings);
			this.server = fresh;
			this.conflicts = pend.rebase(fresh, this.pending);
		}
		this.server.dirty = true;
	}

	/** Someone else added or took away items: say our order again with exactly what lives now. */
	#reorder(op: pend.Op): void {
		const course = plain(this.server);
		pend.applyOp(course, op);
		if (op.type === 'order') op.order = tree.orderOf(course);
		if (op.type === 'pairings') op.pairings = tree.livePairings(course);
	}

	async #fail(error: unknown): Promise<void> {
		const failure = failureOf(error);
		if (failure.kind === 'signed-out' || failure.kind === 'forbidden')
			return this.#set(failure.kind);
		this.#failures++;
		if (failure.kind === 'stale' || failure.kind === 'gone') {
			try {
				await this.refresh();
				// Others may write faster than we read: after a few rounds, at a slower pace.
				if (this.#stale++ < STALE_LIMIT) return this.#schedule(0);
			} catch (again) {
				if (failureOf(again).kind === 'gone') return this.#set('forbidden');
			}
		}
		this.#set('retrying');
		const afterMs = failure.kind === 'retry' ? failure.afterMs : 0;
		this.#schedule(Math.max(afterMs, backoffMs(this.#failures)));
	}
}

/** The value of a leaf as the server last told it. */
export function serverLeaf(sync: Sync, entity: EntityType, id: string, path: string): Leaf {
	const item = tree.entity(sync.server, entity, id);
	return item && getLeaf(item, path);
}
