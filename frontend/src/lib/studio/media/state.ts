import { m } from '#lib/i18n';
import type { Asset } from '../types';

type Shown = Pick<Asset, 'state' | 'playable'>;

/** The state of an asset in a word, with the tone of its badge. */
export function assetState(asset: Shown): {
	tone: 'paper' | 'jade' | 'amber' | 'seal';
	text: string;
} {
	switch (asset.state) {
		case 'ready':
			return { tone: 'jade', text: m.studio_asset_ready() };
		case 'failed':
			return asset.playable
				? { tone: 'amber', text: m.studio_asset_partly() }
				: { tone: 'seal', text: m.studio_asset_failed() };
		case 'uploading':
			return { tone: 'amber', text: m.studio_asset_uploading() };
		case 'checking':
			return { tone: 'amber', text: m.studio_asset_checking() };
		default:
			return asset.playable
				? { tone: 'jade', text: m.studio_asset_playable() }
				: { tone: 'amber', text: m.studio_asset_transcoding() };
	}
}

/** Whether trying again can help: a file that is no video stays none, however often it is looked at. */
export function mayRetry(asset: { state: string; failure?: { code: string } }): boolean {
	return (
		asset.state === 'failed' && ['out_of_time', 'internal'].includes(asset.failure?.code ?? '')
	);
}
