import type { MediaFrame } from '../protocol.ts';
import type { Quality } from './transport.ts';

/** What voice and picture need of the line to a class; `Live` is one. */
export interface Line {
	/** Sends a media frame unless more than `most` bytes wait already; false when it was not sent. */
	sendFrame(frame: Uint8Array<ArrayBuffer>, most?: number): boolean;
	onFrame(listener: (frame: MediaFrame) => void): () => void;
	on<D = never>(name: string, listener: (data: D) => void): () => void;
	/** Says something of the moment. */
	say(name: string, body?: unknown): void;
	/** Does a command; resolves when the class has answered. */
	do(name: string, body?: unknown): Promise<unknown>;
	/** Bytes that wait to be sent. */
	readonly backlog: number;
	/** Told to the server with every ping. */
	vitals: Quality;
}
