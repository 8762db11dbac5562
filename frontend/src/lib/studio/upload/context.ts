import { getContext, setContext } from 'svelte';
import type { UploadQueue } from './queue.svelte';

const KEY = Symbol('uploads');

/** Gives the pages of the studio their uploads, which go on from page to page. */
export function setUploads(queue: UploadQueue): UploadQueue {
	return setContext(KEY, queue);
}

/** The uploads of whoever is in the studio. */
export function uploads(): UploadQueue {
	return getContext<UploadQueue>(KEY);
}
