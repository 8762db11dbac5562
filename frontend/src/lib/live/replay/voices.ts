import type { ReplayTrack } from '#lib/services/replay.ts';
import { spoken, type Span } from './quiet.ts';
import { atTempo } from './tempo.ts';

/** How far ahead pieces are fetched, ms of the class at its own speed; what was heard that long ago is let go. */
const AHEAD = 15_000;
const BEHIND = 30_000;

interface Piece {
	url: string;
	start: number;
	length: number;
}

/**
 * Plays the voices of a class at their times. Pieces are fetched a little ahead, decoded whole and put on the clock of
 * the sound card, so that one follows the other without a gap, and several people may speak at once.
 */
export class Voices {
	private readonly context = new AudioContext();
	private readonly pieces: Piece[];
	private readonly decoded = new Map<string, Promise<AudioBuffer | undefined>>();
	private readonly spans = new Map<string, Span[]>();
	private readonly playing = new Map<string, AudioBufferSourceNode>();
	private readonly failed = new Set<string>();
	private speed = 1;

	constructor(
		tracks: readonly ReplayTrack[],
		private readonly onfailure: () => void
	) {
		this.pieces = tracks.filter(({ kind }) => kind === 'voice').flatMap(({ pieces }) => pieces);
	}

	/** Sees to it that what is due at a moment of the class, and soon after, is heard. */
	at(time: number, speed = 1): void {
		void this.context.resume().catch(() => undefined); // it was closed meanwhile
		if (speed !== this.speed) this.stop();
		this.speed = speed;
		for (const piece of this.pieces) {
			const end = piece.start + piece.length;
			if (end < time - BEHIND || piece.start > time + 4 * AHEAD) this.decoded.delete(piece.url);
			if (end <= time || piece.start > time + AHEAD * speed) continue;
			if (this.playing.has(piece.url) || this.failed.has(piece.url)) continue;
			this.play(piece, time);
		}
	}

	/** The next moment from `time` on at which somebody speaks, or at which it is not known yet whether. */
	next(time: number): number {
		let first = Infinity;
		for (const { url, start, length } of this.pieces) {
			if (start + length <= time || start >= first || this.failed.has(url)) continue;
			const known = this.spans.get(url);
			const span = known?.find(([, to]) => start + to > time);
			if (span) first = Math.min(first, Math.max(time, start + span[0]));
			else if (!known) first = Math.min(first, Math.max(time, start));
		}
		return first;
	}

	/** Nothing is heard any more. */
	stop(): void {
		for (const node of this.playing.values()) {
			node.onended = null;
			try {
				node.stop();
			} catch {
				// It had not begun.
			}
		}
		this.playing.clear();
		this.failed.clear();
	}

	close(): void {
		this.stop();
		void this.context.close();
	}

	private play(piece: Piece, time: number): void {
		const { speed } = this;
		const asked = this.context.currentTime;
		const node = this.context.createBufferSource();
		this.playing.set(piece.url, node);
		void this.fetch(piece).then((buffer) => {
			if (!buffer || this.playing.get(piece.url) !== node) return;
			node.buffer = this.paced(buffer, speed);
			const late = this.context.currentTime - asked;
			const wait = (piece.start - time) / 1000 / speed - late;
			node.connect(this.context.destination);
			node.onended = () => this.playing.delete(piece.url);
			if (wait >= 0) node.start(this.context.currentTime + wait);
			else if (-wait < node.buffer.duration) node.start(0, -wait);
			else this.playing.delete(piece.url);
		});
	}

	/** Bytes of all voices are small; what is far away is fetched when it is near. */
	private fetch(piece: Piece): Promise<AudioBuffer | undefined> {
		let buffer = this.decoded.get(piece.url);
		if (!buffer) {
			buffer = fetch(piece.url)
				.then((answer) =>
					answer.ok ? answer.arrayBuffer() : Promise.reject(new Error(answer.statusText))
				)
				.then((bytes) => this.context.decodeAudioData(bytes))
				.then((sound) => {
					this.spans.set(piece.url, spoken(sound.getChannelData(0), sound.sampleRate));
					return sound;
				})
				.catch(() => {
					this.decoded.delete(piece.url);
					if (!this.failed.has(piece.url)) this.onfailure();
					this.failed.add(piece.url);
					return undefined;
				});
			this.decoded.set(piece.url, buffer);
		}
		return buffer;
	}

	private paced(buffer: AudioBuffer, speed: number): AudioBuffer {
		if (speed === 1) return buffer;
		const samples = atTempo(buffer.getChannelData(0), speed);
		const paced = this.context.createBuffer(1, samples.length, buffer.sampleRate);
		paced.copyToChannel(samples, 0);
		return paced;
	}
}
