import { m } from '#lib/i18n';
import type { IconName } from '#lib/ui';
import type { ActivityKind } from '../types';

/** The kinds of activity as the outline shows and offers them. */
export const KINDS: Record<
	ActivityKind,
	{ icon: IconName; name: () => string; add: () => string }
> = {
	video: { icon: 'video', name: m.studio_video, add: m.studio_add_video },
	reading: { icon: 'book', name: m.studio_reading, add: m.studio_add_reading },
	practice: { icon: 'wrench', name: m.tasks_practice, add: m.tasks_add_practice },
	task: { icon: 'lock', name: m.tasks_task, add: m.tasks_add_task }
};
