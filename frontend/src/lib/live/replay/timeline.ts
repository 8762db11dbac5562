import { apply, roomOf, type RoomState } from '../fold.ts';
import { PageObjects } from '../objects.ts';
import type { BoardObject, Id, LogEvent, Room } from '../protocol.ts';

/** Nobody of the class: what is private stays so. */
const VIEWER = { id: '', staff: false };

function empty(first?: LogEvent): RoomState {
	const page = first?.event === 'class.opened' ? (first.data?.page as Id | undefined) : undefined;
	return roomOf({
		state: 'waiting',
		pages: page ? [{ page, kind: 'blank' }] : [],
		page,
		space: '',
		count: 0,
		waiting: 0,
		recording: false,
		muted: false
	} as unknown as Room);
}

/**
 * A class as it was at a moment: the log folded up to there. Going on costs what has happened since; going back folds
 * from the beginning, which takes a fraction of a second for hours of drawing.
 */
export class Timeline {
	room: RoomState;
	private readonly pages = new Map<Id, PageObjects>();
	private next = 0;

	constructor(
		/** The log of the class itself, in order; what happened in breakout rooms is left out. */
		readonly events: readonly LogEvent[]
	) {
		this.room = empty(events[0]);
	}

	/** Goes to a moment; `onevent` hears what lies between when it is ahead. True when it had to begin anew. */
	seek(time: number, onevent?: (event: LogEvent) => void): boolean {
		const back = this.next > 0 && this.events[this.next - 1].at > time;
		if (back) {
			this.room = empty(this.events[0]);
			this.pages.clear();
			this.next = 0;
		}
		for (; this.next < this.events.length && this.events[this.next].at <= time; this.next++) {
			const event = this.events[this.next];
			apply(this.room, event, VIEWER);
			const page = event.data?.page as Id | undefined;
			if (page) this.page(page).apply(event);
			if (!back) onevent?.(event);
		}
		return back;
	}

	/** What is on the page that is shown. */
	objects(): BoardObject[] {
		return this.room.page ? this.page(this.room.page).list() : [];
	}

	private page(page: Id): PageObjects {
		let objects = this.pages.get(page);
		if (!objects) this.pages.set(page, (objects = new PageObjects()));
		return objects;
	}
}

/** Events of the class that everybody was in: breakout rooms were somewhere else. */
export function ofClass(events: readonly LogEvent[]): LogEvent[] {
	return events.filter(({ space }) => !space);
}
