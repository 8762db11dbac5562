import type { Chosen } from './queue.svelte';

/** What a file dialog offers; the server looks at the content, never at the name. */
export interface FileKind {
	accept: string;
	types: Record<string, string[]>;
}

export const VIDEOS: FileKind = {
	accept: 'video/*,.mkv,.mts,.m2ts,.flv',
	types: {
		'video/*': [
			'.mp4',
			'.mov',
			'.m4v',
			'.webm',
			'.mkv',
			'.avi',
			'.mpg',
			'.ts',
			'.mts',
			'.wmv',
			'.flv',
			'.3gp'
		]
	}
};
export const IMAGES: FileKind = {
	accept: 'image/jpeg,image/png,image/webp,image/gif,image/avif,image/bmp',
	types: { 'image/*': ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.avif', '.bmp'] }
};
export const SOUNDS: FileKind = {
	accept: 'audio/*,.m4a,.opus,.amr',
	types: { 'audio/*': ['.mp3', '.m4a', '.aac', '.wav', '.ogg', '.opus', '.flac', '.webm', '.amr'] }
};

/** Slides: a PDF, or a picture as the only page. */
export const SLIDES: FileKind = {
	accept: 'application/pdf,image/jpeg,image/png,image/webp',
	types: { 'application/pdf': ['.pdf'], 'image/*': ['.jpg', '.jpeg', '.png', '.webp'] }
};

/** What is offered for each kind of asset. */
export const FILES = { video: VIDEOS, image: IMAGES, audio: SOUNDS, deck: SLIDES };

type Picker = (options: {
	multiple: boolean;
	types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle[]>;

/**
 * Lets the author choose files. Where the browser can, it keeps hold of them, so that an upload
 * goes on after a restart without choosing again. An empty list when the author changes their mind.
 */
export async function chooseFiles(kind: FileKind, multiple = false): Promise<Chosen[]> {
	const picker = (globalThis as { showOpenFilePicker?: Picker }).showOpenFilePicker;
	if (!picker) return chooseByInput(kind, multiple);
	try {
		const handles = await picker({ multiple, types: [{ accept: kind.types }] });
		return await Promise.all(
			handles.map(async (handle) => ({ file: await handle.getFile(), handle }))
		);
	} catch (error) {
		if ((error as Error).name === 'AbortError') return [];
		return chooseByInput(kind, multiple);
	}
}

function chooseByInput(kind: FileKind, multiple: boolean): Promise<Chosen[]> {
	const input = document.createElement('input');
	Object.assign(input, { type: 'file', accept: kind.accept, multiple });
	input.hidden = true;
	document.body.append(input);
	return new Promise<Chosen[]>((resolve) => {
		input.addEventListener('change', () =>
			resolve([...(input.files ?? [])].map((file) => ({ file })))
		);
		input.addEventListener('cancel', () => resolve([]));
		input.click();
	}).finally(() => input.remove());
}

/** The files of a drop or a paste, with handles where the browser gives them. */
export async function filesOf(data: DataTransfer | null): Promise<Chosen[]> {
	const items = [...(data?.items ?? [])].filter((item) => item.kind === 'file');
	const chosen = items.map(async (item): Promise<Chosen | undefined> => {
		// Both must be asked for before the first wait: the data is gone after the event.
		const file = item.getAsFile();
		const handle = await heldHandle(item);
		return file ? { file, handle } : undefined;
	});
	return (await Promise.all(chosen)).filter((c) => c !== undefined);
}

async function heldHandle(item: DataTransferItem): Promise<FileSystemFileHandle | undefined> {
	const ask = (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> })
		.getAsFileSystemHandle;
	const handle = await ask?.call(item).catch(() => null);
	return handle?.kind === 'file' ? (handle as FileSystemFileHandle) : undefined;
}

/** Whether a file looks like a picture, a sound or a video; the server decides. */
export function looksLike(file: File): 'video' | 'image' | 'audio' | undefined {
	if (file.type.startsWith('image/') && file.type !== 'image/svg+xml') return 'image';
	if (file.type.startsWith('audio/')) return 'audio';
	const video = /\.(mp4|mov|m4v|webm|mkv|avi|mpe?g|m?ts|m2ts|wmv|flv|3gp)$/i;
	return file.type.startsWith('video/') || video.test(file.name) ? 'video' : undefined;
}
