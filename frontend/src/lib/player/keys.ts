/** What a key does in the player. */
export type Action =
	| { do: 'toggle' | 'mute' | 'captions' | 'fullscreen' | 'slower' | 'faster' }
	| { do: 'loop' | 'reveal' }
	| { do: 'line'; by: 1 | -1 }
	| { do: 'chapter'; by: 1 | -1 }
	| { do: 'skip'; seconds: number }
	| { do: 'volume'; by: number }
	| { do: 'part'; of: number };

/** The parts of a key press that matter. */
export interface Press {
	key: string;
	ctrlKey: boolean;
	altKey: boolean;
	metaKey: boolean;
	/** Kind of control that has the focus. */
	on: 'text' | 'button' | 'slider' | 'other';
}

const PLAIN: Record<string, Action> = {
	' ': { do: 'toggle' },
	k: { do: 'toggle' },
	ArrowLeft: { do: 'skip', seconds: -5 },
	ArrowRight: { do: 'skip', seconds: 5 },
	j: { do: 'skip', seconds: -10 },
	l: { do: 'skip', seconds: 10 },
	ArrowUp: { do: 'volume', by: 0.1 },
	ArrowDown: { do: 'volume', by: -0.1 },
	m: { do: 'mute' },
	c: { do: 'captions' },
	f: { do: 'fullscreen' },
	n: { do: 'line', by: 1 },
	p: { do: 'line', by: -1 },
	'[': { do: 'chapter', by: -1 },
	']': { do: 'chapter', by: 1 },
	r: { do: 'loop' },
	v: { do: 'reveal' },
	'<': { do: 'slower' },
	'>': { do: 'faster' },
	Home: { do: 'part', of: 0 }
};

/**
 * The action of a key, null when the key is not the player's. The arrows keep their sides in
 * right-to-left scripts, since the time line does. A focused button keeps its space bar, a slider its
 * arrows, a text field everything.
 */
export function actionOf(press: Press): Action | null {
	if (press.ctrlKey || press.altKey || press.metaKey || press.on === 'text') return null;
	if (press.on === 'button' && press.key === ' ') return null;
	if (press.on === 'slider' && /^(Arrow|Home|End)/.test(press.key)) return null;
	if (/^[0-9]$/.test(press.key)) return { do: 'part', of: Number(press.key) / 10 };
	return PLAIN[press.key.length === 1 ? press.key.toLowerCase() : press.key] ?? null;
}

/** Whether an action is about the lines that are spoken. */
export function aboutLines(
	action: Action
): action is Extract<Action, { do: 'loop' | 'reveal' | 'line' }> {
	return action.do === 'line' || action.do === 'loop' || action.do === 'reveal';
}

/** The steps of playing speed. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up or down. */
export function nextSpeed(speed: number, up: boolean): number {
	const all = up ? SPEEDS : [...SPEEDS].reverse();
	return all.find((s) => (up ? s > speed + 0.01 : s < speed - 0.01)) ?? all[all.length - 1];
}
