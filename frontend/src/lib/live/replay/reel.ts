import type { ReplayTrack } from '#lib/services/replay.ts';
import { frameAt, readPictures, type RecordedPictures } from './webm.ts';

/** Pieces end a little before the next one begins. */
const GAP = 600;

type Piece = ReplayTrack['pieces'][number];

/** The piece of a track that is seen at a moment of the class. */
export function pieceAt({ pieces }: ReplayTrack, now: number): Piece | undefined {
	return pieces.findLast(({ start, length }) => start <= now && now < start + length + GAP);
}

/**
 * Shows what a camera or a screen showed at a moment, to the picture: from the last key frame on it decodes up to there, and
 * draws only what is due. Going on decodes what is new.
 */
export class Reel {
	private piece?: Piece;
	private pictures?: RecordedPictures;
	private decoder?: VideoDecoder;
	/** Frame that the decoder was given last; −1 = it begins with a key frame. */
	private given = -1;
	private wanted = -1;
	private waiting = 0;

	constructor(
		private readonly track: ReplayTrack,
		private readonly canvas: HTMLCanvasElement
	) {}

	/** Shows a moment of the class; `still`: nothing follows by itself. */
	at(now: number, still: boolean): void {
		const piece = pieceAt(this.track, now);
		if (piece !== this.piece) void this.open(piece, now, still);
		else if (piece && this.pictures) this.show(this.pictures, now - piece.start, still);
	}

	close(): void {
		this.piece = this.pictures = undefined;
		this.drop();
	}

	private async open(piece: Piece | undefined, now: number, still: boolean): Promise<void> {
		this.piece = piece;
		this.pictures = undefined;
		this.wanted = -1;
		this.drop();
		if (!piece) return;
		const turn = ++this.waiting;
		try {
			const answer = await fetch(piece.url);
			if (!answer.ok) return;
			const pictures = readPictures(new Uint8Array(await answer.arrayBuffer()));
			if (turn !== this.waiting || this.piece !== piece) return;
			this.pictures = pictures;
			this.show(pictures, now - piece.start, still);
			// The next one is in the browser's cache when its turn comes.
			const next = this.track.pieces[this.track.pieces.indexOf(piece) + 1];
			if (next && !still) void fetch(next.url).catch(() => undefined);
		} catch {
			// The line broke; voice and board go on, and the next piece is tried.
		}
	}

	private show({ frames, codec, description }: RecordedPictures, at: number, still: boolean): void {
		const { frame, key } = frameAt(frames, at);
		if (frame < 0 || key < 0 || frame === this.wanted) return;
		this.wanted = frame;
		try {
			if (!this.decoder || this.decoder.state === 'closed') this.make();
			if (this.given < 0 || frame < this.given || key > this.given) {
				this.decoder!.reset();
				this.decoder!.configure({
					codec,
					optimizeForLatency: true,
					...(description && { description })
				});
				this.given = key - 1;
			}
			for (let i = this.given + 1; i <= frame; i++) this.decode(frames[i], i);
			this.given = frame;
			if (!still) return;
			// A decoder may hold pictures back until more come. After this it wants a key frame.
			this.decoder!.flush().catch(() => undefined);
			this.given = -1;
		} catch {
			this.drop();
		}
	}

	private decode({ data, key }: RecordedPictures['frames'][number], number: number): void {
		const type = key ? 'key' : 'delta';
		this.decoder!.decode(new EncodedVideoChunk({ type, timestamp: number * 1000, data }));
	}

	private make(): void {
		this.given = -1;
		const decoder = new VideoDecoder({
			output: (picture) => this.draw(picture),
			error: () => decoder === this.decoder && this.drop()
		});
		this.decoder = decoder;
	}

	private draw(picture: VideoFrame): void {
		// Those before it are only there to be built upon.
		if (Math.round(picture.timestamp / 1000) === this.wanted) {
			const { canvas } = this;
			canvas.width = picture.displayWidth;
			canvas.height = picture.displayHeight;
			canvas.getContext('2d')?.drawImage(picture, 0, 0);
		}
		picture.close();
	}

	private drop(): void {
		if (this.decoder && this.decoder.state !== 'closed') this.decoder.close();
		this.decoder = undefined;
		this.given = -1;
	}
}
