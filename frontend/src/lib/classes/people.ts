import { locale, m } from '#lib/i18n';
import type { LiveClass } from '#lib/services/classes.ts';

/** Who leads a class, in words; nothing when nobody is named. */
export function ledBy(of: LiveClass): string {
	const names = (of.teachers ?? []).map((each) => each.name);
	if (!names.length) return '';
	return m.classes_with({ names: new Intl.ListFormat(locale()).format(names) });
}
