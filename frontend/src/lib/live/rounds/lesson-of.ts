import { call } from '#lib/api/client.ts';
import type { Id } from '../protocol.ts';

const asked = new Map<Id, Promise<Id | undefined>>();

/** The lesson that a class is about; undefined when it has none or cannot be asked. */
export function lessonOf(of: Id): Promise<Id | undefined> {
	const known = asked.get(of);
	if (known) return known;
	const answer = call<{ lessonId?: Id }>('GET', `/api/classes/${of}`).then(
		({ lessonId }) => lessonId,
		() => undefined
	);
	asked.set(of, answer);
	return answer;
}
