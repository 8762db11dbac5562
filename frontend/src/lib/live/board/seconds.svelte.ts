/** The class's clock as whole seconds to come, moving. Reactive; made while a component begins. */
export class SecondsLeft {
	private now = $state(0);

	constructor(live: { now(): number }) {
		this.now = live.now();
		$effect(() => {
			const timer = setInterval(() => (this.now = live.now()), 500);
			return () => clearInterval(timer);
		});
	}

	/** Seconds until a time; undefined when there is none. */
	left(ends: number | undefined): number | undefined {
		return ends ? Math.max(0, Math.ceil((ends - this.now) / 1000)) : undefined;
	}
}
