import { untrack } from 'svelte';
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { m, number } from '#lib/i18n';
import { findings, unwaive, waive, type Finding, type Findings } from '#lib/services/checks.ts';
import type { CourseEditor } from '../core/editor.svelte';

/** What the checker needs from the world. */
export interface Outside {
	check(course: string): Promise<Findings>;
	waive(course: string, finding: string): Promise<void>;
	unwaive(course: string, finding: string): Promise<void>;
}

const server: Outside = { check: findings, waive, unwaive };

/**
 * The check of the open course. It asks once when the course is opened, for the number beside the tab, and after every
 * save while somebody looks; otherwise it waits until somebody does.
 */
export class Checker {
	answer = $state.raw<Findings>();
	error = $state.raw<unknown>();
	busy = $state(false);
	/** Findings that are being mended: they stay in place until the next answer. */
	readonly mending = new SvelteSet<string>();
	/** Meanings that were typed and not saved yet, by `finding:language`. They outlive a reload of the page. */
	readonly typed: SvelteMap<string, string>;

	/** What is left to mend. */
	readonly open = $derived(this.answer?.items.filter((one) => !one.waiver) ?? []);
	readonly fine = $derived(this.answer?.items.filter((one) => one.waiver) ?? []);
	/** How many there are to mend, also of those that are not listed; undefined until known. */
	readonly count = $derived(this.answer?.counts.reduce((sum, { count }) => sum + count, 0));

	/** Of the tab. Reactive. */
	get label(): string {
		return this.count
			? m.studio_tab_checks_open({ count: number(this.count) })
			: m.studio_tab_checks();
	}

	#watching = 0;
	#again = false;
	#stop: () => void;

	constructor(
		readonly editor: Pick<CourseEditor, 'course' | 'saved'>,
		private readonly outside: Outside = server
	) {
		this.typed = new SvelteMap(this.#left());
		this.#stop = $effect.root(() => {
			$effect(() => {
				void editor.saved;
				untrack(() => {
					if (this.#watching > 0 || !this.answer) void this.check();
				});
			});
		});
	}

	/** Somebody looks, until the answer is called. */
	watch(): () => void {
		if (this.#watching++ === 0 && this.answer) void this.check();
		return () => void this.#watching--;
	}

	/** Checks now; when it is at it, once more afterwards. Never rejects. */
	async check(): Promise<void> {
		if (this.busy) {
			this.#again = true;
			return;
		}
		this.busy = true;
		do {
			this.#again = false;
			try {
				this.answer = await this.outside.check(this.editor.course.id);
				this.error = undefined;
				this.mending.clear();
			} catch (error) {
				this.error = error;
			}
		} while (this.#again);
		this.busy = false;
	}

	/** Marks a finding as fine where it is, or takes the mark back. Rejects as the API does. */
	async setFine(finding: Finding, fine: boolean): Promise<void> {
		this.mending.add(finding.id);
		try {
			await this.outside[fine ? 'waive' : 'unwaive'](this.editor.course.id, finding.id);
		} catch (error) {
			this.mending.delete(finding.id);
			throw error;
		}
		await this.check();
	}

	/** Remembers what is typed as the meaning of a finding's word. */
	type(finding: string, lang: string, text: string): void {
		this.typed.set(`${finding}:${lang}`, text);
		this.#keep();
	}

	/** It is saved: there is nothing to remember. */
	forget(finding: string, lang: string): void {
		this.typed.delete(`${finding}:${lang}`);
		this.#keep();
	}

	#keep(): void {
		try {
			sessionStorage.setItem(this.#key, JSON.stringify([...this.typed]));
		} catch {
			// Without a storage the fields last as long as the page.
		}
	}

	#left(): [string, string][] {
		try {
			return JSON.parse(sessionStorage.getItem(this.#key) ?? '[]') as [string, string][];
		} catch {
			return [];
		}
	}

	get #key(): string {
		return `checks:${this.editor.course.id}`;
	}

	close(): void {
		this.#stop();
	}
}

const checkers = new WeakMap<object, Checker>();

/** The one checker of an open course. */
export function checkerOf(editor: CourseEditor): Checker {
	const known = checkers.get(editor) ?? new Checker(editor);
	checkers.set(editor, known);
	return known;
}
