import { newReportId as newId } from '#lib/progress/report.ts';
import type { Live } from '../live.svelte.ts';
import {
	PAGE,
	type BoardObject,
	type Id,
	type LogEvent,
	type Page,
	type Shape
} from '../protocol.ts';
import { Asks } from './asks.svelte.ts';
import { draftOf, newDraft, type Draft } from './drafts.ts';
import { History, type Deed } from './history.ts';
import { WHOLE, type View } from './layers.ts';
import { COLORS, MARKER_TIMES, SIZES, type ColorName, type SizeName } from './palette.ts';
import type { Sample } from './points.ts';
import { refusalText } from './refusals.ts';
import { withWritings, Writing } from './send.ts';
import { Stage, type StageOptions } from './stage.ts';

/** What the board needs of the class. */
export type BoardLive = Pick<
	Live,
	| 'id'
	| 'room'
	| 'you'
	| 'staff'
	| 'may'
	| 'do'
	| 'say'
	| 'on'
	| 'objects'
	| 'object'
	| 'loadPage'
	| 'people'
>;

export type Tool =
	'pen' | 'eraser' | 'line' | 'arrow' | 'rect' | 'ellipse' | 'text' | 'select' | 'pointer';
export type ShapeTool = 'line' | 'arrow' | 'rect' | 'ellipse';

/** Objects named in one command. */
const AT_ONCE = 1000;
const DRAWN = ['stroke.added', 'object.put', 'object.removed', 'object.restored', 'page.cleared'];

/** The board as one person works on it: the page, the pen, and what was done and may be taken back. Reactive. */
export class Whiteboard {
	tool = $state<Tool>('pen');
	color = $state<ColorName>('ink');
	size = $state<SizeName>('medium');
	/** A page looked at that is not the class's; undefined = where the class is. */
	looking = $state<Id>();
	selected = $state<Id>();
	draft = $state.raw<Draft>();
	view = $state.raw<View>(WHOLE);
	/** Texts on the page, for who cannot see it. */
	texts = $state.raw<Shape[]>([]);
	/** What the class did not take, in words. */
	said = $state('');
	loading = $state(false);
	playing = $state(false);
	failure = $state<'picture' | 'strokes' | 'page'>();
	/** Deeds that can be taken back and done again. */
	deeds = $state.raw({ done: 0, undone: 0 });
	/** Rises with whatever changes the place of the selected object. */
	moves = $state(0);

	stage?: Stage;
	private readonly history = new History();
	private readonly own = new Set<Id>();
	private readonly writings = new Map<Id, Writing>();
	private readonly asks: Asks;
	private readonly stops: (() => void)[] = [];
	private shown?: Id;
	private listing?: ReturnType<typeof setTimeout>;
	private nudge?: ReturnType<typeof setTimeout>;

	readonly pages = $derived.by(() => this.live.room?.pages ?? []);
	readonly page = $derived.by(
		() =>
			this.pages.find(({ page }) => page === this.looking) ??
			this.pages.find(({ page }) => page === this.live.room?.page)
	);
	readonly may = $derived.by(() => this.live.may('board'));
	readonly away = $derived.by(() => this.page?.page !== this.live.room?.page);

	constructor(readonly live: BoardLive) {
		this.shown = live.room?.page;
		this.asks = new Asks(
			(name, body) => live.do(name, body),
			(error, page, objects) => this.refused(error, page, objects)
		);
		for (const name of DRAWN)
			this.stops.push(
				live.on(name, (data: never, event?: LogEvent) => this.heard(name, data, event))
			);
		this.stops.push(
			live.on('objects', ({ page }: { page: Id }) => page === this.page?.page && this.fill()),
			live.on('page.shown', ({ page }: { page: Id }) => this.wasShown(page)),
			...['page.added', 'deck.added', 'page.removed'].map((name) =>
				live.on(name, () => void (this.shown = live.room?.page))
			),
			live.on('joined', ({ recovered }: { recovered: boolean }) => this.joined(recovered))
		);
	}

	/** Takes a canvas to show the page on; the answer lets it go. */
	attach(canvas: HTMLCanvasElement, options: StageOptions = {}): () => void {
		const stage = new Stage(canvas, {
			picture: (asset) => `/api/classes/${this.live.id}/pictures/${asset}`,
			...options,
			onfailure: (what) => (this.failure = what),
			onplay: (playing) => (this.playing = playing)
		});
		this.stage = stage;
		this.fill();
		return () => {
			stage.close();
			if (this.stage === stage) this.stage = undefined;
		};
	}

	close(): void {
		for (const stop of this.stops) stop();
		this.stage?.close();
		this.asks.close();
		clearTimeout(this.listing);
	}

	/** Shows the page that is to be seen, with all that is on it. */
	fill(): void {
		const page = this.page && ($state.snapshot(this.page) as Page);
		if (this.stage?.page?.page !== page?.page) this.turned();
		const objects = page && this.live.objects(page.page);
		this.loading = Boolean(page && !objects);
		this.stage?.setPage(page, page && objects ? this.withUnsent(page.page, objects) : []);
		if (page && objects) this.remember(page.page, objects);
		if (page && !objects)
			this.live.loadPage(page.page).catch(() => {
				if (this.page?.page !== page.page) return;
				this.loading = false;
				this.failure = 'page';
			});
		this.list();
	}

	/** Turns to a page: staff for all, students for themselves. */
	turn(page: Id): void {
		if (this.live.staff) void this.asks.tell('page.show', page, { page });
		else this.looking = page === this.live.room?.page ? undefined : page;
	}

	back(): void {
		this.looking = undefined;
	}

	add(kind: 'blank' | 'grid', hanzi?: string): void {
		const page = newId();
		void this.asks.tell('page.add', page, { page, kind, hanzi, after: this.page?.page });
	}

	remove(page: Id): void {
		void this.asks.tell('page.remove', page, { page });
	}

	/** Plays the order of strokes: staff for all who see the page, others for themselves. */
	play(): void {
		const page = this.page?.page;
		if (this.live.staff && page && !this.away) void this.asks.tell('page.show', page, { page });
		else this.stage?.play();
	}

	/** What was done here waits for the line. */
	get late(): boolean {
		return this.asks.late;
	}

	setView(view: View): void {
		this.view = view;
		this.stage?.setView(view);
	}

	// Writing

	/** Begins a stroke; undefined when one may not. */
	write(sample: Sample): Writing | undefined {
		const page = this.page?.page;
		if (!this.may || !page) return undefined;
		const marker = this.color === 'marker';
		const size = SIZES[this.size] * (marker ? MARKER_TIMES : 1);
		const writing: Writing = new Writing(page, COLORS[this.color], size, (points) => {
			const { object, color } = writing;
			const sent = this.asks.tell('stroke.add', page, { page, object, color, size, points }, [
				object
			]);
			void sent.then(() => this.answered(writing));
		});
		this.own.add(writing.object);
		this.writings.set(writing.object, writing);
		this.goOn(writing, [sample]);
		return writing;
	}

	goOn(writing: Writing, samples: readonly Sample[]): void {
		const points = writing.add(samples);
		if (points.length) this.here('stroke.added', { ...this.strokeOf(writing), points });
	}

	/** Ends a stroke. One that is given up (a second finger came) is taken back. */
	end(writing: Writing, given = false): void {
		writing.end();
		this.stage?.finish(writing.object);
		if (given) void this.removeObjects(writing.page, [writing.object]);
		else this.note(writing.page, { did: 'made', objects: [writing.object] });
	}

	/** Puts a shape on the page; `sent` false shows it here alone, while it is being drawn. */
	put(shape: Shape, sent = true, from?: Shape): void {
		const page = this.page?.page;
		if (!page) return;
		const { object, by: _, ...rest } = shape;
		const round = (value: number) => Math.round(value * 10) / 10;
		const { x, y, w, h } = rest;
		const body = { ...rest, x: round(x), y: round(y), w: round(w), h: round(h) };
		this.here('object.put', { page, object, shape: body });
		if (!sent) return;
		this.note(
			page,
			from ? { did: 'changed', object, from, to: shape } : { did: 'made', objects: [object] }
		);
		void this.asks.tell('object.put', page, { page, object, shape: body }, [object]);
	}

	/** A shape that was drawn here and is not wanted. */
	discard(object: Id): void {
		this.stage?.settle(object, undefined);
	}

	/** Whether this person may change an object. */
	mine(by: Id): boolean {
		return this.may && (this.live.staff || by === this.live.you?.id);
	}

	/** Rubs out what lies at a place, here; answers what it was. */
	rub(x: number, y: number, within: number): Id[] {
		const { page } = this;
		if (!this.may || !page || !this.stage) return [];
		const met = this.stage.scene.at(x, y, within).filter(({ by }) => this.mine(by));
		const objects = met.map(({ id }) => id);
		if (objects.length) this.here('object.removed', { page: page.page, objects });
		return objects;
	}

	/** Tells the class what was rubbed out. */
	rubbed(objects: Id[]): void {
		const page = this.page?.page;
		if (!page || !objects.length) return;
		this.note(page, { did: 'removed', objects });
		void this.removeObjects(page, objects);
	}

	/** Empties the page. */
	clear(): void {
		const page = this.page?.page;
		if (!page || !this.stage) return;
		const objects = this.stage.scene.list().map(({ id }) => id);
		if (objects.length) this.note(page, { did: 'removed', objects });
		this.here('page.cleared', { page });
		this.selected = undefined;
		void this.asks.tell('page.clear', page, { page }, objects);
	}

	undo(): void {
		const page = this.page?.page;
		const deed = page && this.history.undo(page, (one) => this.changes(one));
		if (page && deed) this.perform(page, deed);
		this.count();
	}

	redo(): void {
		const page = this.page?.page;
		const deed = page && this.history.redo(page, (one) => this.changes(one));
		if (page && deed) this.perform(page, deed);
		this.count();
	}

	// Selecting

	/** The selected object as it is. */
	get chosen() {
		const item = this.selected ? this.stage?.scene.items.get(this.selected) : undefined;
		return item?.removed ? undefined : item;
	}

	select(object: Id | undefined): void {
		this.selected = object;
		this.moves++;
	}

	/** Moves the selected shape by units; the class hears of it when the keys rest. */
	move(dx: number, dy: number): void {
		const shape = this.chosen?.shape;
		if (!shape || !this.chosen || !this.mine(this.chosen.by)) return;
		const x = Math.min(PAGE.width - 20, Math.max(0, shape.x + dx));
		const y = Math.min(PAGE.height - 20, Math.max(0, shape.y + dy));
		const from = this.nudge ? undefined : shape;
		this.nudgedFrom = from ?? this.nudgedFrom;
		this.put({ ...shape, x, y }, false);
		this.moves++;
		clearTimeout(this.nudge);
		this.nudge = setTimeout(() => this.settleMove(), 500);
	}

	removeSelected(): void {
		const { chosen, page } = this;
		if (!chosen || !page || !this.mine(chosen.by)) return;
		this.here('object.removed', { page: page.page, objects: [chosen.id] });
		this.rubbed([chosen.id]);
		this.selected = undefined;
	}

	/** Begins a text at a place, or goes on with one. */
	beginText(x: number, y: number, shape?: Shape): void {
		if (!this.may) return;
		this.draft = shape ? draftOf(shape) : newDraft(x, y, this.color, this.size);
	}

	/** Writes the text that was begun. */
	endText(text: string): void {
		const { draft } = this;
		this.draft = undefined;
		if (!draft) return;
		const before = draft.object ? this.stage?.scene.items.get(draft.object)?.shape : undefined;
		const words = text.trim().slice(0, 2000);
		if (before && !words) {
			this.selected = before.object;
			return this.removeSelected();
		}
		if (!words || words === before?.text) return;
		const { x, y, w, size, color } = draft;
		const object = draft.object ?? newId();
		const by = before?.by ?? this.live.you?.id ?? '';
		this.put(
			{ object, by, kind: 'text', x, y, w, h: size * 1.3, size, color, text: words },
			true,
			before
		);
		this.select(object);
	}

	/** Tells the class where one points. */
	point(x: number, y: number): void {
		const page = this.page?.page;
		if (page && this.may) this.live.say('pointer', { page, x: Math.round(x), y: Math.round(y) });
	}

	private nudgedFrom?: Shape;

	private settleMove(): void {
		const shape = this.chosen?.shape;
		clearTimeout(this.nudge);
		this.nudge = undefined;
		if (shape) this.put(shape, true, this.nudgedFrom);
		this.nudgedFrom = undefined;
	}

	private strokeOf({ page, object, color, size }: Writing) {
		return { page, object, color, size };
	}

	/** Shows here at once what the class will hear of. */
	private here(event: string, data: object): void {
		this.stage?.apply({ event, by: this.live.you?.id, data });
		if (event !== 'stroke.added') this.list();
	}

	private heard(name: string, data: { page: Id; object?: Id }, event?: LogEvent): void {
		const { object = '' } = data;
		const mine = event?.by === this.live.you?.id;
		// One's own is drawn already, further than the class knows it.
		if (mine && name === 'stroke.added' && this.own.has(object)) return;
		if (mine && name === 'object.put' && this.asks.waits(object)) return;
		this.stage?.apply({ event: name, by: event?.by, data });
		if (name !== 'stroke.added' && data.page === this.page?.page) this.list();
	}

	/** What the class refuses is put back as the class has it, and said. */
	private refused(error: unknown, page: Id, objects: readonly Id[]): void {
		this.said = refusalText(error);
		for (const object of objects) {
			const truth = this.live.object(page, object);
			this.own.delete(object);
			if (this.page?.page === page) this.stage?.settle(object, truth);
			if (!truth) this.history.forget(page, object);
		}
		this.count();
		this.list();
	}

	private answered({ object, ended }: Writing): void {
		if (ended && !this.asks.waits(object)) this.writings.delete(object);
	}

	/** Objects as the class has them, with one's own that it may not have yet. */
	private withUnsent(page: Id, objects: BoardObject[]): BoardObject[] {
		for (const id of this.own) if (!this.writings.has(id)) this.own.delete(id);
		const mine = [...this.writings.values()].filter((one) => one.page === page);
		return withWritings(objects, mine, this.live.you?.id ?? '');
	}

	/** After coming back, what one drew before can be taken back too. */
	private remember(page: Id, objects: BoardObject[]): void {
		const { done, undone } = this.history.count(page);
		if (!done && !undone)
			for (const { object } of objects.filter(({ by }) => by === this.live.you?.id).slice(-50))
				this.history.note(page, { did: 'made', objects: [object] });
		this.count();
	}

	private note(page: Id, deed: Deed): void {
		this.history.note(page, deed);
		this.said = '';
		this.count();
	}

	private count(): void {
		this.deeds = this.page ? this.history.count(this.page.page) : { done: 0, undone: 0 };
	}

	private seen = (id: Id) => {
		const item = this.stage?.scene.items.get(id);
		return Boolean(item && !item.removed);
	};

	private changes(deed: Deed): boolean {
		if (deed.did === 'changed') return this.seen(deed.object);
		return deed.objects.some((id) => this.seen(id) !== (deed.did === 'made'));
	}

	private perform(page: Id, deed: Deed): void {
		if (deed.did === 'changed') {
			const { object, to } = deed;
			const { object: _, by, ...shape } = to;
			this.here('object.put', { page, object, shape });
			void this.asks.tell('object.put', page, { page, object, shape }, [object]);
			this.moves++;
			return void by;
		}
		const made = deed.did === 'made';
		const objects = deed.objects.filter((id) => this.seen(id) !== made);
		this.here(made ? 'object.restored' : 'object.removed', { page, objects });
		if (!made) return void this.removeObjects(page, objects);
		for (let i = 0; i < objects.length; i += AT_ONCE) {
			const some = objects.slice(i, i + AT_ONCE);
			void this.asks.tell('object.restore', page, { page, objects: some }, some);
		}
	}

	private async removeObjects(page: Id, all: Id[]): Promise<void> {
		if (all.includes(this.selected ?? '')) this.selected = undefined;
		for (let i = 0; i < all.length; i += AT_ONCE) {
			const objects = all.slice(i, i + AT_ONCE);
			await this.asks.tell('object.remove', page, { page, objects }, objects);
		}
	}

	private wasShown(page: Id): void {
		// Shown again: the teacher plays its strokes for all.
		if (page === this.shown && page === this.page?.page) this.stage?.play();
		this.shown = page;
	}

	private joined(recovered: boolean): void {
		this.shown = this.live.room?.page;
		// A page that is looked at aside does not come with the state.
		if (!recovered && this.away) this.fill();
	}

	/** Another page lies on the board. */
	private turned(): void {
		this.selected = this.draft = undefined;
		this.failure = undefined;
		this.said = '';
		this.setView(WHOLE);
		this.count();
	}

	/** Reads the texts of the page, when it rests. */
	private list(): void {
		this.listing ??= setTimeout(() => {
			this.listing = undefined;
			const items = this.stage?.scene.list() ?? [];
			this.texts = items.flatMap(({ shape }) => (shape?.kind === 'text' ? [shape] : []));
			if (this.selected && !this.seen(this.selected)) this.selected = undefined;
		}, 200);
	}
}
