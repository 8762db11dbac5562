import { VOICE, writeFrame } from '../protocol.ts';
import type { Line } from './line.ts';
import type { Sound } from './sound.ts';
import { RATE } from './stretch.ts';
import { OPUS } from './support.ts';
import { levelOf, VoiceGate } from './voice-gate.ts';

const BLOCK = (RATE * 60) / 1000;
/** Some seconds of voice: only a line that stands still is so far behind. */
const MOST = 131_072;
/** The clock of the microphone may run this far from that of the page before it is set anew, ms. */
const AWRY = 50;
/** Opus says with so few bytes that there is nothing to say. */
const NOTHING = 2;

interface Block {
	time: number;
	samples: Float32Array<ArrayBuffer>;
}

/** What the page is told by a microphone that is on air. */
export interface VoiceEvents {
	/** Bits a second, asked for between words. */
	bitrate(): number;
	level(db: number, speaking: boolean): void;
	failed(): void;
}

/** Sends the voice of one microphone: in blocks of 60 ms, while somebody speaks and the gate is open. */
export class VoiceUp {
	/** Closed, nothing is sent: for push-to-talk. */
	open = true;
	private encoder?: AudioEncoder;
	private bitrate = 0;
	private readonly gate = new VoiceGate();
	private block = new Float32Array(BLOCK);
	private filled = 0;
	private speaking = false;
	private before?: Block;
	private running = false;
	private anchor?: number;
	private sequence = Math.floor(Math.random() * 0x10000);
	private readonly times: number[] = [];
	private release?: () => void;
	private stopped = false;

	constructor(
		private readonly line: Line,
		private readonly events: VoiceEvents
	) {}

	async start(sound: Sound, track: MediaStreamTrack): Promise<void> {
		const release = await sound.capture(track, (samples, frame) => this.hear(samples, frame));
		if (this.stopped) release();
		else this.release = release;
	}

	stop(): void {
		this.stopped = true;
		this.release?.();
		if (this.encoder?.state !== 'closed') this.encoder?.close();
	}

	private hear(samples: Float32Array<ArrayBuffer>, frame: number): void {
		const level = levelOf(samples);
		this.speaking = this.gate.hear(level) || this.speaking;
		this.events.level(level, this.open && this.gate.open);
		this.block.set(samples, this.filled);
		this.filled += samples.length;
		if (this.filled < BLOCK) return;
		const first = ((frame + samples.length - BLOCK) / RATE) * 1000;
		this.finish({ time: this.timeOf(first), samples: this.block });
		this.block = new Float32Array(BLOCK);
		this.filled = 0;
	}

	private finish(block: Block): void {
		const send = this.open && (this.speaking || this.gate.open);
		this.speaking = false;
		if (send) {
			// The beginning of a word is softer than what opens the gate.
			if (!this.running && this.before) this.encode(this.before);
			this.encode(block);
		}
		this.running = send;
		this.before = this.open && !send ? block : undefined;
	}

	/** Time of the page for a place of the stream: even within what is said, set right between. */
	private timeOf(place: number): number {
		const now = performance.now() - 60;
		if (this.anchor === undefined || (!this.running && Math.abs(this.anchor + place - now) > AWRY))
			this.anchor = now - place;
		return Math.max(0, this.anchor + place);
	}

	private encode({ time, samples }: Block): void {
		if (!this.configure()) return;
		const data = new AudioData({
			format: 'f32-planar',
			sampleRate: RATE,
			numberOfFrames: BLOCK,
			numberOfChannels: 1,
			timestamp: time * 1000,
			data: samples
		});
		this.times.push(time);
		this.encoder!.encode(data);
		data.close();
	}

	/** Has an encoder of the bit rate that the line carries; changed only between words. */
	private configure(): boolean {
		const fresh = !this.encoder || this.encoder.state === 'closed';
		if (this.stopped || (!fresh && this.running)) return !this.stopped;
		const bitrate = this.events.bitrate();
		if (!fresh && bitrate === this.bitrate) return true;
		try {
			if (fresh) this.encoder = this.make();
			this.bitrate = bitrate;
			// No FEC: the socket loses nothing, and browsers have no decoder that would use it.
			const opus = { frameDuration: 60_000, application: 'voip', signal: 'voice', usedtx: true };
			this.encoder!.configure({ ...OPUS, bitrate, opus } as AudioEncoderConfig);
			return true;
		} catch {
			this.events.failed();
			return false;
		}
	}

	private make(): AudioEncoder {
		this.times.length = 0;
		return new AudioEncoder({
			output: (chunk) => this.send(chunk),
			error: () => this.events.failed()
		});
	}

	private send(chunk: EncodedAudioChunk): void {
		const time = this.times.shift() ?? chunk.timestamp / 1000;
		if (chunk.byteLength <= NOTHING || this.stopped) return;
		const payload = new Uint8Array(chunk.byteLength);
		chunk.copyTo(payload);
		const sequence = this.sequence++;
		this.line.sendFrame(
			writeFrame({ kind: VOICE, flags: 0, sequence, time: Math.round(time), payload }),
			MOST
		);
	}
}
