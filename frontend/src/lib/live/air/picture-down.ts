import { CONFIG, H264, KEY, type MediaFrame } from '../protocol.ts';

/** So many pictures wait for the decoder: it does not keep up, the rest is left out up to the next whole one. */
const BEHIND = 12;

/** Decodes the pictures of one person's camera or screen and draws them where they are shown. */
export class PictureDown {
	private decoder?: VideoDecoder;
	private codec = '';
	private description?: Uint8Array<ArrayBuffer>;
	private next?: number;
	private whole = false;
	private readonly canvases = new Set<HTMLCanvasElement>();

	/** Draws into `host` from now on. */
	show(host: HTMLElement): () => void {
		const canvas = document.createElement('canvas');
		canvas.setAttribute('aria-hidden', 'true');
		canvas.width = canvas.height = 0;
		const [drawn] = this.canvases;
		host.append(canvas);
		this.canvases.add(canvas);
		if (drawn?.width) this.draw(canvas, drawn, drawn.width, drawn.height);
		return () => {
			this.canvases.delete(canvas);
			canvas.remove();
		};
	}

	get shown(): boolean {
		return this.canvases.size > 0;
	}

	frame(frame: MediaFrame): void {
		const missed = this.next !== undefined && frame.sequence !== this.next;
		this.next = (frame.sequence + 1) & 0xffff;
		if (missed) this.whole = false;
		if (frame.flags & CONFIG) {
			this.description = frame.payload.slice();
			this.close();
			return;
		}
		const key = (frame.flags & KEY) !== 0;
		if (!this.shown || (this.decoder && this.decoder.decodeQueueSize > BEHIND)) this.whole = false;
		if (!this.shown || (!this.whole && !key)) return;
		this.whole = true;
		this.decode(frame, key);
	}

	/** Nothing is there to be seen any more. */
	clear(): void {
		this.close();
		this.next = undefined;
		for (const canvas of this.canvases) canvas.width = canvas.height = 0;
	}

	close(): void {
		this.whole = false;
		if (this.decoder && this.decoder.state !== 'closed') this.decoder.close();
		this.decoder = undefined;
	}

	private decode({ flags, payload, time }: MediaFrame, key: boolean): void {
		const codec = flags & H264 ? 'avc1.42E01F' : 'vp8';
		try {
			if (!this.decoder || this.decoder.state === 'closed' || codec !== this.codec)
				this.open(codec);
			const type = key ? 'key' : 'delta';
			this.decoder!.decode(new EncodedVideoChunk({ type, timestamp: time * 1000, data: payload }));
		} catch {
			this.close();
		}
	}

	private open(codec: string): void {
		this.close();
		this.whole = true;
		this.codec = codec;
		const decoder = new VideoDecoder({
			output: (picture) => this.drawn(picture),
			// Spoilt data costs up to the next whole picture.
			error: () => decoder === this.decoder && this.close()
		});
		const description = codec === 'vp8' ? undefined : this.description;
		decoder.configure({ codec, optimizeForLatency: true, ...(description && { description }) });
		this.decoder = decoder;
	}

	private drawn(picture: VideoFrame): void {
		for (const canvas of this.canvases)
			this.draw(canvas, picture, picture.displayWidth, picture.displayHeight);
		picture.close();
	}

	private draw(canvas: HTMLCanvasElement, from: CanvasImageSource, w: number, h: number): void {
		if (canvas.width !== w) canvas.width = w;
		if (canvas.height !== h) canvas.height = h;
		canvas.getContext('2d')!.drawImage(from, 0, 0, w, h);
	}
}
