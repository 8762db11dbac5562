import type { Choice } from './engine/types.ts';

/** Everything the player remembers about how somebody likes to watch. */
export interface Choices extends Choice {
	speed: number;
	/** 0…1 */
	volume: number;
	muted: boolean;
	captionsOn: boolean;
	/** Languages of the captions, in the order in which they stand; empty: chosen by the player. */
	captionLangs: string[];
	captionSize: 'small' | 'medium' | 'large';
	/** The lines of Chinese: characters, their pinyin, and meanings under the words. */
	hanzi: boolean;
	pinyin: boolean;
	glosses: boolean;
	/** Pinyin and meanings stand only where a word is not known yet. */
	fading: boolean;
	/** By ear: nothing is written until the line is asked for. */
	ear: boolean;
	/** Tones as they are spoken in the line, not as the dictionary has them. */
	sandhi: boolean;
}

const KEY = 'hanzhi:player';

const NEW: Choices = {
	rung: 'auto',
	audioOnly: false,
	saveData: false,
	speed: 1,
	volume: 1,
	muted: false,
	captionsOn: true,
	captionLangs: [],
	captionSize: 'medium',
	hanzi: true,
	pinyin: true,
	glosses: true,
	fading: true,
	ear: false,
	sandhi: false
};

function stored(): Partial<Choices> {
	try {
		const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
		return found && typeof found === 'object' ? found : {};
	} catch {
		return {};
	}
}

/**
 * Keeps of a stored object only what has the right shape: another version may have written it. Whoever reads Chinese
 * as their own language begins without pinyin and meanings.
 */
export function sound(found: Partial<Choices>, saveData: boolean, chinese = false): Choices {
	const start = { ...NEW, saveData, pinyin: !chinese, glosses: !chinese };
	for (const key of Object.keys(start) as (keyof Choices)[]) {
		const value = found[key];
		if (typeof value === typeof start[key] && Array.isArray(value) === Array.isArray(start[key])) {
			Object.assign(start, { [key]: value });
		}
	}
	start.speed = Math.min(2, Math.max(0.5, start.speed));
	start.volume = Math.min(1, Math.max(0, start.volume));
	return start;
}

function browserSaves(): boolean {
	const line = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
	return line?.saveData ?? false;
}

/** The choices on this device, shared by all players. Reactive. */
export const choices: Choices = $state(
	sound(stored(), browserSaves(), document.documentElement.lang.startsWith('zh'))
);

/** Changes some choices and remembers them. */
export function choose(change: Partial<Choices>): void {
	Object.assign(choices, change);
	try {
		localStorage.setItem(KEY, JSON.stringify(choices));
	} catch {
		// They hold until the page is left.
	}
}
