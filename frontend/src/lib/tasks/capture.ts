/** What the server takes of one file. */
export const MAX_BYTES = 1 << 20;
const SIDE = 1600;
const LONGEST_MS = 90_000;
const QUALITY = 0.8;

/** A picture as a JPEG small enough for a weak line: at most 1600 pixels a side. Rejects what is no picture. */
export async function smallPicture(file: Blob): Promise<Blob> {
	const bitmap = await createImageBitmap(file);
	const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
	const canvas = document.createElement('canvas');
	canvas.width = Math.max(1, Math.round(bitmap.width * scale));
	canvas.height = Math.max(1, Math.round(bitmap.height * scale));
	canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
	bitmap.close();
	return new Promise((resolve, reject) =>
		canvas.toBlob(
			(blob) => (blob ? resolve(blob) : reject(new Error('no picture'))),
			'image/jpeg',
			QUALITY
		)
	);
}

/** Whether this browser can record speech. */
export const canRecord = () =>
	typeof MediaRecorder !== 'undefined' && navigator.mediaDevices !== undefined;

/** A recording of up to a minute and a half, at a rate that a weak line can carry. */
export class Recording {
	private readonly pieces: Blob[] = [];
	private readonly timer: ReturnType<typeof setTimeout>;
	private dropped = false;

	private constructor(
		private readonly recorder: MediaRecorder,
		private readonly stream: MediaStream,
		done: (data: Blob) => void
	) {
		recorder.ondataavailable = (event) => this.pieces.push(event.data);
		recorder.onstop = () => {
			for (const track of this.stream.getTracks()) track.stop();
			if (!this.dropped) done(new Blob(this.pieces, { type: recorder.mimeType }));
		};
		recorder.start();
		this.timer = setTimeout(() => this.stop(), LONGEST_MS);
	}

	/** Asks for the microphone and begins. Rejects when it is not given. */
	static async begin(done: (data: Blob) => void): Promise<Recording> {
		const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
		const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32_000 });
		return new Recording(recorder, stream, done);
	}

	stop(): void {
		clearTimeout(this.timer);
		if (this.recorder.state !== 'inactive') this.recorder.stop();
	}

	/** Ends without a result. */
	cancel(): void {
		this.dropped = true;
		this.stop();
	}
}
