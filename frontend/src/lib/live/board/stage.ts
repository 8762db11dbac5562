import type { Drawing } from '#lib/services/writing.ts';
import { drawingsOf } from '#lib/language/writing/strokes.ts';
import { PAGE, type BoardObject, type Id, type Page, type Shape } from '../protocol.ts';
import { isEmpty, joined, meets, NOTHING, type Box } from './box.ts';
import type { Pen2D } from './draw.ts';
import { drawGrid, squaresOf, StrokePlay, type Square } from './grid.ts';
import { Layers, pixelsOf, place, WHOLE, type View, type Window } from './layers.ts';
import { PAPER } from './palette.ts';
import { drawItem, markerOf, Scene, type Item } from './scene.ts';

/** An event of the board, as the log has it or as it is made up here before the log has it. */
export interface StageEvent {
	event: string;
	by?: Id;
	data: unknown;
}

export interface StageOptions {
	/** Address of a slide's picture. */
	picture?: (asset: Id) => string;
	/** How characters are written. */
	drawings?: (hanzi: string) => Promise<Map<string, Drawing>>;
	/** A picture or strokes could not be loaded, or could now. */
	onfailure?: (what: 'picture' | 'strokes' | undefined) => void;
	/** The order of strokes is played, or was. */
	onplay?: (playing: boolean) => void;
}

const ALL: Box = { x: 0, y: 0, right: PAGE.width, bottom: PAGE.height };
/** ms without new points after which a stroke counts as whole. */
const WHOLE_AFTER = 1500;
/** ms of drawing in one frame while a page is built. */
const SLICE = 12;
/** More pixels than this across cost memory and show nothing more. */
const MOST_PIXELS = 2560;
/** How much the paper shines through a highlighter. */
const MARKER_ALPHA = 0.5;

/**
 * Shows a page on a canvas and keeps it as events come. Finished objects are drawn once into layers; only strokes that
 * still grow are drawn again, and of the canvas only the part that changed: an event costs the same on a full page as
 * on an empty one. Works without a class: `setPage`, then `apply` for every event of the log, and `setPage` again when
 * another page is shown.
 */
export class Stage {
	scene = new Scene();
	page?: Page;
	private readonly pen: Pen2D;
	private layers!: Layers;
	/** Layers that are being drawn for another size or view, while the old ones are shown. */
	private coming?: Layers;
	private todo: Item[] = [];
	/** Parts that changed while layers were being drawn. */
	private later: Box[] = [];
	/** What still grows, or waits to be drawn into the layers; lowest first. */
	private fresh: Item[] = [];
	private dirty: Box = NOTHING;
	private frame = 0;
	private timer?: ReturnType<typeof setTimeout>;
	private ripening?: ReturnType<typeof setTimeout>;
	private view: View = WHOLE;
	private picture?: HTMLImageElement;
	private squares: Square[] = [];
	private drawings?: Map<string, Drawing>;
	private playing?: { play: StrokePlay; since: number };

	constructor(
		private readonly canvas: HTMLCanvasElement,
		private readonly options: StageOptions = {}
	) {
		this.pen = canvas.getContext('2d')!;
		this.resize();
	}

	/** Takes the size that the canvas has on the page. */
	resize(width = this.canvas.clientWidth, ratio = globalThis.devicePixelRatio || 1): void {
		const pixels = Math.round(Math.min((width || PAGE.width / 2) * ratio, MOST_PIXELS));
		if (this.layers && pixels === this.canvas.width) return;
		this.canvas.width = pixels;
		this.canvas.height = Math.round((pixels * PAGE.height) / PAGE.width);
		this.rebuild(!this.layers);
		// The canvas has lost what it showed: it must not be seen empty.
		this.compose(ALL);
	}

	/** Looks at another part of the page. It is drawn sharp as soon as the view rests. */
	setView(view: View): void {
		this.view = view;
		this.changed(ALL);
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.rebuild(false), 140);
	}

	/** Shows a page with all that is on it. */
	setPage(page: Page | undefined, objects: readonly BoardObject[]): void {
		const other = page?.page !== this.page?.page;
		this.page = page;
		this.scene = new Scene(objects);
		this.fresh = [];
		if (other) this.open(page);
		this.rebuild(true);
	}

	/** Applies an event of the page that is shown; others are left out. */
	apply({ event, by = '', data }: StageEvent): void {
		const {
			page,
			object,
			objects = [],
			...rest
		} = data as {
			page: Id;
			object: Id;
			objects?: Id[];
			color: string;
			size: number;
			points: number[];
			shape: Shape;
		};
		if (page !== this.page?.page) return;
		if (event === 'stroke.added') this.stroke({ kind: 'stroke', object, by, ...rest });
		else if (event === 'object.put') this.put({ ...rest.shape, object, by });
		else if (event === 'object.removed') this.mark(objects, true);
		else if (event === 'object.restored') this.mark(objects, false);
		else if (event === 'page.cleared') this.clear();
	}

	/** Puts an object as it is in the place of what is shown of it; undefined takes it away. */
	settle(id: Id, object: BoardObject | undefined): void {
		const item = this.scene.items.get(id);
		if (item) {
			this.takeOff(item);
			this.scene.drop(item);
		}
		if (object) this.begin(object);
	}

	/** A stroke is whole: no more points will come. */
	finish(id: Id): void {
		const item = this.scene.items.get(id);
		if (item) item.grew = 0;
		this.wake();
	}

	/** Plays how the characters of the page are written. */
	play(): void {
		if (!this.drawings || !this.squares.length) return;
		const still = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
		this.playing = {
			play: new StrokePlay(this.squares, this.drawings, still),
			since: performance.now()
		};
		this.options.onplay?.(true);
		this.wake();
	}

	/** Stops playing. */
	stop(): void {
		if (!this.playing) return;
		this.playing = undefined;
		this.options.onplay?.(false);
		this.changed(ALL);
	}

	/** Tries to load again what could not be loaded. */
	retry(): void {
		this.open(this.page);
	}

	/** Lets go of everything. */
	close(): void {
		cancelAnimationFrame(this.frame);
		clearTimeout(this.timer);
		clearTimeout(this.ripening);
		this.page = this.picture = undefined;
	}

	/** Pixels and place of a view of this canvas. */
	private get window(): Window {
		const { width, height } = this.canvas;
		const { scale, x, y } = this.view;
		return { width, height, unit: (width / PAGE.width) * scale, x, y };
	}

	private open(page: Page | undefined): void {
		this.stop();
		this.picture = this.drawings = undefined;
		this.squares = page?.kind === 'grid' ? squaresOf(page.hanzi ?? '') : [];
		this.options.onfailure?.(undefined);
		if (page?.asset && this.options.picture) this.load(page, this.options.picture(page.asset));
		if (this.squares.length) void this.learn(page!);
	}

	private load(page: Page, address: string): void {
		const picture = new Image();
		picture.onload = () => {
			if (this.page?.page !== page.page) return;
			this.picture = picture;
			this.repaper();
		};
		picture.onerror = () => {
			if (this.page?.page === page.page) this.options.onfailure?.('picture');
		};
		picture.src = address;
	}

	private async learn(page: Page): Promise<void> {
		try {
			const drawings = await (this.options.drawings ?? drawingsOf)(page.hanzi ?? '');
			if (this.page?.page !== page.page) return;
			this.drawings = drawings;
			this.repaper();
		} catch {
			if (this.page?.page === page.page) this.options.onfailure?.('strokes');
		}
	}

	private repaper(): void {
		this.paint(this.layers);
		if (this.coming) this.paint(this.coming);
		this.changed(ALL);
	}

	/** Draws the paper: white, a slide fitted into it, or squares. */
	private paint({ paper: { pen } }: Layers): void {
		pen.fillStyle = PAPER;
		pen.fillRect(0, 0, PAGE.width, PAGE.height);
		drawGrid(pen, this.squares, this.drawings);
		if (!this.picture) return;
		const { naturalWidth, naturalHeight } = this.picture;
		const fit = Math.min(PAGE.width / naturalWidth, PAGE.height / naturalHeight);
		const [w, h] = [naturalWidth * fit, naturalHeight * fit];
		pen.drawImage(this.picture, (PAGE.width - w) / 2, (PAGE.height - h) / 2, w, h);
	}

	/** Draws all layers anew, over several frames if it takes long; `blank` shows them from the start. */
	private rebuild(blank: boolean): void {
		const layers = new Layers(this.window);
		this.paint(layers);
		this.todo = this.scene.list();
		this.fresh = this.fresh.filter((item) => !item.removed && item.grew > 0);
		const growing = new Set(this.fresh);
		this.todo = this.todo.filter((item) => !growing.has(item)).reverse();
		for (const item of this.scene.items.values()) item.baked = false;
		this.later = [];
		this.coming = layers;
		if (blank) this.layers = layers;
		this.build();
		this.changed(ALL);
	}

	private build(): void {
		const { coming } = this;
		if (!coming) return;
		const until = performance.now() + SLICE;
		while (this.todo.length && performance.now() < until) this.bake(this.todo.pop()!, coming);
		if (this.coming === this.layers) this.changed(ALL);
		if (this.todo.length) return this.wake();
		this.layers = coming;
		this.coming = undefined;
		for (const box of this.later) this.repair(box);
		this.later = [];
		this.changed(ALL);
	}

	private bake(item: Item, layers: Layers, end = false): void {
		if (item.removed || this.scene.items.get(item.id) !== item) return;
		const marker = markerOf(item);
		const color = item.ink?.color ?? item.shape?.color ?? '';
		drawItem(
			(marker ? layers.marks : layers.ink).pen,
			item,
			marker ? color.slice(0, 7) : undefined,
			end
		);
		item.baked = true;
	}

	private stroke(object: Extract<BoardObject, { kind: 'stroke' }>): void {
		const item = this.scene.items.get(object.object);
		if (!item) {
			// Whoever begins a stroke has ended the one before.
			for (const one of this.fresh) if (one.by === object.by) one.grew = 0;
			this.begin(object, performance.now());
			return;
		}
		if (!item.ink || item.by !== object.by) return;
		const changed = this.scene.extend(item, object.points);
		if (item.removed) return;
		if (item.baked) this.bake(item, this.coming ?? this.layers, true);
		else if (this.fresh.includes(item)) item.grew = performance.now();
		this.changed(changed);
	}

	private put(shape: Shape): void {
		const item = this.scene.items.get(shape.object);
		if (!item) return this.begin(shape);
		if (!item.shape) return;
		item.removed = false;
		this.redraw(item, this.scene.change(item, shape));
	}

	private begin(object: BoardObject, grew = 0): void {
		const item = this.scene.add(object);
		item.grew = grew;
		this.fresh.push(item);
		this.changed(item.box);
	}

	private mark(ids: readonly Id[], removed: boolean): void {
		for (const id of ids) {
			const item = this.scene.items.get(id);
			if (!item || item.removed === removed) continue;
			if (removed) this.takeOff(item);
			else this.putBack(item);
		}
	}

	private takeOff(item: Item): void {
		item.removed = true;
		this.fresh = this.fresh.filter((one) => one !== item);
		if (item.baked) this.repair(item.box);
		item.baked = false;
		this.changed(item.box);
	}

	private putBack(item: Item): void {
		item.removed = false;
		this.redraw(item, item.box);
	}

	/** Has an object drawn again that was in the layers, or shall be. */
	private redraw(item: Item, box: Box): void {
		if (this.fresh.includes(item)) return this.changed(box);
		item.baked = true;
		this.repair(box);
	}

	private clear(): void {
		for (const item of this.scene.items.values()) item.removed = true;
		this.fresh = [];
		this.rebuild(true);
	}

	/** Draws a part of the layers anew. */
	private repair(box: Box): void {
		if (this.coming) this.later.push(box);
		const { layers } = this;
		const pixels = pixelsOf(layers.window, box);
		this.changed(box);
		if (!pixels) return;
		const { left, top, width, height } = pixels;
		for (const { pen } of [layers.marks, layers.ink]) {
			pen.save();
			pen.setTransform(1, 0, 0, 1, 0, 0);
			pen.clearRect(left, top, width, height);
			pen.beginPath();
			pen.rect(left, top, width, height);
			pen.clip();
			place(pen, layers.window);
		}
		for (const item of this.scene.in(box))
			if (item.baked && meets(item.box, box)) this.bake(item, layers);
		for (const { pen } of [layers.marks, layers.ink]) pen.restore();
	}

	private changed(box: Box): void {
		this.dirty = joined(this.dirty, box);
		this.wake();
	}

	private wake(): void {
		this.frame ||= requestAnimationFrame(() => this.tick());
	}

	private tick(): void {
		this.frame = 0;
		this.build();
		this.ripen();
		const { playing } = this;
		if (playing) {
			if (performance.now() - playing.since > playing.play.duration) this.stop();
			this.dirty = ALL;
			this.wake();
		}
		if (!isEmpty(this.dirty)) this.compose(this.dirty);
		this.dirty = NOTHING;
	}

	/** Draws into the layers what is whole and lies on nothing that still grows. */
	private ripen(): void {
		if (this.coming || !this.fresh.length) return;
		const now = performance.now();
		const left: Item[] = [];
		for (const item of this.fresh) {
			const whole = now - item.grew > WHOLE_AFTER;
			if (!whole || left.some((below) => meets(below.box, item.box))) left.push(item);
			else {
				this.bake(item, this.layers);
				this.changed(item.box);
			}
		}
		this.fresh = left;
		if (!left.length || this.ripening) return;
		this.ripening = setTimeout(() => {
			this.ripening = undefined;
			this.wake();
		}, 250);
	}

	/** Lays the layers on one another where something changed, and what grows between them. */
	private compose(box: Box): void {
		const { pen, window, layers } = this;
		const pixels = pixelsOf(window, box);
		if (!pixels) return;
		pen.save();
		pen.setTransform(1, 0, 0, 1, 0, 0);
		pen.beginPath();
		pen.rect(pixels.left, pixels.top, pixels.width, pixels.height);
		pen.clip();
		const fresh = this.fresh.filter((item) => meets(item.box, box));
		this.lay(layers.paper.canvas);
		if (this.playing) {
			place(pen, window);
			this.playing.play.draw(pen, performance.now() - this.playing.since);
		}
		pen.globalAlpha = MARKER_ALPHA;
		this.lay(layers.marks.canvas);
		pen.globalAlpha = 1;
		place(pen, window);
		for (const item of fresh) if (markerOf(item)) drawItem(pen, item);
		this.lay(layers.ink.canvas);
		place(pen, window);
		for (const item of fresh) if (!markerOf(item)) drawItem(pen, item);
		pen.restore();
	}

	private lay(layer: HTMLCanvasElement): void {
		const { pen, window } = this;
		const from = this.layers.window;
		const scale = window.unit / from.unit;
		pen.setTransform(
			scale,
			0,
			0,
			scale,
			(from.x - window.x) * window.unit,
			(from.y - window.y) * window.unit
		);
		pen.drawImage(layer, 0, 0);
	}
}
