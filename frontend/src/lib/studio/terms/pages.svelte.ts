import type { BankDetail, Term, TermQuery } from '#lib/services/terms.ts';

/** Rows of a page: what is asked for, drawn and measured at one go. */
export const PAGE = 25;
/** Pages that are kept; a bank of 100,000 terms has 4,000. */
const KEPT = 80;

/** Reads a part of the bank: `skip` rows from its beginning. */
export type ReadPage = (query: TermQuery, skip: number, limit: number) => Promise<BankDetail>;

/** A bank as a long table of which only the pages near what is seen are here. */
export class TermPages {
	/** Rows that fit the query; undefined until it is known. */
	total = $state<number>();
	/** All terms of the bank. */
	terms = $state(0);
	languages = $state.raw<readonly string[]>([]);
	failure = $state<unknown>();
	#pages = $state.raw<ReadonlyMap<number, readonly Term[]>>(new Map());
	#query: TermQuery = {};
	#look = 0;
	#asked = new Set<number>();
	#near = 0;

	constructor(private readonly read: ReadPage) {}

	/** How many pages there are. */
	get count(): number {
		return Math.ceil((this.total ?? 0) / PAGE);
	}

	/** The rows of a page; undefined while they are on their way. */
	page(n: number): readonly Term[] | undefined {
		return this.#pages.get(n);
	}

	/** Begins again with another query. What is shown stays until the answer is here. */
	async look(query: TermQuery): Promise<void> {
		this.#query = query;
		const look = ++this.#look;
		this.#asked.clear();
		this.failure = undefined;
		try {
			const first = await this.read(query, 0, PAGE);
			if (look !== this.#look) return;
			this.total = first.matching ?? first.items.length;
			this.terms = first.terms;
			this.languages = first.languages;
			this.#near = 0;
			this.#pages = new Map([[0, first.items]]);
		} catch (error) {
			if (look === this.#look) this.failure = error;
		}
	}

	/** Reads the same again, as after an import. */
	again(): Promise<void> {
		return this.look(this.#query);
	}

	/** Says which pages are in sight: those that are missing are fetched. */
	want(first: number, last: number): void {
		this.#near = (first + last) / 2;
		if (this.failure) return;
		for (let n = first; n <= last; n++)
			if (!this.#pages.has(n) && !this.#asked.has(n)) void this.#fetch(n);
	}

	async #fetch(n: number): Promise<void> {
		const look = this.#look;
		this.#asked.add(n);
		try {
			// Whoever flies past does not need it.
			await new Promise((resolve) => setTimeout(resolve, 60));
			if (look !== this.#look || Math.abs(n - this.#near) > 5) return;
			const { items } = await this.read(this.#query, n * PAGE, PAGE);
			if (look === this.#look) this.#keep(n, items);
		} catch (error) {
			if (look === this.#look) this.failure = error;
		} finally {
			if (look === this.#look) this.#asked.delete(n);
		}
	}

	#keep(n: number, items: readonly Term[]): void {
		const pages = new Map(this.#pages).set(n, items);
		if (pages.size > KEPT) {
			const far = [...pages.keys()].sort(
				(a, b) => Math.abs(b - this.#near) - Math.abs(a - this.#near)
			);
			for (const old of far.slice(0, pages.size - KEPT)) pages.delete(old);
		}
		this.#pages = pages;
	}
}
