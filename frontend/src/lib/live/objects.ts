import type { BoardObject, Id, LogEvent, Shape, Stroke } from './protocol.ts';

interface Slot {
	object: BoardObject;
	removed: boolean;
}

/**
 * What is drawn on one page, in the order of drawing. Strokes come twenty to sixty times a second and pages live for
 * hours, so nothing here is watched or copied: who draws listens to the events.
 */
export class PageObjects {
	private readonly slots = new Map<Id, Slot>();

	constructor(
		objects: readonly BoardObject[] = [],
		/** Place in the log up to which the objects are complete. */
		readonly offset = 0
	) {
		for (const object of objects) this.slots.set(object.object, { object, removed: false });
	}

	/** All that is to be seen, lowest first. */
	list(): BoardObject[] {
		const seen: BoardObject[] = [];
		for (const { object, removed } of this.slots.values()) if (!removed) seen.push(object);
		return seen;
	}

	get(id: Id): BoardObject | undefined {
		const slot = this.slots.get(id);
		return slot && !slot.removed ? slot.object : undefined;
	}

	/** Applies an event of this page; false when it speaks of objects that were never seen here. */
	apply(event: LogEvent): boolean {
		if (event.offset <= this.offset) return true;
		const data = event.data as Record<string, unknown>;
		switch (event.event) {
			case 'stroke.added':
				this.draw(data as unknown as Stroke, event.by ?? '');
				return true;
			case 'object.put':
				this.put({ ...(data.shape as Shape), object: data.object as Id, by: event.by ?? '' });
				return true;
			case 'object.removed':
				return this.mark(data.objects as Id[], true);
			case 'object.restored':
				return this.mark(data.objects as Id[], false);
			case 'page.cleared':
				for (const slot of this.slots.values()) slot.removed = true;
		}
		return true;
	}

	private draw({ object, color, size, points }: Stroke, by: Id): void {
		const known = this.slots.get(object);
		if (!known)
			this.slots.set(object, {
				object: { object, by, kind: 'stroke', color, size, points: [...points] },
				removed: false
			});
		else if (known.object.kind === 'stroke' && known.object.by === by)
			for (const point of points) known.object.points.push(point);
	}

	private put(object: Shape): void {
		const known = this.slots.get(object.object);
		if (!known) this.slots.set(object.object, { object, removed: false });
		else if (known.object.kind !== 'stroke') {
			known.object = { ...object, by: known.object.by };
			known.removed = false;
		}
	}

	private mark(ids: readonly Id[], removed: boolean): boolean {
		let known = true;
		for (const id of ids) {
			const slot = this.slots.get(id);
			if (slot) slot.removed = removed;
			else if (!removed) known = false;
		}
		return known;
	}
}

const DRAWING = new Set([
	'stroke.added',
	'object.put',
	'object.removed',
	'object.restored',
	'page.cleared'
]);

/** The pages of a board that are known here. */
export class Board {
	private readonly pages = new Map<Id, PageObjects>();
	/** Pages that are being fetched, with what happened on them meanwhile. */
	private readonly coming = new Map<Id, { events: LogEvent[]; done: Promise<void> }>();

	constructor(
		private readonly fetch: (page: Id) => Promise<{ objects: BoardObject[]; offset?: number }>,
		/** A page is there, or is there anew. */
		private readonly told: (page: Id) => void
	) {}

	/** Begins anew with the one page that came with the state. */
	reset(page?: Id, objects: readonly BoardObject[] = [], offset = 0): void {
		this.pages.clear();
		this.coming.clear();
		if (!page) return;
		this.pages.set(page, new PageObjects(objects, offset));
		this.told(page);
	}

	page(page: Id): PageObjects | undefined {
		return this.pages.get(page);
	}

	/** Sees to it that a page is there. */
	load(page: Id): Promise<void> {
		if (this.pages.has(page)) return Promise.resolve();
		return this.coming.get(page)?.done ?? this.ask(page);
	}

	apply(event: LogEvent): void {
		const page = event.data?.page as Id;
		if (event.event === 'page.removed') this.pages.delete(page);
		// A new page is empty: nobody has to ask for it.
		if (event.event === 'page.added' && !this.pages.has(page))
			this.pages.set(page, new PageObjects([], event.offset));
		if (event.event === 'deck.added')
			for (const one of event.data.pages as { page: Id }[])
				if (!this.pages.has(one.page)) this.pages.set(one.page, new PageObjects([], event.offset));
		if (!DRAWING.has(event.event)) return;
		this.coming.get(page)?.events.push(event);
		if (this.pages.get(page)?.apply(event) === false) void this.ask(page).catch(() => undefined);
	}

	private ask(page: Id): Promise<void> {
		const events: LogEvent[] = [];
		const done = this.fetch(page)
			.then(({ objects, offset }) => {
				if (this.coming.get(page)?.events !== events) return; // begun anew meanwhile
				const fresh = new PageObjects(objects, offset);
				for (const event of events) fresh.apply(event);
				this.pages.set(page, fresh);
				this.told(page);
			})
			.finally(() => {
				if (this.coming.get(page)?.events === events) this.coming.delete(page);
			});
		this.coming.set(page, { events, done });
		return done;
	}
}
