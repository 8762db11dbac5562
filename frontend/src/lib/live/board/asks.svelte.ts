import type { Id } from '../protocol.ts';

/** ms after which what the class has not answered is said to wait. */
const LATE = 2500;

/** What was asked of the class and is not answered yet. */
export class Asks {
	/** The class has not answered for a while: what was done waits for the line. Reactive. */
	late = $state(false);
	private readonly open = new Map<object, { at: number; objects: readonly Id[] }>();
	private timer?: ReturnType<typeof setInterval>;

	constructor(
		private readonly send: (name: string, body: object) => Promise<unknown>,
		/** The class did not take it. */
		private readonly onrefused: (error: unknown, page: Id, objects: readonly Id[]) => void
	) {}

	/** Sends a command about a page; answers whether the class took it. */
	async tell(name: string, page: Id, body: object, objects: readonly Id[] = []): Promise<boolean> {
		const token = {};
		this.open.set(token, { at: Date.now(), objects });
		this.watch();
		try {
			await this.send(name, body);
			return true;
		} catch (error) {
			this.onrefused(error, page, objects);
			return false;
		} finally {
			this.open.delete(token);
			this.watch();
		}
	}

	/** Whether something about an object is not answered yet. */
	waits(object: Id): boolean {
		for (const { objects } of this.open.values()) if (objects.includes(object)) return true;
		return false;
	}

	close(): void {
		clearInterval(this.timer);
	}

	private watch(): void {
		const look = () => {
			const [oldest] = this.open.values();
			this.late = Boolean(oldest && Date.now() - oldest.at > LATE);
			if (oldest) return;
			clearInterval(this.timer);
			this.timer = undefined;
		};
		look();
		if (this.open.size) this.timer ??= setInterval(look, 1000);
	}
}
