import type { Component } from 'svelte';
import type { Live } from './live.svelte.ts';

type Load = () => Promise<{ default: Component<never> }>;

const found = import.meta.glob<{ default: Component<never> }>([
	'./board/Board.svelte',
	'./air/Air.svelte',
	'./air/AirBar.svelte',
	'./air/ScreenView.svelte',
	'./air/DeviceCheck.svelte',
	'./rounds/Rounds.svelte',
	'./rounds/LeadMenu.svelte',
	'./rounds/Captions.svelte'
]);

// What a class is made of besides its shell: each comes when it is needed, and the class goes on without.
const NAMES = {
	board: './board/Board.svelte',
	air: './air/Air.svelte',
	airBar: './air/AirBar.svelte',
	screen: './air/ScreenView.svelte',
	deviceCheck: './air/DeviceCheck.svelte',
	rounds: './rounds/Rounds.svelte',
	leadMenu: './rounds/LeadMenu.svelte',
	captions: './rounds/Captions.svelte'
};

/** Fetches a part; undefined when this installation has none of the kind. */
export async function part<
	Props extends object = { live: Live; lesson?: string; language?: string }
>(name: keyof typeof NAMES): Promise<Component<Props> | undefined> {
	const load = found[NAMES[name]] as Load | undefined;
	return load && ((await load()).default as unknown as Component<Props>);
}

/** Whether there is such a part. */
export function has(name: keyof typeof NAMES): boolean {
	return NAMES[name] in found;
}

/** What this browser cannot do of a class. The rest goes on without it. */
export function lacking(): ('sockets' | 'hearing' | 'speaking')[] {
	if (!('WebSocket' in window)) return ['sockets'];
	const missing: ('hearing' | 'speaking')[] = [];
	if (!('AudioDecoder' in window) || !('AudioContext' in window)) missing.push('hearing');
	if (!('AudioEncoder' in window) || !navigator.mediaDevices) missing.push('speaking');
	return missing;
}
