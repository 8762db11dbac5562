/** Longest recording that a term may have, in seconds. */
export const LONGEST = 30;
/** Below this share of full loudness nothing was said. */
const SILENCE = 0.02;

export type RecorderState = 'idle' | 'asking' | 'recording' | 'done';
/** Why there is no recording: the microphone may not be used, there is none, or nothing was heard. */
export type RecorderProblem = '' | 'denied' | 'none' | 'quiet';

/** Records a few seconds of speech, and tells how loud it is meanwhile. */
export class Recorder {
	state = $state<RecorderState>('idle');
	problem = $state<RecorderProblem>('');
	/** 0 to 1, of the moment. */
	level = $state(0);
	seconds = $state(0);
	/** Where the recording can be heard on this page. */
	url = $state('');
	#blob: Blob | undefined;
	#peak = 0;
	#stream: MediaStream | undefined;
	#media: MediaRecorder | undefined;
	#sound: AudioContext | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;

	/** Begins, after asking for the microphone; what was recorded before is forgotten. */
	async start(): Promise<void> {
		if (this.state === 'asking' || this.state === 'recording') return;
		this.#forget();
		this.problem = '';
		this.state = 'asking';
		try {
			const audio = { echoCancellation: false, noiseSuppression: true, autoGainControl: true };
			this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
		} catch (error) {
			const name = (error as Error).name;
			this.problem = name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'none';
			this.state = 'idle';
			return;
		}
		// The page was left while the browser asked.
		if (this.state !== 'asking') return this.#release();
		this.#record(this.#stream);
	}

	/** Ends; the recording can then be heard. */
	stop(): void {
		if (this.#media?.state === 'recording') this.#media.stop();
	}

	/** The recording as a file. */
	file(name: string): File | undefined {
		if (!this.#blob) return undefined;
		const end = this.#blob.type.includes('mp4') ? 'm4a' : 'webm';
		return new File([this.#blob], `${name}.${end}`, { type: this.#blob.type });
	}

	/** Gives everything back; the recording is forgotten. */
	close(): void {
		this.#release();
		this.#forget();
		this.state = 'idle';
	}

	#record(stream: MediaStream): void {
		const types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
		const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
		const media = new MediaRecorder(stream, mimeType ? { mimeType } : {});
		const pieces: Blob[] = [];
		media.ondataavailable = ({ data }) => pieces.push(data);
		media.onstop = () => this.#done(new Blob(pieces, { type: media.mimeType.split(';')[0] }));
		media.start();
		this.#media = media;
		this.state = 'recording';
		this.#listen(stream);
	}

	#listen(stream: MediaStream): void {
		this.#sound = new AudioContext();
		const meter = this.#sound.createAnalyser();
		meter.fftSize = 2048;
		this.#sound.createMediaStreamSource(stream).connect(meter);
		const samples = new Float32Array(meter.fftSize);
		const begun = performance.now();
		this.#peak = 0;
		this.#timer = setInterval(() => {
			meter.getFloatTimeDomainData(samples);
			this.level = samples.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
			this.#peak = Math.max(this.#peak, this.level);
			this.seconds = (performance.now() - begun) / 1000;
			if (this.seconds >= LONGEST) this.stop();
		}, 80);
	}

	#done(blob: Blob): void {
		this.#release();
		if (this.state !== 'recording') return;
		if (this.#peak < SILENCE) {
			this.problem = 'quiet';
			this.state = 'idle';
			return;
		}
		this.#blob = blob;
		this.url = URL.createObjectURL(blob);
		this.state = 'done';
	}

	#release(): void {
		clearInterval(this.#timer);
		const media = this.#media;
		this.#media = undefined;
		if (media?.state === 'recording') {
			media.onstop = null;
			media.stop();
		}
		for (const track of this.#stream?.getTracks() ?? []) track.stop();
		void this.#sound?.close().catch(() => undefined);
		this.#stream = this.#sound = undefined;
		this.level = 0;
	}

	#forget(): void {
		if (this.url) URL.revokeObjectURL(this.url);
		this.url = '';
		this.seconds = 0;
		this.#blob = undefined;
	}
}
