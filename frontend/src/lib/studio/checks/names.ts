import { languageName, m, number, percent } from '#lib/i18n';
import type { Finding } from '#lib/services/checks.ts';
import { find } from '../core/tree';
import type { CourseEditor } from '../core/editor.svelte';
import type { Severity } from './groups';

/** Stands for the word in a text until it is drawn as Chinese: Chinese has a language and a direction of its own. */
export const WORD = '\u0001';

const KINDS: Record<Finding['code'], () => string> = {
	used_before_taught: m.checks_kind_used,
	taught_never_used: m.checks_kind_unused,
	over_budget: m.checks_kind_budget,
	safety_without_audio: m.checks_kind_safety,
	gloss_missing: m.checks_kind_gloss,
	coverage_cliff: m.checks_kind_cliff
};

/** What sort of finding it is. Reactive. */
export const kindName = (code: Finding['code']): string => KINDS[code]();

const SEVERITIES: Record<Severity, () => string> = {
	serious: m.checks_severity_serious,
	warning: m.checks_severity_warning,
	note: m.checks_severity_note
};

/** How bad it is, in words. Reactive. */
export const severityName = (severity: Severity): string => SEVERITIES[severity]();

/** The name of a unit, lesson or activity, for lists. */
export function nameOf(editor: CourseEditor, id: string | undefined): string {
	const found = id ? find(editor.course, id) : undefined;
	return found ? editor.name(found.item.title) : '';
}

/** What is the matter, with its numbers; the word is WORD. Reactive. */
export function whatOf(finding: Finding, editor: CourseEditor): string {
	const count = finding.count ?? 0;
	switch (finding.code) {
		case 'used_before_taught':
			return m.checks_used({ word: WORD, count });
		case 'taught_never_used':
			return m.checks_unused({ word: WORD });
		case 'over_budget':
			return m.checks_over({ count, limit: number(finding.limit ?? 0) });
		case 'safety_without_audio':
			return finding.word ? m.checks_safety_word({ word: WORD }) : m.checks_safety_line();
		case 'gloss_missing':
			return m.checks_gloss({
				word: WORD,
				languages: (finding.languages ?? []).map(languageName).join(', ')
			});
		case 'coverage_cliff':
			return m.checks_cliff({
				before: percent(finding.before ?? 0),
				after: percent(finding.after ?? 0),
				lesson: nameOf(editor, finding.fromLessonId),
				count
			});
	}
}
