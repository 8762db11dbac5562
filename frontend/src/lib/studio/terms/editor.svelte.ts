import { m } from '#lib/i18n';
import type { Term, TermFields } from '#lib/services/terms.ts';
import { Autosave } from '../core/autosave.svelte';
import { failureOf } from '../core/failure';
import { newId } from '../core/id';
import { Journal } from '../core/journal';
import { plain } from '../core/leaves';
import {
	blank,
	bodyOf,
	complete,
	differences,
	valueOf,
	withValue,
	type Path,
	type Value
} from './fields';

/** The requests the editor makes; each throws an error with the problem document's `status`. */
export interface TermTransport {
	/** Those of these terms that are still there. */
	read(ids: readonly string[]): Promise<Term[]>;
	save(id: string, body: TermFields): Promise<Term>;
	remove(id: string): Promise<void>;
	restore(id: string): Promise<Term>;
}

/** What is kept on the device: terms with work the server has not, and what it had when they were begun. */
interface Kept {
	mine: Term[];
	base: Term[];
	gone: string[];
}

/**
 * The author's work on the terms of one bank, whichever pages of it are in sight: edited in place, saved by themselves,
 * undoable; others' work is never overwritten. The table shows its rows through `of`.
 */
export class TermsEditor extends Autosave<Kept> {
	/** Terms that were touched here, as the author sees them. */
	drafts = $state.raw<ReadonlyMap<string, Term>>(new Map());
	/** Ids of what stands above the table: new terms, and work that an earlier page has left. */
	above = $state.raw<readonly string[]>([]);
	/** Ids of what was deleted here: their rows offer to bring them back. */
	gone = $state.raw<ReadonlySet<string>>(new Set());
	/** Terms that somebody else changed in the same field: theirs, by id. */
	conflicts = $state.raw<Record<string, Term>>({});
	/** Codes of refused terms with the field, by id. */
	refused = $state.raw<Record<string, { field: string; code: string }>>({});

	/** What the server holds of touched terms. */
	#base = new Map<string, Term>();
	/** Deletions the server does not know of. */
	#removals = new Set<string>();
	#restoring = new Set<string>();

	private constructor(
		private readonly api: TermTransport,
		journal: Journal<Kept>
	) {
		super(journal);
	}

	/** Opens a bank with the work a crash may have left on this device. */
	static async open(bankId: string, accountId: string, api: TermTransport): Promise<TermsEditor> {
		const journal = new Journal<Kept>('pending', accountId, `terms:${bankId}`);
		const editor = new TermsEditor(api, journal);
		for (const kept of await journal.left()) await editor.#recover(kept);
		await editor.opened();
		return editor;
	}

	/** A term of the table as the author sees it: with what was changed here, or newer than the page. */
	of(row: Term): Term {
		const own = this.drafts.get(row.id);
		if (!own || own === row) return row;
		return own.version >= row.version || this.#isDirty(own) ? own : row;
	}

	/** Changes one value of a term. */
	edit(row: Term, path: Path, value: Value): void {
		const term = this.#know(row);
		const before = valueOf(term, path);
		if (before === value) return;
		this.#set(term.id, path, value);
		this.history.add({
			key: `${term.id}:${path}`,
			label: () => m.studio_step_edit(),
			undo: () => this.#set(term.id, path, before),
			redo: () => this.#set(term.id, path, value)
		});
	}

	/** Begins a term above the table; answers its id. It is sent once it has hanzi and pinyin. */
	add(): string {
		const term = blank(newId());
		const put = () => {
			this.#draft(term);
			this.above = [term.id, ...this.above];
		};
		put();
		this.history.add({
			label: () => m.studio_step_add(),
			undo: () => this.#delete(term.id),
			redo: () => (this.#base.has(term.id) ? this.bringBack(term.id) : put())
		});
		return term.id;
	}

	/** Takes a term out; undo brings it back as it was. */
	remove(row: Term): void {
		const { id, hanzi } = this.#know(row);
		const saved = this.#base.has(id);
		const draft = this.drafts.get(id);
		this.#delete(id);
		this.history.add({
			label: () => m.studio_step_delete({ name: hanzi }),
			undo: () => {
				if (saved) return this.bringBack(id);
				if (draft) this.#draft(draft);
				this.above = [id, ...this.above];
			},
			redo: () => this.#delete(id)
		});
		this.announcement = m.studio_deleted({ name: hanzi });
	}

	/** Takes a deletion back, also one that the server knows of. */
	bringBack(id: string): void {
		const gone = new Set(this.gone);
		if (!gone.delete(id)) return;
		this.gone = gone;
		if (!this.#removals.delete(id) && !this.#base.has(id)) void this.#restore(id);
		this.changed(0);
	}

	/** Settles a term that two people changed: ours stands, or theirs does. */
	settle(id: string, stands: 'mine' | 'theirs'): void {
		const theirs = this.conflicts[id];
		if (!theirs) return;
		const { [id]: _, ...rest } = this.conflicts;
		this.conflicts = rest;
		this.#base.set(id, theirs);
		if (stands === 'theirs') this.#draft(theirs);
		this.changed(0);
	}

	/** The table is read anew: what stands above it and is saved has its place in it again. */
	tidy(): void {
		this.above = this.above.filter((id) => {
			const term = this.drafts.get(id);
			return term && !this.gone.has(id) && (this.#isDirty(term) || this.conflicts[id]);
		});
		this.gone = new Set([...this.gone].filter((id) => this.#removals.has(id)));
	}

	/** The bank was changed by a table: steps from before would take that back in part. */
	forgetSteps(): void {
		this.history.clear();
	}

	protected kept(): Kept | undefined {
		const mine = [...this.drafts.values()].filter((term) => this.#isDirty(term));
		if (mine.length === 0 && this.#removals.size === 0) return undefined;
		const base = mine.flatMap((term) => this.#base.get(term.id) ?? []);
		return plain({ mine, base, gone: [...this.#removals] });
	}

	protected rest() {
		const refused = Object.keys(this.refused).length > 0;
		return Object.keys(this.conflicts).length ? 'conflict' : refused ? 'invalid' : 'saved';
	}

	/** The next thing to send: deletions first, then what differs and can be sent. */
	protected next() {
		const [gone] = this.#removals;
		if (gone !== undefined) return () => this.#sendRemoval(gone);
		for (const term of this.drafts.values()) {
			const { id } = term;
			if (this.conflicts[id] || this.refused[id] || this.#restoring.has(id) || this.gone.has(id))
				continue;
			if (complete(term) && this.#isDirty(term)) return () => this.#send(term);
		}
		return undefined;
	}

	/** The term as it is edited; what the table has of it is what the server holds. */
	#know(row: Term): Term {
		const term = this.of(row);
		const base = this.#base.get(row.id);
		if (row.version > 0 && (!base || (base.version < row.version && !this.#isDirty(term))))
			this.#base.set(row.id, row);
		if (!this.drafts.has(row.id)) this.#draft(term);
		return term;
	}

	#draft(term: Term): void {
		this.drafts = new Map(this.drafts).set(term.id, term);
	}

	#drop(id: string): void {
		const drafts = new Map(this.drafts);
		drafts.delete(id);
		this.drafts = drafts;
		this.above = this.above.filter((one) => one !== id);
	}

	#set(id: string, path: Path, value: Value): void {
		const term = this.drafts.get(id);
		if (!term) return;
		this.#draft(withValue(term, path, value));
		const { [id]: _, ...rest } = this.refused;
		this.refused = rest;
		this.changed();
	}

	#delete(id: string): void {
		if (this.#base.has(id)) {
			this.gone = new Set(this.gone).add(id);
			this.#removals.add(id);
		} else this.#drop(id);
		const { [id]: _, ...rest } = this.refused;
		this.refused = rest;
		this.changed(0);
	}

	/** The server has deleted it already: it is asked to bring it back. */
	async #restore(id: string): Promise<void> {
		this.#restoring.add(id);
		try {
			this.#base.set(id, await this.api.restore(id));
		} catch (error) {
			this.fail(error);
		} finally {
			this.#restoring.delete(id);
			this.changed(0);
		}
	}

	async #recover(kept: Kept): Promise<void> {
		const ids = [...kept.mine.map((term) => term.id), ...kept.gone];
		for (const term of ids.length ? await this.api.read(ids) : []) this.#base.set(term.id, term);
		const base = new Map(kept.base.map((term) => [term.id, term]));
		for (const term of kept.mine) {
			const theirs = this.#base.get(term.id);
			const known = base.get(term.id);
			// Deleted by somebody else meanwhile: their deletion stands.
			if (!theirs && term.version > 0) continue;
			this.#draft(theirs && known ? this.#rebase(term, known, theirs) : term);
			this.above = [...this.above.filter((id) => id !== term.id), term.id];
		}
		for (const id of kept.gone) if (this.#base.has(id)) this.#delete(id);
		this.announcement = m.studio_recovered();
	}

	/** Our changes since `base`, laid over theirs; both in one field is a conflict. */
	#rebase(mine: Term, base: Term, theirs: Term): Term {
		const ours = differences(base, mine);
		const clash = ours.some(
			(path) =>
				valueOf(theirs, path) !== valueOf(base, path) &&
				valueOf(theirs, path) !== valueOf(mine, path)
		);
		if (clash) this.conflicts = { ...this.conflicts, [mine.id]: theirs };
		const merged = ours.reduce((term, path) => withValue(term, path, valueOf(mine, path)), theirs);
		return clash ? mine : merged;
	}

	#isDirty(term: Term): boolean {
		const base = this.#base.get(term.id);
		return base ? base !== term && differences(base, term).length > 0 : true;
	}

	async #sendRemoval(id: string): Promise<void> {
		try {
			await this.api.remove(id);
		} catch (error) {
			// Somebody else was faster: gone is gone.
			if (failureOf(error).kind !== 'gone') throw error;
		}
		this.#removals.delete(id);
		this.#base.delete(id);
		// Undo may have come while the deletion was on its way.
		if (!this.gone.has(id)) await this.#restore(id);
	}

	async #send(term: Term): Promise<void> {
		try {
			const version = this.#base.get(term.id)?.version ?? 0;
			this.#learn(term, await this.api.save(term.id, bodyOf(term, version)));
		} catch (error) {
			const failure = failureOf(error);
			if (failure.kind === 'stale') await this.#meet(term);
			else if (failure.kind === 'invalid')
				this.refused = {
					...this.refused,
					[term.id]: { field: failure.field.replace(/^body\./, ''), code: failure.code }
				};
			else if (failure.kind === 'gone') this.#vanish(term);
			else throw error;
		}
	}

	/** The server may have tidied what was sent; what was typed since stays in view. */
	#learn(sent: Term, saved: Term): void {
		const now = this.drafts.get(sent.id);
		this.#base.set(sent.id, saved);
		if (!now) return;
		const since = differences(sent, now);
		this.#draft(since.reduce((term, path) => withValue(term, path, valueOf(now, path)), saved));
	}

	/** Somebody else saved this term: bring theirs in. */
	async #meet(term: Term): Promise<void> {
		const base = this.#base.get(term.id);
		const [theirs] = await this.api.read([term.id]);
		if (!theirs) return this.#vanish(term);
		const mine = this.drafts.get(term.id) ?? term;
		const next = this.#rebase(mine, base ?? theirs, theirs);
		if (!this.conflicts[term.id]) this.#base.set(term.id, theirs);
		this.#draft(next);
		// Steps from before would take the other's values back as well.
		this.history.clear();
	}

	#vanish(term: Term): void {
		this.#base.delete(term.id);
		this.#drop(term.id);
		this.gone = new Set(this.gone).add(term.id);
		this.announcement = m.studio_deleted({ name: term.hanzi });
	}
}
