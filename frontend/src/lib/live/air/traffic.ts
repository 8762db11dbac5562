const WINDOW = 20;

/** Counts bytes by kind and says what they come to in a minute. */
export class Traffic {
	private readonly seconds = new Map<number, number>();
	private first?: number;

	add(bytes: number, now: number): void {
		const second = Math.floor(now / 1000);
		this.first ??= second;
		this.seconds.set(second, (this.seconds.get(second) ?? 0) + bytes);
		for (const old of this.seconds.keys()) if (old <= second - WINDOW) this.seconds.delete(old);
	}

	/** KB in a minute, by the last 20 seconds. */
	perMinute(now: number): number {
		const second = Math.floor(now / 1000);
		if (this.first === undefined) return 0;
		const span = Math.min(WINDOW, second - this.first + 1);
		let sum = 0;
		for (const [at, bytes] of this.seconds) if (at > second - WINDOW) sum += bytes;
		return Math.round((sum / 1000) * (60 / Math.max(1, span)));
	}
}
