import { shuffled, type Chance } from '#lib/language/practice/chance.ts';
import type { Step } from '#lib/services/tasks.ts';

/** The group of each step: steps that may change places share one. */
function groups(steps: readonly Step[]): number[] {
	let group = 0;
	return steps.map((step, i) => (i > 0 && !step.free ? ++group : group));
}

/** Whether a step that belongs there stands in each place; the server judges the same way. */
export function judge(steps: readonly Step[], order: readonly string[]): boolean[] {
	const groupAt = groups(steps);
	const groupOf = new Map(steps.map((step, i) => [step.id, groupAt[i]]));
	return order.map((id, place) => groupOf.get(id) === groupAt[place]);
}

/** The steps as they lie about: never all in their places, as far as there is another way. */
export function disordered(steps: readonly Step[], chance: Chance): string[] {
	const ids = steps.map((step) => step.id);
	for (let tries = 0; tries < 20; tries++) {
		const order = shuffled(ids, chance);
		if (!judge(steps, order).every(Boolean)) return order;
	}
	return [...ids].reverse();
}

/** The order with one step moved by some places. */
export function moved(order: readonly string[], id: string, to: number): string[] {
	const rest = order.filter((one) => one !== id);
	const place = Math.max(0, Math.min(rest.length, to));
	return [...rest.slice(0, place), id, ...rest.slice(place)];
}
