import { m } from '#lib/i18n';

const refusals: Record<string, () => string> = {
	too_long: m.studio_refused_too_long,
	required: m.studio_refused_required,
	forbidden_character: m.studio_refused_character,
	slug_taken: m.studio_refused_slug_taken,
	slug_fixed: m.studio_refused_slug_fixed,
	bad_slug: m.studio_refused_bad_slug,
	unknown_locale: m.studio_refused_language,
	bad_languages: m.studio_refused_language,
	no_such_asset: m.studio_refused_asset,
	after_end: m.studio_refused_after_end
};

/** Why the server will not take what was typed, and what to do. */
export function refusalText(code: string): string {
	return (refusals[code] ?? m.studio_refused_field)();
}
