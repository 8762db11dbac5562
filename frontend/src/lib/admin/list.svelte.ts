import type { Page } from '#lib/services/institutions.ts';
import { explain } from '#lib/services/errors.ts';
import { toast } from '#lib/ui';

/** A list that is fetched page by page and can be replaced, extended and mended in place. */
export class PagedList<T> {
	items = $state.raw<T[]>([]);
	busy = $state(false);
	/** The first page, for showing its waiting and its failure. */
	first = $state.raw<Promise<Page<T>>>(new Promise(() => undefined));
	#next = $state<string>();

	constructor(private readonly fetchPage: (page?: string) => Promise<Page<T>>) {}

	get more(): boolean {
		return this.#next !== undefined;
	}

	/** Begins anew; answers that a newer beginning has overtaken are dropped. */
	load(): void {
		const asked = this.fetchPage();
		this.first = asked;
		asked
			.then((page) => {
				if (asked === this.first) [this.items, this.#next] = [page.items, page.nextPage];
			})
			.catch(() => undefined); // shown where `first` is awaited
	}

	/** Fetches the page after the last one. */
	async extend(): Promise<void> {
		const beginning = this.first;
		this.busy = true;
		try {
			const page = await this.fetchPage(this.#next);
			if (beginning === this.first)
				[this.items, this.#next] = [[...this.items, ...page.items], page.nextPage];
		} catch (error) {
			toast(explain(error).what);
		} finally {
			this.busy = false;
		}
	}

	/** Puts a changed item where `same` finds the old one, or in front. */
	put(item: T, same: (other: T) => boolean): void {
		const known = this.items.some(same);
		this.items = known
			? this.items.map((other) => (same(other) ? item : other))
			: [item, ...this.items];
	}

	/** Takes items out. */
	drop(gone: (item: T) => boolean): void {
		this.items = this.items.filter((item) => !gone(item));
	}
}
