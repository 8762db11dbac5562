/**
 * A SourceBuffer whose operations run one after another. An operation that finds the buffer full first
 * calls makeRoom and is then tried once more.
 */
export class Sink {
	private tail: Promise<unknown> = Promise.resolve();
	private closed = false;

	constructor(
		readonly buffer: SourceBuffer,
		private readonly makeRoom: () => [from: number, to: number] | null
	) {}

	append(data: Uint8Array<ArrayBuffer>): Promise<void> {
		return this.queue(async () => {
			try {
				await this.run(() => this.buffer.appendBuffer(data));
			} catch (error) {
				if ((error as DOMException).name !== 'QuotaExceededError') throw error;
				const room = this.makeRoom();
				if (!room) throw error;
				await this.run(() => this.buffer.remove(...room));
				await this.run(() => this.buffer.appendBuffer(data));
			}
		});
	}

	remove(from: number, to: number): Promise<void> {
		return this.queue(() => this.run(() => this.buffer.remove(from, to)));
	}

	/** Moves what is appended from now on by so many seconds. */
	shift(seconds: number): Promise<void> {
		return this.queue(async () => {
			if (this.buffer.timestampOffset !== seconds) this.buffer.timestampOffset = seconds;
		});
	}

	/** Forgets a half appended segment, so that the next append may begin anything. */
	reset(type?: string): Promise<void> {
		return this.queue(async () => {
			this.buffer.abort();
			if (type) this.buffer.changeType(type);
		});
	}

	/** Call when the media source goes: its buffers may not even be looked at afterwards. */
	close() {
		this.closed = true;
	}

	/** Seconds buffered from t on without a gap; 0 when t itself is not buffered. */
	ahead(t: number): number {
		if (this.closed) return 0;
		const { buffered } = this.buffer;
		for (let i = 0; i < buffered.length; i++) {
			if (buffered.start(i) <= t + 0.1 && buffered.end(i) > t) return buffered.end(i) - t;
		}
		return 0;
	}

	/** Whether second t is buffered. */
	has(t: number): boolean {
		return this.ahead(t) > 0.01;
	}

	private queue<T>(operation: () => Promise<T>): Promise<T> {
		const next = this.tail.then(operation);
		this.tail = next.catch(() => {});
		return next;
	}

	/** Runs one operation and waits for the buffer to finish it. */
	private run(start: () => void): Promise<void> {
		return new Promise((resolve, reject) => {
			const done = (event: Event) => {
				this.buffer.removeEventListener('updateend', done);
				this.buffer.removeEventListener('error', done);
				if (event.type === 'error') reject(new Error('append failed'));
				else resolve();
			};
			this.buffer.addEventListener('updateend', done);
			this.buffer.addEventListener('error', done);
			try {
				start();
			} catch (error) {
				this.buffer.removeEventListener('updateend', done);
				this.buffer.removeEventListener('error', done);
				reject(error as Error);
			}
		});
	}
}
