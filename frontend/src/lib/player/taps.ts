/** What pressing the picture does. */
export interface Taps {
	tap: () => void;
	/** Two touches at the left (-1) or right (1) third. */
	side: (direction: -1 | 1) => void;
	/** A double click, or two touches in the middle. */
	double: () => void;
}

const PAIR_MS = 280;

/**
 * An attachment for the picture: one press plays or pauses, two at a side skip, two elsewhere make it
 * full. A touch waits for its second before it counts as one; a mouse does not.
 */
export function taps(on: Taps) {
	return (element: HTMLElement) => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let last = { at: 0, third: 0 };
		const up = (event: PointerEvent) => {
			if (event.button !== 0 || (event.target as HTMLElement).closest('button, a, input')) return;
			const box = element.getBoundingClientRect();
			const third = Math.sign(Math.round(((event.clientX - box.left) / box.width) * 3 - 1.5));
			const now = performance.now();
			const second = now - last.at < PAIR_MS;
			last = { at: second && event.pointerType !== 'touch' ? 0 : now, third };
			if (event.pointerType !== 'touch') {
				on.tap();
				if (second) on.double();
				return;
			}
			clearTimeout(timer);
			if (!second) timer = setTimeout(on.tap, PAIR_MS);
			else if (third === 0) on.double();
			else on.side(third < 0 ? -1 : 1);
		};
		element.addEventListener('pointerup', up);
		return () => {
			clearTimeout(timer);
			element.removeEventListener('pointerup', up);
		};
	};
}
