import type { Hand, Id, Person } from '../protocol.ts';

const RANK = { teacher: 0, coteacher: 1, student: 2, observer: 3 };

/** What of a list of people is wanted. */
export interface Wanted {
	query: string;
	/** Only students whose hand is down. */
	handDown: boolean;
}

/** Names are found without regard to case and marks, as people type them. */
function plain(text: string): string {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Those inside: who leads first, then by name. */
export function inOrder(
	people: Iterable<Person>,
	hands: readonly Hand[],
	{ query, handDown }: Wanted,
	collator: Intl.Collator
): Person[] {
	const up = new Set(hands.map(({ person }) => person));
	const sought = plain(query.trim());
	const found: Person[] = [];
	for (const person of people) {
		if (person.waiting) continue;
		if (handDown && (person.role !== 'student' || up.has(person.id))) continue;
		if (sought && !plain(person.name).includes(sought)) continue;
		found.push(person);
	}
	return found.sort((a, b) => RANK[a.role] - RANK[b.role] || collator.compare(a.name, b.name));
}

/** Those at the door, who came first first. */
export function atDoor(people: Iterable<Person>): Person[] {
	const found: Person[] = [];
	for (const person of people) if (person.waiting) found.push(person);
	return found.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
}

/** How well the line of somebody carries a class. */
export type Quality = 'good' | 'fair' | 'weak';

export function qualityOf({
	delay,
	loss = 0
}: Pick<Person, 'delay' | 'loss'>): Quality | undefined {
	if (delay === undefined || delay <= 0) return undefined;
	if (delay < 400 && loss < 0.03) return 'good';
	return delay < 1200 && loss < 0.1 ? 'fair' : 'weak';
}

/** Place in the queue of hands, from 1; 0 = hand down. */
export function placeOf(hands: readonly Hand[], person: Id): number {
	return hands.findIndex((hand) => hand.person === person) + 1;
}
