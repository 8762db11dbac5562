import { H264, KEY, PICTURE, SCREEN, writeFrame } from '../protocol.ts';
import { fitted, readFrames, scaled } from './frames.ts';
import type { Line } from './line.ts';
import { Pacer } from './line-rate.ts';

/** What is sent of a camera, and of a screen: that changes seldom, and has to be read. */
const SHAPES = {
	picture: { kind: PICTURE, width: 320, rate: 12, keyEvery: 4000 },
	screen: { kind: SCREEN, width: 1280, rate: 4, keyEvery: 8000 }
};
/** A picture that large is refused by the server. */
const LARGEST = 65_536 - 8;
const NARROWEST = 320;
/** More than this waits in the line: the next picture is not even encoded. */
export const WAITS = 16_384;
/** A screen on which nothing moves sends no pictures: the last one is sent again for newcomers. */
const STILL = 1000;

export interface PictureEvents {
	/** Bits a second that the line carries; 0 = no pictures just now. */
	bitrate(): number;
	codec: string;
	failed(): void;
}

/** Sends the pictures of one track: small, with a whole one every few seconds, and fewer when the line is weak. */
export class PictureUp {
	private readonly shape;
	private readonly pacer: Pacer;
	private encoder?: VideoEncoder;
	private configured = '';
	private bitrate = 0;
	private width: number;
	private sequence = Math.floor(Math.random() * 0x10000);
	private last?: VideoFrame;
	private lastAt = 0;
	private readonly stopFrames: () => void;
	private readonly timer: ReturnType<typeof setInterval>;
	private failures = 0;

	constructor(
		kind: 'picture' | 'screen',
		track: MediaStreamTrack,
		private readonly line: Line,
		private readonly events: PictureEvents
	) {
		this.shape = SHAPES[kind];
		this.width = this.shape.width;
		this.pacer = new Pacer(this.shape.rate, this.shape.keyEvery);
		this.stopFrames = readFrames(track, (frame) => this.came(frame));
		this.timer = setInterval(() => this.again(), STILL);
	}

	/** Somebody has come who needs a whole picture. */
	wantKey(): void {
		this.pacer.wantKey();
	}

	stop(): void {
		clearInterval(this.timer);
		this.stopFrames();
		this.last?.close();
		this.last = undefined;
		if (this.encoder && this.encoder.state !== 'closed') this.encoder.close();
	}

	private came(frame: VideoFrame): void {
		const now = performance.now();
		const taken = this.ready() ? this.pacer.take(now) : undefined;
		if (!taken) {
			frame.close();
			return;
		}
		this.last?.close();
		this.last = this.shape.kind === SCREEN ? frame.clone() : undefined;
		this.lastAt = now;
		this.encode(frame, taken.key, now);
	}

	private again(): void {
		const now = performance.now();
		if (!this.last || now - this.lastAt < STILL || !this.ready()) return;
		const taken = this.pacer.take(now);
		if (taken) this.encode(this.last.clone(), taken.key, now);
	}

	/** Left out before it is encoded: what follows does not refer to it. */
	private ready(): boolean {
		const idle = (this.encoder?.encodeQueueSize ?? 0) < 2;
		return idle && this.events.bitrate() > 0 && this.line.backlog < WAITS;
	}

	private encode(frame: VideoFrame, key: boolean, now: number): void {
		try {
			const [width, height] = fitted(frame.displayWidth, frame.displayHeight, this.width);
			const fresh = this.configure(width, height);
			const picture = scaled(frame, width, height);
			const timed = new VideoFrame(picture, { timestamp: Math.round(now * 1000) });
			picture.close();
			this.encoder!.encode(timed, { keyFrame: key || fresh });
			timed.close();
		} catch {
			this.broke();
		}
	}

	/** Sets the encoder to size and bit rate; answers whether it is a new one, which begins with a whole picture. */
	private configure(width: number, height: number): boolean {
		const { codec } = this.events;
		const wanted = this.events.bitrate();
		const size = `${width}x${height}`;
		const near = Math.abs(wanted - this.bitrate) < this.bitrate * 0.15;
		const fresh = !this.encoder || this.encoder.state === 'closed';
		if (!fresh && near && size === this.configured) return false;
		if (fresh)
			this.encoder = new VideoEncoder({
				output: (chunk) => this.send(chunk),
				error: () => this.broke()
			});
		this.encoder!.configure({
			codec,
			width,
			height,
			bitrate: wanted,
			framerate: this.shape.rate,
			latencyMode: 'realtime',
			bitrateMode: 'constant',
			...(codec === 'vp8' ? {} : { avc: { format: 'annexb' } })
		});
		const resized = size !== this.configured;
		[this.configured, this.bitrate] = [size, wanted];
		return fresh || resized;
	}

	private broke(): void {
		if (this.encoder && this.encoder.state !== 'closed') this.encoder.close();
		this.encoder = undefined;
		this.pacer.broken();
		if (++this.failures >= 3) this.events.failed();
	}

	private send(chunk: EncodedVideoChunk): void {
		if (chunk.byteLength > LARGEST) {
			this.width = Math.max(NARROWEST, Math.round(this.width * 0.75));
			this.pacer.broken();
			return;
		}
		const payload = new Uint8Array(chunk.byteLength);
		chunk.copyTo(payload);
		const key = chunk.type === 'key' ? KEY : 0;
		const flags = key | (this.events.codec === 'vp8' ? 0 : H264);
		const time = Math.round(chunk.timestamp / 1000);
		const frame = { kind: this.shape.kind, flags, sequence: this.sequence, time, payload };
		if (this.line.sendFrame(writeFrame(frame), WAITS * 2)) {
			this.sequence++;
			this.failures = 0;
		} else this.pacer.broken();
	}
}
