const KEYS = ['ArrowLeft', 'ArrowRight', 'Home', 'End'];

/** A toolbar is one stop of the Tab key; the arrows go through its buttons, in the direction of reading. */
export function roving(bar: HTMLElement): () => void {
	const buttons = () =>
		[...bar.querySelectorAll<HTMLButtonElement>('button')].filter(
			(one) => !one.disabled && one.offsetParent !== null
		);

	function hold(chosen: Element | null | undefined): void {
		const all = buttons();
		const held = all.includes(chosen as HTMLButtonElement) ? chosen : all[0];
		for (const one of bar.querySelectorAll('button')) one.tabIndex = one === held ? 0 : -1;
	}

	function step(event: KeyboardEvent): void {
		if (!KEYS.includes(event.key)) return;
		const all = buttons();
		const at = all.indexOf(document.activeElement as HTMLButtonElement);
		if (at < 0) return;
		const onward = getComputedStyle(bar).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
		const last = all.length - 1;
		const to =
			event.key === 'Home' ? 0 : event.key === 'End' ? last : at + (event.key === onward ? 1 : -1);
		event.preventDefault();
		const next = all[(to + all.length) % all.length];
		hold(next);
		next?.focus();
	}

	const focused = (event: FocusEvent) => hold(event.target as Element);
	// What is there changes with what one may do: the stop must never be on a button that is gone.
	const watch = new MutationObserver(() => {
		if (!buttons().some((one) => one.tabIndex === 0)) hold(undefined);
	});
	bar.addEventListener('keydown', step);
	bar.addEventListener('focusin', focused);
	watch.observe(bar, { childList: true, subtree: true, attributeFilter: ['disabled'] });
	hold(undefined);
	return () => {
		bar.removeEventListener('keydown', step);
		bar.removeEventListener('focusin', focused);
		watch.disconnect();
	};
}
