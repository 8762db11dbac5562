import type { DetailedError, Upload } from 'tus-js-client';
import { csrfToken, send } from '#lib/api/client.ts';
import { isLasting, type UploadFailure } from '#lib/studio/upload/failure.ts';
import { chunkSize, Rate } from '#lib/studio/upload/rate.ts';

const endpoint = '/api/uploads';
/** No byte leaves for this long: the connection is dead, though nobody has said so. */
const STALL_MS = 90_000;

/** What is sent where. The id is made here and becomes the asset's. */
export interface Sending {
	id: string;
	institutionId: string;
	kind: 'video' | 'image' | 'audio' | 'deck';
	file: File;
}

/**
 * Tells the server of a file that is going to come, so that its asset exists from now on and can be
 * put into a lesson while the bytes are on their way. Saying it again changes nothing.
 */
export async function createUpload(
	what: Omit<Sending, 'file'> & { filename: string; size: number }
) {
	const metadata = {
		id: what.id,
		institution: what.institutionId,
		filename: what.filename,
		kind: what.kind
	};
	const headers = {
		'Tus-Resumable': '1.0.0',
		'Upload-Length': String(what.size),
		'Upload-Metadata': Object.entries(metadata)
			.map(([key, value]) => `${key} ${base64(value)}`)
			.join(',')
	};
	await send(new Request(new URL(endpoint, location.origin), { method: 'POST', headers }));
}

function base64(text: string): string {
	return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

export interface Progress {
	sent: number;
	bytesPerSecond: number;
}

/** Sends a file from the byte the server has, and can be stopped and started at any point. */
export class Sender {
	#upload: Upload | undefined;
	#rate = new Rate();
	#sent = 0;
	#running = false;
	#stall: ReturnType<typeof setInterval> | undefined;
	#movedAt = 0;

	constructor(
		private readonly what: Sending,
		private readonly tell: (progress: Progress) => void
	) {}

	/** Resolves when the server has every byte, or when `pause` is called (false). */
	async run(): Promise<boolean> {
		this.#running = true;
		this.#upload ??= await this.#make();
		if (!this.#running) return false;
		this.#rate.reset();
		try {
			return await this.#send(this.#upload);
		} finally {
			clearInterval(this.#stall);
			this.#running = false;
		}
	}

	/** Stops after the bytes that are on their way; the server keeps all it has received. */
	async pause(): Promise<void> {
		this.#running = false;
		await this.#upload?.abort(false);
		this.#ended?.(false);
	}

	/** Stops and deletes what the server has. A server that is out of reach collects it later. */
	async cancel(): Promise<void> {
		await this.pause();
		const headers = { 'Tus-Resumable': '1.0.0', 'X-CSRF-Token': csrfToken() ?? '' };
		await fetch(`${endpoint}/${this.what.id}`, { method: 'DELETE', headers }).catch(
			() => undefined
		);
	}

	#ended: ((whole: boolean) => void) | undefined;

	#send(upload: Upload): Promise<boolean> {
		return new Promise((resolve, reject) => {
			this.#ended = resolve;
			upload.options.onSuccess = () => resolve(true);
			upload.options.onError = (error) => reject(failureOf(error));
			this.#movedAt = Date.now();
			this.#stall = setInterval(() => {
				if (Date.now() - this.#movedAt < STALL_MS) return;
				void upload.abort(false);
				reject(failureOf(new Error('stalled')));
			}, 5000);
			upload.start();
		});
	}

	async #make(): Promise<Upload> {
		// 16 KB that only someone who uploads needs.
		const { Upload } = await import('tus-js-client');
		const { id, file } = this.what;
		const upload: Upload = new Upload(file, {
			uploadUrl: `${endpoint}/${id}`,
			chunkSize: chunkSize(0),
			// Retries, offsets and what to remember are the queue's: it knows the line and the author.
			retryDelays: null,
			storeFingerprintForResuming: false,
			onBeforeRequest: (request) => request.setHeader('X-CSRF-Token', csrfToken() ?? ''),
			onProgress: (sent) => this.#moved(sent),
			onChunkComplete: (_, accepted) => {
				this.#moved(accepted);
				upload.options.chunkSize = chunkSize(this.#rate.bytesPerSecond);
			}
		});
		return upload;
	}

	#moved(sent: number): void {
		if (sent !== this.#sent) this.#movedAt = Date.now();
		this.#sent = sent;
		this.#rate.add(sent);
		this.tell({ sent, bytesPerSecond: this.#rate.bytesPerSecond });
	}
}

/** Reads the problem document out of what the library throws. */
export function failureOf(error: Error): UploadFailure {
	const response = (error as DetailedError).originalResponse;
	const status = response?.getStatus() ?? 0;
	const retryAfter = Number(response?.getHeader('Retry-After')) || 0;
	const code = codeOf(response?.getBody());
	return { status, code, lasting: isLasting(status, code), retryAfterMs: retryAfter * 1000 };
}

function codeOf(body: string | undefined): string {
	try {
		return (JSON.parse(body ?? '') as { code?: string }).code ?? '';
	} catch {
		return '';
	}
}
