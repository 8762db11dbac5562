import { m } from '#lib/i18n';
import { Autosave } from '../core/autosave.svelte';
import { failureOf } from '../core/failure';
import { newId } from '../core/id';
import { Journal } from '../core/journal';
import { ownName, PINYIN } from '../core/languages';
import { plain } from '../core/leaves';
import type { CaptionTrack, Cue } from '../types';
import * as lines from './rows';

/** The requests the editor makes; each throws an error with the problem document's `status`. */
export interface CaptionTransport {
	read(lang: string): Promise<CaptionTrack>;
	save(
		lang: string,
		track: { label: string; version: number } & ({ cues: Cue[] } | { vtt: string })
	): Promise<CaptionTrack>;
	remove(lang: string): Promise<void>;
}

interface Track {
	lang: string;
	label: string;
	version: number;
	/** What the server holds, as it was sent. */
	base: Cue[];
}

/** All that is not acknowledged, as it is kept on the device. */
interface Kept {
	rows: lines.Row[];
	tracks: Track[];
}

/** What is spoken stands first, how it sounds next, what it means after them. */
const rank = (lang: string) => (lang === PINYIN ? 1 : lang.startsWith('zh') ? 0 : 2);

/** The captions of one video in all their languages: edited side by side, saved by themselves, undoable. */
export class CaptionEditor extends Autosave<Kept> {
	rows = $state.raw<lines.Row[]>([]);
	tracks = $state.raw<Track[]>([]);
	conflicts = $state.raw<lines.LineConflict[]>([]);
	/** Lines the server refuses, by row id, with the code of the reason. */
	refused = $state.raw<Record<string, string>>({});

	private constructor(
		private readonly api: CaptionTransport,
		journal: Journal<Kept>
	) {
		super(journal);
	}

	/** Opens every track of an asset, with the work a crash may have left on this device. */
	static async open(
		assetId: string,
		accountId: string,
		langs: readonly string[],
		api: CaptionTransport
	): Promise<CaptionEditor> {
		const journal = new Journal<Kept>('captions', accountId, assetId);
		const ordered = [...langs].sort((a, b) => rank(a) - rank(b));
		const editor = new CaptionEditor(api, journal);
		const [left, ...tracks] = await Promise.all([
			journal.left(),
			...ordered.map((lang) => api.read(lang))
		]);
		for (const { lang, label, version, cues } of tracks) {
			editor.tracks = [...editor.tracks, { lang, label, version, base: cues }];
			editor.rows = lines.addTrack(editor.rows, lang, cues);
		}
		const kept = left.at(-1);
		if (kept) editor.#recover(kept, tracks);
		await editor.opened();
		return editor;
	}

	write(id: string, lang: string, text: string): void {
		this.#do(lines.write(this.rows, id, lang, text), `${id}:${lang}`);
	}

	/** Sets when a line begins or ends, in milliseconds. */
	retime(id: string, changes: { startMs?: number; endMs?: number }): void {
		this.#do(lines.change(this.rows, id, changes));
	}

	/** Adds a line behind another, or at a time; answers its id. */
	add(after?: string, at?: number): string {
		const id = newId();
		this.#do(lines.add(this.rows, id, after, at));
		return id;
	}

	/** Cuts a line at the cursor; answers the id of the second half, or undefined when it is too short. */
	split(id: string, lang: string, caret: number, atMs?: number): string | undefined {
		const second = newId();
		this.#do(lines.split(this.rows, id, { newId: second, lang, caret, atMs }));
		return this.rows.some((row) => row.id === second) ? second : undefined;
	}

	merge(id: string): void {
		this.#do(lines.merge(this.rows, id));
	}

	remove(id: string): void {
		this.#do(lines.remove(this.rows, id));
		this.announcement = m.studio_line_deleted();
	}

	/** Begins a language; its lines have the times of the others and no text yet. */
	begin(lang: string): void {
		if (this.tracks.some((track) => track.lang === lang)) return;
		this.tracks = [...this.tracks, { lang, label: ownName(lang), version: 0, base: [] }];
	}

	/** Replaces a language by a .vtt or .srt file. Throws what the server says of a bad file, naming the cue. */
	async upload(lang: string, text: string): Promise<void> {
		const known = this.tracks.find((track) => track.lang === lang);
		const label = known?.label ?? ownName(lang);
		const saved = await this.api.save(lang, { label, version: known?.version ?? 0, vtt: text });
		this.#adopt(saved);
		this.rows = lines.addTrack(lines.dropTrack(this.rows, lang), lang, saved.cues);
		this.history.clear();
	}

	/** Deletes a language's track, here and on the server. */
	async drop(lang: string): Promise<void> {
		const track = this.tracks.find((t) => t.lang === lang);
		if (track && track.version > 0) await this.api.remove(lang);
		this.tracks = this.tracks.filter((t) => t.lang !== lang);
		this.rows = lines.dropTrack(this.rows, lang);
		this.conflicts = this.conflicts.filter((c) => c.lang !== lang);
		this.history.clear();
		this.changed();
	}

	/** Settles a line that two people changed: ours stands, or theirs does. Undo brings the other back. */
	settle(conflict: lines.LineConflict, stands: 'mine' | 'theirs' | 'both'): void {
		const { lang, rowId, mine, theirs } = conflict;
		this.conflicts = this.conflicts.filter((c) => c !== conflict);
		if (stands === 'theirs') this.#do(lines.take(this.rows, lang, rowId, theirs));
		else if (stands === 'both')
			this.#do(
				lines.write(this.rows, rowId, lang, `${mine?.text ?? ''}\n${theirs?.text ?? ''}`.trim())
			);
		this.schedule(0);
	}

	#do(rows: lines.Row[], key?: string): void {
		const before = this.rows;
		if (rows === before) return;
		this.#set(rows);
		this.history.add({
			key,
			label: () => m.studio_step_edit(),
			undo: () => this.#set(before),
			redo: () => this.#set(rows)
		});
	}

	#set(rows: lines.Row[]): void {
		this.rows = rows;
		this.refused = {};
		this.changed();
	}

	#recover(kept: Kept, fresh: readonly CaptionTrack[]): void {
		let rows = kept.rows;
		for (const track of fresh) {
			const mine = kept.tracks.find((t) => t.lang === track.lang);
			if (!mine) rows = lines.addTrack(rows, track.lang, track.cues);
			else if (mine.version !== track.version) {
				const done = lines.rebase(rows, track.lang, mine.base, track.cues);
				rows = done.rows;
				this.conflicts = [...this.conflicts, ...done.conflicts];
			}
		}
		const begun = kept.tracks.filter((t) => !fresh.some((f) => f.lang === t.lang));
		this.tracks = [...this.tracks, ...begun.map((t) => ({ ...t, version: 0, base: [] }))];
		this.rows = rows;
		this.announcement = m.studio_recovered();
	}

	#dirtyOf(track: Track): boolean {
		return JSON.stringify(lines.cuesOf(this.rows, track.lang)) !== JSON.stringify(track.base);
	}

	#dirty(): boolean {
		return this.tracks.some((track) => this.#dirtyOf(track));
	}

	protected kept(): Kept | undefined {
		return this.#dirty() ? plain({ rows: this.rows, tracks: this.tracks }) : undefined;
	}

	protected rest() {
		const refused = Object.keys(this.refused).length > 0;
		return this.conflicts.length ? 'conflict' : refused ? 'invalid' : 'saved';
	}

	/** The next track to send: none while it has lines to be settled or mended. */
	protected next() {
		if (Object.keys(this.refused).length) return undefined;
		const track = this.tracks.find(
			(one) => this.#dirtyOf(one) && !this.conflicts.some((c) => c.lang === one.lang)
		);
		return track && (() => this.#send(track));
	}

	async #send(track: Track): Promise<void> {
		const { lang, label, version } = track;
		const cues = lines.cuesOf(this.rows, lang);
		try {
			const saved = await this.api.save(lang, { label, version, cues });
			this.#adopt({ ...saved, cues });
		} catch (error) {
			const failure = failureOf(error);
			if (failure.kind === 'stale') await this.#meet(track);
			else if (failure.kind === 'invalid') this.#refuse(lang, cues, failure.field, failure.code);
			else throw error;
		}
	}

	#adopt({ lang, label, version, cues }: CaptionTrack): void {
		const track = { lang, label, version, base: cues };
		const known = this.tracks.some((t) => t.lang === lang);
		this.tracks = known
			? this.tracks.map((t) => (t.lang === lang ? track : t))
			: [...this.tracks, track];
	}

	/** Someone else saved this track: bring theirs in. */
	async #meet(track: Track): Promise<void> {
		const theirs = await this.api.read(track.lang);
		const done = lines.rebase(this.rows, track.lang, track.base, theirs.cues);
		this.rows = done.rows;
		this.conflicts = [...this.conflicts.filter((c) => c.lang !== track.lang), ...done.conflicts];
		this.#adopt(theirs);
		// Steps from before would take the other's lines back as well.
		this.history.clear();
	}

	#refuse(lang: string, cues: Cue[], field: string, code: string): void {
		const cue = cues[Number(/\[(\d+)\]/.exec(field)?.[1] ?? -1)];
		const row = this.rows.find((r) => cue && (r.ids?.[lang] ?? r.id) === cue.id);
		this.refused = { ...this.refused, [row?.id ?? '']: code };
	}
}
