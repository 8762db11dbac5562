import { choices, choose } from './choices.svelte.ts';

/** Sets the volume, 0…1; none at all is mute. */
export function setVolume(volume: number): void {
	const next = Math.round(Math.min(1, Math.max(0, volume)) * 100) / 100;
	choose({ volume: next, muted: next === 0 });
}

/** Sound off or on again; on is never silent. */
export function toggleMute(): void {
	choose({ muted: !choices.muted, volume: choices.volume || 0.5 });
}

/** Keeps an element as loud as has been chosen; returns what ends it. */
export function followLoudness(element: HTMLMediaElement): () => void {
	return $effect.root(() => {
		$effect(() => {
			element.volume = choices.volume;
			element.muted = choices.muted;
		});
	});
}
