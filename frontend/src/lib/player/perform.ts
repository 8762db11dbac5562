import { choices } from './choices.svelte.ts';
import { aboutLines, nextSpeed, type Action, type Press } from './keys.ts';
import type { Lines } from './lines.svelte.ts';
import { setVolume, toggleMute } from './loudness.svelte.ts';
import type { Playback } from './playback.svelte.ts';

/** Kind of control that an event comes from. */
export function focusKind(target: EventTarget | null): Press['on'] {
	if (!(target instanceof HTMLElement)) return 'other';
	if (target.isContentEditable || target.matches('textarea, select')) return 'text';
	if (target.matches('input[type="range"]')) return 'slider';
	if (target.matches('input')) return 'text';
	return target.matches('button, a, summary') ? 'button' : 'other';
}

/** Does what a key asks for. */
export function perform(
	action: Action,
	playback: Playback,
	page: { captions: () => void; full: () => void; lines: Lines }
): void {
	if (aboutLines(action)) return page.lines.perform(action);
	switch (action.do) {
		case 'toggle':
			return playback.toggle();
		case 'skip':
			return playback.skip(action.seconds);
		case 'volume':
			return setVolume((choices.muted ? 0 : choices.volume) + action.by);
		case 'mute':
			return toggleMute();
		case 'captions':
			return page.captions();
		case 'fullscreen':
			return page.full();
		case 'slower':
		case 'faster':
			return playback.setSpeed(nextSpeed(choices.speed, action.do === 'faster'));
		case 'chapter':
			return playback.turn(action.by);
		case 'part':
			return playback.seek(action.of * playback.duration);
	}
}
