/** How far outside of what is seen a thing is made ready, so that nobody meets an unfinished one. */
const MARGIN = '400px 0px';

/**
 * Calls back once when the element comes near the screen. An attachment: thousands of words need not stand in the page
 * of a cheap phone before somebody scrolls to them.
 */
export function near(come: () => void) {
	return (element: Element) => {
		if (typeof IntersectionObserver === 'undefined') return void come();
		const observer = new IntersectionObserver(
			(entries) => {
				if (!entries.some((entry) => entry.isIntersecting)) return;
				observer.disconnect();
				come();
			},
			// The second is for lists that scroll by themselves; browsers that do not know it make things ready on sight.
			{ rootMargin: MARGIN, scrollMargin: MARGIN } as IntersectionObserverInit
		);
		observer.observe(element);
		return () => observer.disconnect();
	};
}
