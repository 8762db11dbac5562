import { getContext, setContext } from 'svelte';
import type { CourseEditor } from '../core/editor.svelte';
import type { Unfolded } from './unfolded.svelte';
import type { UploadQueue } from '../upload/queue.svelte';

/** What every part of the open course shares. */
export interface Workbench {
	editor: CourseEditor;
	uploads: UploadQueue;
	/** Ids whose details are unfolded. */
	open: Unfolded;
	/** Opens a tab of the page. */
	show: (tab: string) => void;
}

const KEY = Symbol('workbench');

/** Hands the workbench to every component below. */
export function setWorkbench(workbench: Workbench): Workbench {
	return setContext(KEY, workbench);
}

/** The workbench of the open course. */
export function workbench(): Workbench {
	return getContext<Workbench>(KEY);
}

/** The element id of a field, which problems and conflicts link to. */
export const fieldId = (id: string, path: string) => `field-${id}-${path.split('.')[0]}`;

/** The element id of an item's handle, which gets the focus back after a move. */
export const handleId = (id: string) => `handle-${id}`;
