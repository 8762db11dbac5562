import type { Id } from '../protocol.ts';

/** What can be on air. */
export type Kind = 'voice' | 'picture' | 'screen';

/** How voice fares at this listener. */
export interface Quality {
	/** Ms that voice waits here so that it plays evenly. */
	delay?: number;
	/** Share of it that came too late or never, 0–1. */
	loss?: number;
}

/** Something of one's own that is on air. */
export interface Published {
	/** Voice is sent only while this is set; whether somebody speaks is found out besides. */
	open: boolean;
	/** Takes it off. The track stays the caller's. */
	stop(): void;
}

/** What a transport tells while it runs. */
export interface Heard {
	/** How loud people are, 0–1 of full scale, of what was decoded; ten times a second. */
	levels(levels: ReadonlyMap<Id, number>): void;
	/** One's own microphone: how loud it is in dB below full scale, and whether it is sent. */
	own(level: number, speaking: boolean): void;
	/** The browser lets nothing be heard before the page is touched. */
	blocked(blocked: boolean): void;
	/** Pictures of one's own stopped because the line up is too weak, or go on. */
	starved(starved: boolean): void;
	/** A track could not be sent: the browser's encoder failed. */
	failed(kind: Kind): void;
}

/**
 * Carries voice and picture of a class. Who is on air, and with what, is not its matter: that stands in the log of
 * the class. docs/media-relay.md says what another one, such as an adapter of an SFU, must keep.
 */
export interface MediaTransport {
	/** Puts a track on air. The class must have agreed to it (`air.changed`), or it goes nowhere. */
	publish(kind: Kind, track: MediaStreamTrack): Promise<Published>;
	/** Shows somebody's picture or screen inside `host`, now and whenever it comes. The answer ends it. */
	show(person: Id, kind: Exclude<Kind, 'voice'>, host: HTMLElement): () => void;
	/** Loudness of everything that is heard, 0–1. */
	setVolume(volume: number): void;
	/** Lets voice be heard; call it in answer to a touch or a key. */
	unblock(): Promise<void>;
	/** Plays through this loudspeaker; "" = the usual one. False when the browser cannot choose. */
	setSpeaker(id: string): Promise<boolean>;
	quality(): Quality;
	/** KB in a minute that voice and pictures cost here just now. */
	cost(): { voice: number; pictures: number };
	close(): void;
}
