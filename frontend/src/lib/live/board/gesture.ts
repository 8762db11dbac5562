import { newReportId as newId } from '#lib/progress/report.ts';
import { PAGE, type Id, type Shape } from '../protocol.ts';
import { COLORS, SIZES } from './palette.ts';
import type { Sample } from './points.ts';
import type { Writing } from './send.ts';
import { kept, zoomed } from './view.ts';
import type { ShapeTool, Whiteboard } from './whiteboard.svelte.ts';

/** Units around a place in which the eraser and a selection meet something. */
const REACH = 10;
/** A finger is broader than a pen. */
const FINGER = 18;
/** ms between two places of the pointer that others see. */
const POINT_EVERY = 50;
/** A stroke of a finger that is younger, ms, was the first of two fingers. */
const YOUNG = 250;

const SHAPES: readonly string[] = ['line', 'arrow', 'rect', 'ellipse'];

/** One thing that a pointer does from its press to its release. */
interface Act {
	move(at: Sample, all: Sample[]): void;
	end(at: Sample): void;
	/** A second finger came: it was no writing. */
	give(): void;
}

/** What pointers do on the board: one writes, two fingers move the page; once a pen is seen, fingers only move it. */
export class Gestures {
	private readonly down = new Map<number, { x: number; y: number }>();
	private act?: { pointer: number; act: Act; since: number };
	private pen = false;
	private pointed = 0;

	constructor(
		private readonly board: Whiteboard,
		private readonly canvas: HTMLElement
	) {}

	press(event: PointerEvent): void {
		if (event.button > 0) return;
		if (event.pointerType === 'pen') this.pen = true;
		event.preventDefault();
		// The keys of the board work on after the pen.
		const surface = this.canvas.parentElement;
		if (surface) surface.dataset.pen = '';
		surface?.focus({ preventScroll: true });
		this.canvas.setPointerCapture(event.pointerId);
		this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
		if (this.down.size > 1) return this.giveUp();
		const act = this.begin(event, this.placeOf(event));
		if (act) this.act = { pointer: event.pointerId, act, since: event.timeStamp };
	}

	move(event: PointerEvent): void {
		if (this.board.tool === 'pointer' && event.buttons === 0) this.show(this.placeOf(event));
		const before = this.down.get(event.pointerId);
		if (!before) return;
		if (this.act?.pointer === event.pointerId) {
			const passed = event.getCoalescedEvents?.() ?? [];
			const all = (passed.length ? passed : [event]).map((one) => this.placeOf(one));
			this.act.act.move(this.placeOf(event), all);
		} else if (this.down.size > 1 || this.board.view.scale > 1) this.drag(event, before);
		this.down.set(event.pointerId, { x: event.clientX, y: event.clientY });
	}

	release(event: PointerEvent): void {
		this.down.delete(event.pointerId);
		if (this.act?.pointer !== event.pointerId) return;
		const { act } = this.act;
		this.act = undefined;
		act.end(this.placeOf(event));
	}

	/** The wheel with Ctrl, or a pinch on a touch pad. */
	wheel(event: WheelEvent): void {
		if (!event.ctrlKey) return;
		event.preventDefault();
		const { x, y } = this.placeOf(event);
		this.board.setView(zoomed(this.board.view, Math.exp(-event.deltaY / 200), x, y));
	}

	/** Where an event is, in units. */
	private placeOf(event: MouseEvent & { pointerType?: string; pressure?: number }): Sample {
		const box = this.canvas.getBoundingClientRect();
		const { scale, x, y } = this.board.view;
		return {
			x: x + (((event.clientX - box.left) / box.width) * PAGE.width) / scale,
			y: y + (((event.clientY - box.top) / box.height) * PAGE.height) / scale,
			pressure: event.pointerType === 'pen' ? event.pressure : undefined
		};
	}

	private giveUp(): void {
		const { act } = this;
		this.act = undefined;
		act?.act.give();
	}

	private begin(event: PointerEvent, at: Sample): Act | undefined {
		const { board } = this;
		const touch = event.pointerType === 'touch';
		if (!board.may || (touch && this.pen)) return undefined;
		const reach = touch ? FINGER : REACH;
		const { tool } = board;
		if (tool === 'pen') return this.writing(at, event.timeStamp);
		if (tool === 'eraser') return this.rubbing(at, reach);
		if (tool === 'select') return this.moving(at, reach);
		if (tool === 'text') return this.texting();
		if (tool === 'pointer') return this.pointing(at);
		return SHAPES.includes(tool) ? this.shaping(tool as ShapeTool, at) : undefined;
	}

	private writing(at: Sample, since: number): Act | undefined {
		const writing: Writing | undefined = this.board.write(at);
		if (!writing) return undefined;
		return {
			move: (_, all) => this.board.goOn(writing, all),
			end: () => this.board.end(writing),
			give: () => this.board.end(writing, performance.now() - since < YOUNG)
		};
	}

	private rubbing(at: Sample, reach: number): Act {
		const { board } = this;
		const gone: Id[] = board.rub(at.x, at.y, reach);
		let last = at;
		const end = () => board.rubbed(gone);
		return {
			move: (_, all) => {
				for (const to of all) {
					const steps = Math.ceil(Math.hypot(to.x - last.x, to.y - last.y) / reach);
					for (let i = 1; i <= steps; i++) {
						const f = i / steps;
						gone.push(
							...board.rub(last.x + f * (to.x - last.x), last.y + f * (to.y - last.y), reach)
						);
					}
					last = to;
				}
			},
			end,
			give: end
		};
	}

	private shaping(kind: ShapeTool, from: Sample): Act {
		const { board } = this;
		const color = COLORS[board.color];
		const object = newId();
		const by = board.live.you?.id ?? '';
		const of = (to: Sample): Shape => ({
			object,
			by,
			kind,
			x: from.x,
			y: from.y,
			w: to.x - from.x,
			h: to.y - from.y,
			color,
			size: SIZES[board.size]
		});
		return {
			move: (to) => board.put(of(to), false),
			end: (to) => {
				const shape = of(to);
				// A press without a way is no shape.
				if (Math.hypot(shape.w, shape.h) < 8) board.discard(object);
				else board.put(shape);
			},
			give: () => board.discard(object)
		};
	}

	private moving(at: Sample, reach: number): Act | undefined {
		const { board } = this;
		const item = board.stage?.scene.at(at.x, at.y, reach).find(({ by }) => board.mine(by));
		const again = item && item.id === board.selected;
		board.select(item?.id);
		const from = item?.shape;
		if (!item || !from) return undefined;
		const to = (place: Sample): Shape => ({
			...from,
			x: from.x + place.x - at.x,
			y: from.y + place.y - at.y
		});
		const back = () => (board.put(from, false), board.select(item.id));
		return {
			move: (place) => (board.put(to(place), false), board.select(item.id)),
			end: (place) => {
				const moved = Math.hypot(place.x - at.x, place.y - at.y) > 3;
				if (moved) board.put(to(place), true, from);
				else back();
				if (!moved && again && from.kind === 'text') board.beginText(from.x, from.y, from);
			},
			give: back
		};
	}

	private texting(): Act {
		return {
			move: () => undefined,
			end: ({ x, y }) => this.board.beginText(x, y),
			give: () => undefined
		};
	}

	private pointing(at: Sample): Act {
		this.show(at);
		return { move: (place) => this.show(place), end: () => undefined, give: () => undefined };
	}

	private show({ x, y }: Sample): void {
		const now = performance.now();
		if (now - this.pointed < POINT_EVERY) return;
		this.pointed = now;
		this.board.point(x, y);
	}

	/** Moves the page with the fingers, and brings it nearer with two. */
	private drag(event: PointerEvent, before: { x: number; y: number }): void {
		const box = this.canvas.getBoundingClientRect();
		const { view } = this.board;
		const unit = (box.width / PAGE.width) * view.scale;
		const share = 1 / this.down.size;
		const moved = kept({
			scale: view.scale,
			x: view.x - ((event.clientX - before.x) / unit) * share,
			y: view.y - ((event.clientY - before.y) / unit) * share
		});
		const other = [...this.down].find(([id]) => id !== event.pointerId)?.[1];
		if (!other) return this.board.setView(moved);
		const apart = (x: number, y: number) => Math.hypot(x - other.x, y - other.y) || 1;
		const factor = apart(event.clientX, event.clientY) / apart(before.x, before.y);
		const middle = this.placeOf(
			new MouseEvent('move', {
				clientX: (event.clientX + other.x) / 2,
				clientY: (event.clientY + other.y) / 2
			})
		);
		this.board.setView(zoomed(moved, factor, middle.x, middle.y));
	}
}
