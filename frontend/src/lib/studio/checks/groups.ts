import type { Finding } from '#lib/services/checks.ts';

export type Severity = Finding['severity'];

/** Findings of one lesson, or of a unit as a whole. */
export interface Place {
	/** The lesson, else the unit. */
	id: string;
	items: Finding[];
}

/** Findings of one severity, by place. */
export interface Group {
	severity: Severity;
	places: Place[];
}

const SEVERITIES: readonly Severity[] = ['serious', 'warning', 'note'];

/** Puts findings together by severity and place, in the order of the course that `order` gives by id. */
export function grouped(findings: readonly Finding[], order: readonly string[]): Group[] {
	const rank = new Map(order.map((id, i) => [id, i]));
	return SEVERITIES.flatMap((severity) => {
		const places = new Map<string, Place>();
		for (const finding of findings) {
			if (finding.severity !== severity) continue;
			const id = finding.lessonId ?? finding.unitId;
			const place = places.get(id) ?? { id, items: [] };
			places.set(id, place);
			place.items.push(finding);
		}
		if (places.size === 0) return [];
		const at = ({ id }: Place) => rank.get(id) ?? order.length;
		return [{ severity, places: [...places.values()].sort((a, b) => at(a) - at(b)) }];
	});
}

/** The words of a place that could all be taught in one lesson: two or more that nothing teaches in time. */
export function teachable(items: readonly Finding[]): Finding[] {
	const untaught = items.filter((one) => one.code === 'used_before_taught' && !one.waiver);
	return untaught.length > 1 ? untaught : [];
}
