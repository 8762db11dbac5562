/** Where a dragged item would land: in a parent, at a place counted without the item itself. */
export interface Landing {
	parentId: string;
	index: number;
}

interface Drag {
	/** Lists that take the item carry `data-list` of this value and `data-parent`. */
	list: string;
	/** Items carry `data-item`; this one is being dragged. */
	id: string;
	drop(landing: Landing): void;
}

const THRESHOLD_PX = 6;
const EDGE_PX = 72;

/**
 * Drags one item by its handle, with mouse, pen or finger, until the pointer is lifted. Escape puts
 * it back. Call it on `pointerdown`; the handle needs `touch-action: none`.
 */
export function drag(down: PointerEvent, { list, id, drop }: Drag): void {
	if (down.button !== 0) return;
	const handle = down.currentTarget as HTMLElement;
	const item = handle.closest<HTMLElement>(`[data-item="${id}"]`);
	if (!item) return;
	const line = document.createElement('div');
	let landing: Landing | undefined;
	let lifted = false;
	let frame = 0;
	let y = down.clientY;

	const move = (event: PointerEvent) => {
		y = event.clientY;
		if (!lifted && Math.abs(y - down.clientY) < THRESHOLD_PX) return;
		if (!lifted) lift();
		aim(event.clientX);
	};
	const lift = () => {
		lifted = true;
		handle.setPointerCapture(down.pointerId);
		item.toggleAttribute('data-lifted', true);
		line.className = 'drop-line';
		document.body.append(line);
		scroll();
	};
	const aim = (x: number) => {
		const found = place(lists(list, item), id, x, y);
		landing = found?.landing;
		line.hidden = !found;
		if (found) Object.assign(line.style, found.style);
	};
	const scroll = () => {
		const over = y < EDGE_PX ? y - EDGE_PX : Math.max(0, y - (innerHeight - EDGE_PX));
		if (over) scrollBy(0, over / 5);
		frame = requestAnimationFrame(scroll);
	};
	const end = (keep: boolean) => {
		cancelAnimationFrame(frame);
		line.remove();
		item.toggleAttribute('data-lifted', false);
		handle.removeEventListener('pointermove', move);
		handle.removeEventListener('pointerup', up);
		handle.removeEventListener('pointercancel', cancel);
		removeEventListener('keydown', escape, true);
		if (keep && lifted && landing) drop(landing);
	};
	const up = () => end(true);
	const cancel = () => end(false);
	const escape = (event: KeyboardEvent) => {
		if (event.key === 'Escape') end(false);
	};
	handle.addEventListener('pointermove', move);
	handle.addEventListener('pointerup', up);
	handle.addEventListener('pointercancel', cancel);
	addEventListener('keydown', escape, true);
	handle.setPointerCapture(down.pointerId);
}

/** The lists that can take the item; one cannot go into itself. */
function lists(name: string, item: HTMLElement): HTMLElement[] {
	const all = [...document.querySelectorAll<HTMLElement>(`[data-list="${name}"]`)];
	return all.filter((list) => !item.contains(list));
}

function place(
	candidates: HTMLElement[],
	id: string,
	x: number,
	y: number
): { landing: Landing; style: Partial<CSSStyleDeclaration> } | undefined {
	const list = nearest(candidates, x, y);
	if (!list) return undefined;
	const items = [...list.querySelectorAll<HTMLElement>(':scope > [data-item]')].filter(
		(item) => item.dataset.item !== id
	);
	const index = items.filter((item) => middle(item) < y).length;
	const box = list.getBoundingClientRect();
	const next = items[index]?.getBoundingClientRect();
	const before = items[index - 1]?.getBoundingClientRect();
	const top = next ? next.top : (before?.bottom ?? box.top);
	return {
		landing: { parentId: list.dataset.parent ?? '', index },
		style: { insetBlockStart: `${top}px`, left: `${box.left}px`, inlineSize: `${box.width}px` }
	};
}

function nearest(candidates: HTMLElement[], x: number, y: number): HTMLElement | undefined {
	const away = (list: HTMLElement) => {
		const box = list.getBoundingClientRect();
		const dy = Math.max(box.top - y, 0, y - box.bottom);
		const dx = Math.max(box.left - x, 0, x - box.right);
		return dy * 4 + dx;
	};
	return candidates.sort((a, b) => away(a) - away(b))[0];
}

function middle(item: HTMLElement): number {
	const box = item.getBoundingClientRect();
	return (box.top + box.bottom) / 2;
}
