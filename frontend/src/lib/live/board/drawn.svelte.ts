import type { Id } from '../protocol.ts';
import type { FlatStroke } from './mark.ts';

interface Kept {
	strokes: FlatStroke[];
	/** What was handed in. */
	sent?: FlatStroke[];
}

const keyOf = (round: Id) => `hanzhi:writing-round:${round}`;

function read(round: Id): Kept {
	try {
		const kept = JSON.parse(sessionStorage.getItem(keyOf(round)) ?? '') as Kept;
		return Array.isArray(kept.strokes) ? kept : { strokes: [] };
	} catch {
		return { strokes: [] };
	}
}

/** What somebody has drawn in a round: it outlives a reload of the page, and goes with the tab. Reactive. */
export class Drawn {
	strokes = $state.raw<FlatStroke[]>([]);
	sent = $state.raw<FlatStroke[]>();

	constructor(private readonly round: Id) {
		Object.assign(this, read(round));
	}

	/** There is something that was not handed in. */
	get open(): boolean {
		return this.strokes.length > 0 && JSON.stringify(this.strokes) !== JSON.stringify(this.sent);
	}

	set(strokes: FlatStroke[]): void {
		this.strokes = strokes;
		this.keep();
	}

	handedIn(strokes: FlatStroke[]): void {
		this.sent = strokes;
		this.keep();
	}

	private keep(): void {
		try {
			const kept: Kept = { strokes: this.strokes, sent: this.sent };
			sessionStorage.setItem(keyOf(this.round), JSON.stringify(kept));
		} catch {
			// Nowhere to keep it: it lives as long as the page.
		}
	}
}
