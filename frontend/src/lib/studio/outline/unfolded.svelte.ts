/** What is unfolded on the page, by id. Reactive as a whole: it changes by hand, not in loops. */
export class Unfolded {
	#ids = $state.raw<ReadonlySet<string>>(new Set());

	has(id: string): boolean {
		return this.#ids.has(id);
	}

	add(id: string): void {
		this.#ids = new Set([...this.#ids, id]);
	}

	delete(id: string): void {
		this.#ids = new Set([...this.#ids].filter((other) => other !== id));
	}

	toggle(id: string): void {
		if (this.has(id)) this.delete(id);
		else this.add(id);
	}
}
