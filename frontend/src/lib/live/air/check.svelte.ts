import {
	camera,
	DeviceError,
	keepChoice,
	knownChoice,
	microphone,
	type Choice,
	type Trouble
} from './devices.ts';
import { Sound } from './sound.ts';
import { RATE } from './stretch.ts';
import { levelOf } from './voice-gate.ts';

const SECONDS = 3;

/** Tries out microphone, loudspeaker and camera without a class. Reactive. */
export class DeviceTest {
	choice = $state.raw<Choice>(knownChoice());
	level = $state(-100);
	/** The loudest that was heard since the microphone was opened. */
	loudest = $state(-100);
	listening = $state(false);
	state = $state<'idle' | 'recording' | 'playing'>('idle');
	recorded = $state(false);
	toned = $state(false);
	camera = $state.raw<MediaStreamTrack>();
	trouble = $state.raw<{ kind: 'voice' | 'picture'; why: Trouble }>();

	private sound?: Sound;
	private track?: MediaStreamTrack;
	private release?: () => void;
	private pieces: Float32Array<ArrayBuffer>[] = [];
	private closed = false;

	async choose(choice: Choice): Promise<void> {
		const before = this.choice;
		this.choice = choice;
		keepChoice(choice);
		this.sound?.setVolume(choice.volume);
		if (choice.speaker !== before.speaker) await this.sound?.setSpeaker(choice.speaker ?? '');
		const { microphone: id, echo, noise, gain } = choice;
		const other =
			id !== before.microphone ||
			echo !== before.echo ||
			noise !== before.noise ||
			gain !== before.gain;
		if (this.listening && other) await this.listen();
		if (this.camera && choice.camera !== before.camera) await this.look();
	}

	/** Opens the microphone. */
	async listen(): Promise<void> {
		this.deafen();
		await this.trying('voice', async () => {
			const track = await microphone(this.choice);
			if (this.closed) return track.stop();
			this.track = track;
			this.listening = true;
			const sound = await this.ready();
			this.release = await sound.capture(track, (samples) => this.heard(samples));
		});
	}

	deafen(): void {
		this.release?.();
		this.track?.stop();
		this.track = this.release = undefined;
		this.listening = false;
		this.level = this.loudest = -100;
		if (this.state === 'recording') this.state = 'idle';
	}

	/** Records three seconds and plays them. */
	record(): void {
		this.pieces = [];
		this.state = 'recording';
	}

	/** Plays two notes. */
	async tone(): Promise<void> {
		const sound = await this.ready();
		const samples = new Float32Array(RATE);
		for (let i = 0; i < samples.length; i++) {
			const at = i / samples.length;
			const pitch = at < 0.5 ? 440 : 660;
			samples[i] =
				0.2 * Math.sin(2 * Math.PI * pitch * (i / RATE)) * Math.sin(Math.PI * ((at * 2) % 1));
		}
		this.toned = true;
		await sound.play(samples);
	}

	async look(): Promise<void> {
		this.camera?.stop();
		await this.trying('picture', async () => {
			const track = await camera(this.choice);
			if (this.closed) track.stop();
			else this.camera = track;
		});
	}

	blind(): void {
		this.camera?.stop();
		this.camera = undefined;
	}

	close(): void {
		this.closed = true;
		this.deafen();
		this.blind();
		this.sound?.close();
	}

	private async ready(): Promise<Sound> {
		if (!this.sound) {
			this.sound = new Sound();
			this.sound.setVolume(this.choice.volume);
			if (this.choice.speaker) await this.sound.setSpeaker(this.choice.speaker);
		}
		await this.sound.unblock();
		return this.sound;
	}

	private async trying(kind: 'voice' | 'picture', what: () => Promise<void>): Promise<void> {
		this.trouble = undefined;
		try {
			await what();
		} catch (error) {
			if (kind === 'voice') this.deafen();
			else this.blind();
			this.trouble = { kind, why: error instanceof DeviceError ? error.why : 'busy' };
		}
	}

	private heard(samples: Float32Array<ArrayBuffer>): void {
		this.level = levelOf(samples);
		this.loudest = Math.max(this.loudest, this.level);
		if (this.state !== 'recording') return;
		this.pieces.push(samples);
		if (this.pieces.length * samples.length >= SECONDS * RATE) void this.replay();
	}

	private async replay(): Promise<void> {
		this.state = 'playing';
		const whole = new Float32Array(this.pieces.reduce((sum, one) => sum + one.length, 0));
		let at = 0;
		for (const piece of this.pieces) {
			whole.set(piece, at);
			at += piece.length;
		}
		await this.sound!.play(whole);
		this.recorded = true;
		if (this.state === 'playing') this.state = 'idle';
	}
}
