import { m, number } from '#lib/i18n';

/** Levels of Chinese, each with the list it belongs to: the lists differ, so the list is always named. */
export const LEVELS: readonly string[] = [
	...range('hsk2', 6),
	...range('gf2021', 9),
	...range('hsk2025', 9)
];

function range(list: string, count: number): string[] {
	return Array.from({ length: count }, (_, i) => `${list}:${i + 1}`);
}

const lists: Record<string, (input: { level: string }) => string> = {
	hsk2: (input) => m.studio_level_hsk2(input),
	gf2021: (input) => m.studio_level_gf2021(input),
	hsk2025: (input) => m.studio_level_hsk2025(input)
};

/** A level as a person reads it, such as "HSK 2.0, level 3". */
export function levelName(level: string): string {
	const [list = '', step = ''] = level.split(':');
	return lists[list]?.({ level: number(Number(step)) }) ?? level;
}
