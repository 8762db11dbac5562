import { number } from '#lib/i18n';

/** How long an upload still takes, in whole minutes above one, else in steps of ten seconds. */
export function timeLeft(item: { size: number; sent: number; bytesPerSecond: number }): string {
	if (item.bytesPerSecond <= 0) return '';
	const seconds = (item.size - item.sent) / item.bytesPerSecond;
	const unit = seconds >= 5400 ? 'hour' : seconds >= 60 ? 'minute' : 'second';
	const size = { hour: 3600, minute: 60, second: 1 }[unit];
	const value = unit === 'second' ? Math.max(10, Math.ceil(seconds / 10) * 10) : seconds / size;
	return number(value, {
		style: 'unit',
		unit,
		unitDisplay: 'long',
		maximumFractionDigits: unit === 'hour' ? 1 : 0
	});
}
