import type { Live } from '../live.svelte.ts';
import { onDestroy } from 'svelte';

/** What is beside or below the board. */
export type Tab = 'rounds' | 'chat' | 'people';

const ROUNDS = ['poll.opened', 'poll.shown', 'write.opened', 'write.shown', 'read.opened'];

function typing(): boolean {
	return document.activeElement?.matches('input, textarea') ?? false;
}

/** Which part of the room is open, and what has happened in the others meanwhile. */
export class Shown {
	tab = $state<Tab>('rounds');
	/** Something began that is not looked at. */
	news = $state(false);
	private seen = $state(0);

	constructor(private readonly live: Live) {
		this.seen = live.room?.chat.length ?? 0;
	}

	/** Messages of others that came since the chat was last open. */
	readonly unread = $derived.by(() => {
		const { room, you } = this.live;
		if (!room || this.tab === 'chat') return 0;
		return room.chat.slice(this.seen).filter(({ by, deleted }) => by !== you?.id && !deleted)
			.length;
	});

	/** Those who wait for a teacher: a hand up or at the door. */
	readonly calls = $derived.by(() => {
		const { room } = this.live;
		return (room?.hands.length ?? 0) + (room?.waiting ?? 0);
	});

	show(tab: Tab): void {
		if (this.tab === 'chat' || tab === 'chat') this.seen = this.live.room?.chat.length ?? 0;
		if (tab === 'rounds') this.news = false;
		this.tab = tab;
	}

	/** A round has begun: it comes to the front, unless somebody is typing. */
	begun(): void {
		if (this.tab === 'rounds') return;
		if (typing()) this.news = true;
		else this.show('rounds');
	}
}

/** The room of a class; call it while a component is made. */
export function openRoom(live: Live): Shown {
	const shown = new Shown(live);
	const stops = ROUNDS.map((name) => live.on(name, () => shown.begun()));
	onDestroy(() => stops.forEach((stop) => stop()));
	return shown;
}
