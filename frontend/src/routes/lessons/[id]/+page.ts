import { lesson } from '#lib/services/lessons.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => {
	// Nearly every lesson has a video: its player travels beside the lesson, not after it.
	import('#lib/player/VideoActivity.svelte').catch(() => undefined);
	return { id: params.id, view: lesson(params.id) };
};
