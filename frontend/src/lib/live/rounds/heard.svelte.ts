import { SvelteSet } from 'svelte/reactivity';
import type { Id } from '../protocol.ts';
import type { LiveClass } from './class.ts';

/** A line of captions. */
export interface Caption {
	id: number;
	text: string;
	language: string;
	at: number;
}

/** A message to all rooms. */
export interface Notice {
	id: number;
	name: string;
	text: string;
	at: number;
}

const MOST = 200;

/** What was said to all while one was here: captions, messages to all rooms, and who has answered. Reactive. */
export class Heard {
	captions = $state.raw<readonly Caption[]>([]);
	notices = $state.raw<readonly Notice[]>([]);
	/** Who is known to have answered the poll; staff hears of all. */
	readonly answered = new SvelteSet<Id>();
	private poll?: Id;

	constructor(live: LiveClass) {
		live.on<{ text: string; language: string }>('caption.said', (said, event) => {
			const line = { ...said, id: event?.offset ?? live.now(), at: event?.at ?? live.now() };
			this.captions = [...this.captions.slice(1 - MOST), line];
		});
		live.on<{ text: string; name: string }>('broadcast', (said, event) => {
			const notice = { ...said, id: event?.offset ?? live.now(), at: event?.at ?? live.now() };
			this.notices = [...this.notices.slice(-9), notice];
		});
		live.on<{ poll: Id }>('poll.opened', ({ poll }) => this.begin(poll));
		live.on<{ poll: Id; person: Id }>('poll.answered', ({ poll, person }) => {
			if (poll !== this.poll) this.begin(poll);
			this.answered.add(person);
		});
	}

	private begin(poll: Id) {
		this.poll = poll;
		this.answered.clear();
	}

	/** Takes a message from the screen. */
	dismiss(id: number): void {
		this.notices = this.notices.filter((notice) => notice.id !== id);
	}
}

const heard = new WeakMap<LiveClass, Heard>();

/** One ear for a class, shared by all that show what was said in it. */
export function heardIn(live: LiveClass): Heard {
	const known = heard.get(live);
	if (known) return known;
	const made = new Heard(live);
	heard.set(live, made);
	return made;
}
