import { m } from '#lib/i18n';
import type { Trouble } from './devices.ts';
import type { Studio } from './studio.svelte.ts';
import type { Kind } from './transport.ts';

const MICROPHONE: Record<Trouble, () => string> = {
	insecure: m.air_insecure,
	unsupported: m.air_failed_voice,
	denied: m.air_denied_voice,
	none: m.air_none_voice,
	busy: m.air_busy_voice
};
const CAMERA: Record<Trouble, () => string> = {
	insecure: m.air_insecure,
	unsupported: m.air_failed_picture,
	denied: m.air_denied_picture,
	none: m.air_none_picture,
	busy: m.air_busy_picture
};

/** Why a device could not be had, and what helps. */
export function troubleWords({ kind, why }: { kind: Kind; why: Trouble }): string {
	if (kind === 'voice') return MICROPHONE[why]();
	return kind === 'picture' || why === 'insecure' ? CAMERA[why]() : m.air_failed_screen();
}

/** How it stands with speaking: said when something is not as one would expect. */
export function barWords(studio: Studio): string {
	const { live, able, own } = studio;
	if (studio.starved) return m.air_starved();
	if (own.size && live.room?.state === 'waiting') return m.air_not_begun();
	if (own.size) return '';
	if (live.you?.role === 'observer') return m.air_observer();
	if (able.insecure) return m.air_insecure();
	if (!able.speak) return able.hear ? m.air_listen_only() : m.air_board_only();
	if (live.may('voice') || live.room?.state === 'ended') return '';
	if (live.muted) return m.air_muted();
	return live.may('hands') ? m.air_closed() : m.air_closed_hands();
}
