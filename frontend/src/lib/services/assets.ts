import { call } from '#lib/api/client.ts';
import type { Asset, CaptionTrack, Cue } from '#lib/studio/types.ts';
import type { Page } from './studio.ts';

const base = '/api/studio/assets';

/** The media of the institutions the viewer authors for, newest first. */
export function assets(
	filter: {
		institution?: string;
		kind?: Asset['kind'];
		query?: string;
		page?: string;
		limit?: number;
	} = {}
): Promise<Page<Asset>> {
	return call('GET', base, { query: filter });
}

/** One asset as it is now. */
export function asset(id: string, signal?: AbortSignal): Promise<Asset> {
	return call('GET', `${base}/${id}`, { signal });
}

/** Checks and converts a failed asset again. */
export function retryAsset(id: string): Promise<Asset> {
	return call('POST', `${base}/${id}/retry`, { body: {} });
}

/** Deletes an asset; one that a course shows is refused with `asset_in_use`. */
export function deleteAsset(id: string): Promise<void> {
	return call('DELETE', `${base}/${id}`);
}

/** A caption track with its cues. */
export function captions(assetId: string, lang: string): Promise<CaptionTrack> {
	return call('GET', `${base}/${assetId}/captions/${lang}`);
}

/**
 * Replaces a track: by cues, or by the text of a .vtt or .srt file. Version 0 makes a new one; a stale
 * version is refused, and so is a cue that breaks a rule, which the problem's field names.
 */
export function saveCaptions(
	assetId: string,
	lang: string,
	track: { label?: string; version: number } & ({ cues: Cue[] } | { vtt: string })
): Promise<CaptionTrack> {
	return call('PUT', `${base}/${assetId}/captions/${lang}`, { body: track });
}

/** Removes a track. */
export function deleteCaptions(assetId: string, lang: string): Promise<void> {
	return call('DELETE', `${base}/${assetId}/captions/${lang}`);
}

const POLL_MS = 1500;
const busy = (asset: Asset) => asset.state === 'checking' || asset.state === 'transcoding';

/**
 * Follows an asset until it is ready or has failed, and tells every change. Lost answers are no
 * end: it asks again. Returns what stops it. A hidden page asks ten times less often.
 */
export function watchAsset(id: string, tell: (asset: Asset) => void): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const abort = new AbortController();
	async function look(): Promise<void> {
		let more: boolean;
		try {
			const now = await asset(id, abort.signal);
			if (abort.signal.aborted) return;
			tell(now);
			more = busy(now) || now.state === 'uploading';
		} catch (error) {
			more = !abort.signal.aborted && (error as { status?: number }).status !== 404;
		}
		if (more) timer = setTimeout(() => void look(), document.hidden ? POLL_MS * 10 : POLL_MS);
	}
	void look();
	return () => {
		abort.abort();
		clearTimeout(timer);
	};
}
