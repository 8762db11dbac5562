import type { Hand, Id, Person, ReadRound } from '../protocol.ts';

/** Somebody who can be called to read. */
export interface Reader {
	id: Id;
	name: string;
	/** Has a hand up. */
	hand: boolean;
}

interface Around {
	hands: readonly Hand[];
	students: readonly Person[];
	/** Put off by the teacher: they come last and may be called again. */
	skipped: ReadonlySet<Id>;
}

/**
 * Who comes next: raised hands in their order, then the others by name, then those who were skipped. Who has read or
 * reads now is left out.
 */
export function queueOf(round: ReadRound, { hands, students, skipped }: Around): Reader[] {
	const hasRead = new Set(round.done.filter((id) => !skipped.has(id)));
	const present = new Map(students.map((one) => [one.id, one.name]));
	const up = hands.filter(({ person }) => present.has(person));
	const order = [...new Set([...up.map(({ person }) => person), ...present.keys()])].filter(
		(id) => !hasRead.has(id) && id !== round.person
	);
	const raised = new Set(up.map(({ person }) => person));
	const put = (id: Id) => (skipped.has(id) && !raised.has(id) ? 1 : 0);
	return order
		.sort((a, b) => put(a) - put(b))
		.map((id) => ({ id, name: present.get(id)!, hand: raised.has(id) }));
}

/** The line for the next reader: the one after the last, from the beginning again after the end. */
export function lineAfter(round: Pick<ReadRound, 'lines' | 'line' | 'person'>): number {
	if (!round.person || round.line === undefined) return 0;
	return (round.line + 1) % Math.max(1, round.lines.length);
}

export const MOST_LINES = 50;
export const LONGEST_LINE = 200;

/** Lines of a pasted text: one a row, none empty. */
export function linesOf(text: string): string[] {
	return text
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter(Boolean);
}

/** What is wrong with the lines of a round. */
export function wrongWith(lines: readonly string[]): 'none' | 'many' | 'long' | undefined {
	if (lines.length === 0) return 'none';
	if (lines.length > MOST_LINES) return 'many';
	return lines.some((line) => [...line].length > LONGEST_LINE) ? 'long' : undefined;
}
