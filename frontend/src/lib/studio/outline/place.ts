import { find } from '../core/tree';
import type { Problem } from '../types';
import { fieldId, handleId, type Workbench } from './context';
import { focusSoon } from './focus';

const details = new Set([
	'summary',
	'description',
	'trade',
	'level',
	'languages',
	'slug',
	'posterAssetId'
]);

/** Opens the place of a problem and puts the cursor there. */
export function goTo(
	{ editor, open, show }: Workbench,
	problem: Pick<Problem, 'entityId' | 'field'>
): void {
	const field = problem.field.split('.')[0] ?? '';
	const found = find(editor.course, problem.entityId);
	show(!found && details.has(field) ? 'details' : field === 'runs' ? 'runs' : 'outline');
	if (found?.type === 'activity' && field !== 'title') open.add(found.item.id);
	for (let at = found; at; at = find(editor.course, at.parentId)) open.delete(`shut-${at.item.id}`);
	editor.lang = editor.course.languages[0] ?? editor.lang;
	// A unit without lessons has no field to mend: its handle stands for it.
	const within = found && !['title', 'summary', 'body', 'assetId'].includes(field);
	void focusSoon(within ? handleId(problem.entityId) : fieldId(problem.entityId, field));
}
