import type { TranscriptHit } from '#lib/services/lists.ts';

/** Longest passage that travels in an address. */
const LONGEST = 60;

/** Where a hit opens its lesson: at the second of the line, or at the passage of a reading. */
export function lessonAt(lesson: string, hit: TranscriptHit): string {
	const query = new URLSearchParams({ activity: hit.activityId });
	if (hit.startMs !== undefined) query.set('t', String(hit.startMs / 1000));
	else
		query.set(
			'passage',
			[...hit.parts.map((part) => part.text).join('')].slice(0, LONGEST).join('')
		);
	return `/lessons/${lesson}?${query}`;
}

/** Scrolls to a passage of a reading and marks it; when it is not there any more, to the reading. */
export function showPassage(section: Element, passage: string): void {
	const walker = document.createTreeWalker(section, NodeFilter.SHOW_TEXT);
	const nodes: { node: Text; from: number }[] = [];
	let all = '';
	while (walker.nextNode()) {
		const node = walker.currentNode as Text;
		nodes.push({ node, from: all.length });
		all += node.data;
	}
	const at = passage ? all.indexOf(passage) : -1;
	const place = nodes.findLast(({ from }) => at >= 0 && from <= at)?.node.parentElement;
	const target = place ?? section;
	target.scrollIntoView({ block: 'center' });
	target.classList.add('found');
}
