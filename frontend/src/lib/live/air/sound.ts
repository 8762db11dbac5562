import capture from './capture.worklet.js?url&no-inline';
import player from './player.worklet.ts?worker&url';
import { RATE } from './stretch.ts';

/** The sound of the page: one context for what is heard and what is said. */
export class Sound {
	readonly context = new AudioContext({ sampleRate: RATE, latencyHint: 'interactive' });
	private readonly gain = this.context.createGain();
	private captures?: Promise<void>;
	private readonly touched = () => void this.unblock();

	/** `onblocked`: whether the browser waits for a touch before it lets anything be heard. */
	constructor(onblocked: (blocked: boolean) => void = () => undefined) {
		this.gain.connect(this.context.destination);
		const look = () => onblocked(this.context.state !== 'running');
		this.context.addEventListener('statechange', look);
		// The state says nothing until the context had time to start.
		setTimeout(look, 500);
		for (const event of ['pointerdown', 'keydown']) document.addEventListener(event, this.touched);
	}

	async unblock(): Promise<void> {
		if (this.context.state !== 'running' && this.context.state !== 'closed')
			await this.context.resume().catch(() => undefined); // it was closed meanwhile
	}

	setVolume(volume: number): void {
		this.gain.gain.setTargetAtTime(volume, this.context.currentTime, 0.02);
	}

	async setSpeaker(id: string): Promise<boolean> {
		const context = this.context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
		try {
			await context.setSinkId?.(id);
			return context.setSinkId !== undefined;
		} catch {
			return false; // it was pulled out: the usual one goes on
		}
	}

	/** Mixes and plays voices. It is fetched until the line lets it through; undefined when the sound was closed before. */
	async player(): Promise<AudioWorkletNode | undefined> {
		for (let tries = 0; this.context.state !== 'closed'; tries++) {
			try {
				return await this.loaded(tries);
			} catch {
				const wait = Math.min(1000 * 2 ** tries, 30_000);
				await new Promise((resolve) => setTimeout(resolve, wait));
			}
		}
		return undefined;
	}

	private async loaded(tries: number): Promise<AudioWorkletNode> {
		const address = new URL(player, location.href);
		// A worklet remembers an address that failed.
		if (tries > 0) address.searchParams.set('again', String(tries));
		await this.context.audioWorklet.addModule(address);
		const node = new AudioWorkletNode(this.context, 'player', {
			numberOfInputs: 0,
			outputChannelCount: [1]
		});
		node.connect(this.gain);
		return node;
	}

	/** Hands over what a microphone hears, 20 ms at a time; `frame` is the place of the first sample. */
	async capture(
		track: MediaStreamTrack,
		heard: (samples: Float32Array<ArrayBuffer>, frame: number) => void
	): Promise<() => void> {
		this.captures ??= this.context.audioWorklet.addModule(capture);
		await this.captures;
		const source = this.context.createMediaStreamSource(new MediaStream([track]));
		const node = new AudioWorkletNode(this.context, 'capture', {
			numberOfOutputs: 0,
			channelCount: 1,
			channelCountMode: 'explicit'
		});
		type Told = { frame: number; samples: Float32Array<ArrayBuffer> };
		node.port.onmessage = ({ data }: MessageEvent<Told>) => heard(data.samples, data.frame);
		source.connect(node);
		return () => {
			node.port.onmessage = null;
			source.disconnect();
		};
	}

	/** Plays samples; resolves when they were heard. */
	play(samples: Float32Array<ArrayBuffer>): Promise<void> {
		const buffer = this.context.createBuffer(1, samples.length, RATE);
		buffer.copyToChannel(samples, 0);
		const source = this.context.createBufferSource();
		source.buffer = buffer;
		source.connect(this.gain);
		source.start();
		return new Promise((resolve) => (source.onended = () => resolve()));
	}

	close(): void {
		for (const event of ['pointerdown', 'keydown'])
			document.removeEventListener(event, this.touched);
		void this.context.close();
	}
}
