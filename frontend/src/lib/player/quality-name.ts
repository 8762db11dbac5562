import { m, number } from '#lib/i18n';

/** A rung's name for people: "slides" in their language, "240p" as it is. */
export function qualityName(name: string): string {
	if (name === 'slides') return m.player_quality_slides();
	return name === 'audio' ? m.player_audio_only() : name;
}

/** What a minute costs, fine enough to tell small rungs apart. */
export function perMinute(bytes: number): string {
	const mb = bytes / 1e6;
	const size = number(mb, {
		style: 'unit',
		unit: 'megabyte',
		unitDisplay: 'short',
		maximumFractionDigits: mb < 1 ? 2 : 1
	});
	return m.player_per_minute({ size });
}
