import { languageName, m, type Text } from '#lib/i18n';
import type { InstitutionKind } from '#lib/services/institutions.ts';

const LEVELS: Record<string, (values: { level: string }) => string> = {
	hsk2: m.catalogue_level_hsk2,
	hsk2025: m.catalogue_level_hsk2025,
	gf2021: m.catalogue_level_gf2021
};

/** A level with the list it belongs to: `hsk2:2` is "HSK 2.0, level 2". Lists differ, so none goes unnamed. */
export function levelName(level: string): string {
	const [list, step] = level.split(':');
	return LEVELS[list]?.({ level: step ?? '' }) ?? `${list.toUpperCase()} · ${step ?? ''}`;
}

/** The kind of course in words. */
export function formatName(format: string): string {
	return format === 'mooc' ? m.catalogue_format_mooc() : m.catalogue_format_micro();
}

/** Languages of instruction, in the reader's language, as a list. */
export function languageList(codes: readonly string[]): string {
	return codes.map(languageName).join(' · ');
}

const KINDS: Record<InstitutionKind, () => string> = {
	college: m.catalogue_kind_college,
	university: m.catalogue_kind_university,
	company: m.catalogue_kind_company,
	ministry: m.catalogue_kind_ministry,
	assessor: m.catalogue_kind_assessor
};

/** The kind of institution in words. */
export function kindName(kind: InstitutionKind): string {
	return (KINDS[kind] ?? (() => kind))();
}

/** The first Hanzi of a Chinese title, for a cover that costs no download. */
export function coverHanzi(title: Text, most = 4): string {
	const chinese = title['zh-CN'] ?? title.zh ?? '';
	return (chinese.match(/\p{Script=Han}/gu) ?? []).slice(0, most).join('');
}

/** A video quality in words; sizes such as 240p speak for themselves. */
export function qualityName(rendition: string): string {
	if (rendition.startsWith('audio') || rendition.startsWith('aac'))
		return m.catalogue_quality_audio();
	return rendition === 'slides' ? m.catalogue_quality_slides() : rendition;
}

/** Minutes of video, at least one. */
export function minutesOf(milliseconds: number): string {
	return m.catalogue_minutes({ count: Math.max(1, Math.round(milliseconds / 60_000)) });
}

/** Lessons of a course, counted. */
export function lessonsOf(count: number): string {
	return m.catalogue_lessons({ count });
}
