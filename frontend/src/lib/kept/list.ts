import { ApiError } from '#lib/api/errors.ts';

/** What the list of kept units says of one. */
export interface KeptUnit {
	version: string;
	bytes: number;
	slug: string;
	lessons: string[];
}

/** In plain storage, at hand without waiting; signing out takes it with everything personal. */
const LIST = 'hanzhi:kept';

/** The units that are kept on this device. */
export function keptUnits(): Record<string, KeptUnit> {
	try {
		return JSON.parse(localStorage.getItem(LIST) ?? '{}');
	} catch {
		return {};
	}
}

/** Writes the list anew; rejects when the device is full. */
export function writeKept(list: Record<string, KeptUnit>): void {
	localStorage.setItem(LIST, JSON.stringify(list));
}

/** What was asked for, or what is kept of it while there is no line. */
export async function orKept<T>(
	asked: Promise<T>,
	find: (kept: typeof import('./kept.ts')) => Promise<T | undefined>
): Promise<T> {
	try {
		return await asked;
	} catch (error) {
		if (!(error instanceof ApiError) || !error.passing || !Object.keys(keptUnits()).length)
			throw error;
		const found = await import('./kept.ts').then(find).catch(() => undefined);
		if (found === undefined) throw error;
		return found;
	}
}
