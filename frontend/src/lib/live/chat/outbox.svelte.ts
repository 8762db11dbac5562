import { newReportId as newId } from '#lib/progress/report.ts';
import type { Live } from '../live.svelte.ts';
import type { Id, TermCard } from '../protocol.ts';
import { why } from '../why.ts';

/** A message on its way. Its id is the key under which it is sent as often as it takes. */
export interface Outgoing {
	id: Id;
	text: string;
	replyTo?: Id;
	private?: boolean;
	term?: TermCard;
	/** Why the class did not take it. */
	failed?: string;
}

interface Kept {
	draft: string;
	outgoing: Outgoing[];
}

/**
 * What somebody writes in a class: the draft, and messages that are not there yet. Both survive a reload, and a
 * message that is sent again is there once.
 */
export class ChatOutbox {
	draft = $state('');
	outgoing = $state<Outgoing[]>([]);
	private readonly key: string;

	constructor(private readonly live: Live) {
		this.key = `hanzhi:live:${live.id}:${live.you?.id}`;
		const kept = this.read();
		this.draft = kept.draft;
		const there = new Set(live.room?.chat.map(({ message }) => message));
		for (const one of kept.outgoing) if (!there.has(one.id)) this.put(one);
	}

	/** Remembers the draft; call it when it has changed. */
	keep(): void {
		try {
			const kept: Kept = { draft: this.draft, outgoing: $state.snapshot(this.outgoing) };
			sessionStorage.setItem(this.key, JSON.stringify(kept));
		} catch {
			// Then it lasts as long as the page.
		}
	}

	post(message: Omit<Outgoing, 'id' | 'failed'>): void {
		this.put({ ...message, id: newId() });
		this.keep();
	}

	again(id: Id): void {
		const one = this.outgoing.find((message) => message.id === id);
		if (!one) return;
		this.drop(id);
		this.put({ ...one, failed: undefined });
	}

	drop(id: Id): void {
		this.outgoing = this.outgoing.filter((message) => message.id !== id);
		this.keep();
	}

	private put(message: Outgoing): void {
		this.outgoing.push(message);
		void this.send(message);
	}

	private async send({ id, failed: _, ...body }: Outgoing): Promise<void> {
		try {
			await this.live.do('chat.post', body, id);
			this.drop(id);
		} catch (error) {
			const one = this.outgoing.find((message) => message.id === id);
			if (one) one.failed = why(error);
			this.keep();
		}
	}

	private read(): Kept {
		try {
			const kept = JSON.parse(sessionStorage.getItem(this.key) ?? 'null') as Kept | null;
			if (kept) return { draft: kept.draft ?? '', outgoing: kept.outgoing ?? [] };
		} catch {
			// Nothing that can be read: nothing is kept.
		}
		return { draft: '', outgoing: [] };
	}
}

const boxes = new WeakMap<Live, ChatOutbox>();

/** The outbox of a class, the same for as long as one is in it. */
export function outboxOf(live: Live): ChatOutbox {
	const box = boxes.get(live) ?? new ChatOutbox(live);
	boxes.set(live, box);
	return box;
}
