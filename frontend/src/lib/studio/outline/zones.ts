/** Every time zone this browser knows, with the reader's own first. */
export function timeZones(): string[] {
	const own = ownZone();
	const all = Intl.supportedValuesOf?.('timeZone') ?? [];
	return [own, ...all.filter((zone) => zone !== own && zone !== 'UTC'), 'UTC'].filter(
		(zone, i, list) => list.indexOf(zone) === i
	);
}

/** The zone of the device. */
export function ownZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

function partsIn(at: Date, timeZone: string): Record<string, string> {
	const format = new Intl.DateTimeFormat('en-GB', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit'
	});
	return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]));
}

/** A moment as the value of a datetime-local field in a zone: 2027-03-14T09:00. */
export function toLocal(at: string, timeZone: string): string {
	const p = partsIn(new Date(at), timeZone);
	return `${p.year?.padStart(4, '0')}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/**
 * The moment at which the clocks of a zone show a local time. In the hour that is skipped in spring the
 * clock before the change counts; of the hour that comes twice in autumn, the first one does.
 */
export function fromLocal(local: string, timeZone: string): string {
	const wanted = Date.parse(`${local}:00Z`);
	const offset = (at: number) =>
		Date.parse(`${toLocal(new Date(at).toISOString(), timeZone)}:00Z`) - at;
	const before = wanted - offset(wanted - 86_400_000);
	const after = wanted - offset(wanted + 86_400_000);
	const fits = [before, after].filter((at) => at + offset(at) === wanted);
	return new Date(fits.length ? Math.min(...fits) : before).toISOString();
}
