/** How long the end of a reading must have been on screen, in ms. */
export const READ_AFTER_MS = 3000;

/**
 * Calls onread once the end of a reading has been in view for a while on a visible page: scrolling past
 * in a hurry is not reading. An attachment for the element behind the text's last line.
 */
export function readToEnd(onread: () => void, afterMs = READ_AFTER_MS) {
	return (end: Element) => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		let inView = false;
		const look = () => {
			clearTimeout(timer);
			timer = undefined;
			if (inView && !document.hidden) {
				timer = setTimeout(() => {
					stop();
					onread();
				}, afterMs);
			}
		};
		const observer = new IntersectionObserver((entries) => {
			inView = entries[entries.length - 1].isIntersecting;
			look();
		});
		const stop = () => {
			clearTimeout(timer);
			observer.disconnect();
			document.removeEventListener('visibilitychange', look);
		};
		observer.observe(end);
		document.addEventListener('visibilitychange', look);
		return stop;
	};
}
