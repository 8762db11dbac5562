import type { LiveClass } from './class.ts';

/** The server's clock, moving. Reactive; made while a component begins. */
export class Ticking {
	now = $state(0);

	constructor(live: Pick<LiveClass, 'now'>) {
		this.now = live.now();
		$effect(() => {
			const timer = setInterval(() => (this.now = live.now()), 250);
			return () => clearInterval(timer);
		});
	}
}
