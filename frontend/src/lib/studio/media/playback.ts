import { call } from '#lib/api/client.ts';

/** What is needed to show a picture or to play a video: the address carries the right to it. */
export interface Playback {
	assetId: string;
	base: string;
	expiresAt: string;
	poster?: string;
	durationMs: number;
	[more: string]: unknown;
}

const kept = new Map<string, Promise<Playback>>();

/** Asks for an address; one that is good for a minute more is used again. */
export async function playback(assetId: string): Promise<Playback> {
	const known = await kept.get(assetId)?.catch(() => undefined);
	if (known && new Date(known.expiresAt).getTime() > Date.now() + 60_000) return known;
	const asked = call<Playback>('GET', `/api/assets/${assetId}/playback`);
	kept.set(assetId, asked);
	asked.catch(() => kept.delete(assetId));
	return asked;
}
