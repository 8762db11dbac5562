/** What a lesson hands to the player: one asset, addressed below one token. */
export interface StreamSource {
	/** Address every other path is relative to, with its trailing slash: "/v/<token>/". */
	base: string;
	/** Text of master.m3u8, inlined in the lesson so that no round trip is spent on it. */
	master: string;
	/** Texts of media playlists by their path in the master, where the server inlines them. */
	playlists?: Record<string, string>;
	/**
	 * Fetches a fresh base when the token has run out. Rejects with {@link Refused} when the viewer
	 * may not watch any more; any other rejection is taken for a line fault and tried again.
	 */
	renew?: () => Promise<string>;
}

/** What the viewer asked for. */
export interface Choice {
	/** A rung's name, or "auto". */
	rung: string;
	audioOnly: boolean;
	saveData: boolean;
}

/** Why the picture or the sound is not going on; null when all is well. */
export type Trouble =
	| null
	/** The line is gone; the player tries again by itself. */
	| 'offline'
	/** The line is slower than the quality the viewer fixed. */
	| 'slow'
	/** The viewer may not watch (any more). */
	| 'refused'
	/** The server has lost the file. */
	| 'missing'
	/** The device cannot decode what arrived. */
	| 'decode'
	/** Sound only: this browser has no way to play the picture. */
	| 'unsupported';

/** The picture: on screen, late (sound goes on), or not wanted. */
export type Picture = 'shown' | 'waiting' | 'off';

export interface EngineState {
	kind: 'mse' | 'native' | 'file';
	/** Rung at the playhead, null while there is none. */
	rung: string | null;
	picture: Picture;
	/** Measured line in bit/s, null before the first measure. */
	bitsPerSecond: number | null;
	trouble: Trouble;
	/** Bytes fetched in this viewing. */
	bytes: number;
}

export interface EngineOptions {
	choice: Choice;
	/** Second to start at. */
	startAt: number;
	onState: (state: EngineState) => void;
	/** Called just before the picture runs out while the sound goes on: the moment to keep a copy of it. */
	beforeGap?: () => void;
}

/** One way to play a source in a media element. */
export interface Engine {
	choose(choice: Choice): void;
	/** Moves the second to start at, while the element has nothing to play yet. */
	beginAt(second: number): void;
	/** Tries again at once after a trouble that the engine had given up on. */
	retry(): void;
	destroy(): void;
}

/** Thrown by {@link StreamSource.renew} when the server says no for good. */
export class Refused extends Error {}
