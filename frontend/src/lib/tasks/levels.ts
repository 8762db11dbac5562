import { m } from '#lib/i18n';
import type { ItemResult, Side } from '#lib/services/tasks.ts';

export type Level = ItemResult['level'];

/** The levels of each side, lowest first; the lowest does not pass. */
export const LEVELS: Record<Side, readonly Level[]> = {
	language: ['notYet', 'withHelp', 'alone'],
	skill: ['notMet', 'met']
};

const names: Record<Level, () => string> = {
	notYet: m.tasks_level_not_yet,
	withHelp: m.tasks_level_with_help,
	alone: m.tasks_level_alone,
	notMet: m.tasks_level_not_met,
	met: m.tasks_level_met
};

export const levelName = (level: Level) => names[level]();
