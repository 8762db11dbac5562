import type { Id, Shape } from '../protocol.ts';

/** What somebody did on a page, so that it can be taken back. */
export type Deed =
	| { did: 'made'; objects: Id[] }
	| { did: 'removed'; objects: Id[] }
	| { did: 'changed'; object: Id; from: Shape; to: Shape };

const inverse = (deed: Deed): Deed => {
	if (deed.did === 'made') return { ...deed, did: 'removed' };
	if (deed.did === 'removed') return { ...deed, did: 'made' };
	return { ...deed, from: deed.to, to: deed.from };
};

/** More than this is remembered by nobody. */
const DEPTH = 200;

/** What one person did on each page, in order. Others' deeds are not in it. */
export class History {
	private readonly pages = new Map<Id, { done: Deed[]; undone: Deed[] }>();

	private of(page: Id) {
		const known = this.pages.get(page) ?? { done: [], undone: [] };
		this.pages.set(page, known);
		return known;
	}

	/** Remembers a deed; what was taken back before it can no more be done again. */
	note(page: Id, deed: Deed): void {
		const { done, undone } = this.of(page);
		done.push(deed);
		if (done.length > DEPTH) done.shift();
		undone.length = 0;
	}

	/** What has to be done to take the last deed back; `still` says whether that changes anything. */
	undo(page: Id, still: (deed: Deed) => boolean): Deed | undefined {
		return this.move(page, 'done', 'undone', still);
	}

	/** What has to be done to do it again. */
	redo(page: Id, still: (deed: Deed) => boolean): Deed | undefined {
		return this.move(page, 'undone', 'done', still);
	}

	private move(
		page: Id,
		from: 'done' | 'undone',
		to: 'done' | 'undone',
		still: (deed: Deed) => boolean
	): Deed | undefined {
		const stacks = this.of(page);
		for (;;) {
			const deed = stacks[from].pop();
			if (!deed) return undefined;
			const act = from === 'done' ? inverse(deed) : deed;
			if (!still(act)) continue; // somebody else has done it already
			stacks[to].push(deed);
			return act;
		}
	}

	/** An object was refused: it never was. */
	forget(page: Id, object: Id): void {
		const stacks = this.of(page);
		for (const deeds of [stacks.done, stacks.undone])
			for (let i = deeds.length - 1; i >= 0; i--) {
				const deed = deeds[i]!;
				const only =
					'objects' in deed ? deed.objects.every((id) => id === object) : deed.object === object;
				if (only) deeds.splice(i, 1);
			}
	}

	count(page: Id): { done: number; undone: number } {
		const { done, undone } = this.of(page);
		return { done: done.length, undone: undone.length };
	}
}
