import { describe, expect, it } from 'vitest';
import { sampleCourse } from '../core/fake-server';
import { plain } from '../core/leaves';
import { applyOrder, moved, remove } from '../core/tree';
import type { DraftLesson } from '../types';
import { differences, type PublishedCourse } from './differs';

function published(): PublishedCourse {
	const course = sampleCourse();
	return plain({ title: course.title, summary: course.summary, outline: course.units });
}
const told = (draft: ReturnType<typeof sampleCourse>) =>
	differences(draft, published())
		.map((d) => `${d.kind} ${d.id}`)
		.sort();

describe('what differs from the published course', () => {
	it('is nothing when nothing was done', () => {
		expect(told(sampleCourse())).toEqual([]);
	});

	it('names what was added and taken away, but not what lies inside it', () => {
		const draft = sampleCourse();
		const lesson = { ...(draft.units[1]!.lessons[0] as DraftLesson), id: 'l9' };
		draft.units.push({ ...draft.units[1]!, id: 'u9', lessons: [lesson] });
		remove(draft, 'u1');
		expect(told(draft)).toEqual(['added u9', 'removed u1']);
	});

	it('tells moving into another unit from another order', () => {
		const draft = sampleCourse();
		applyOrder(draft, moved(draft, 'l1', 'u2', 0));
		applyOrder(draft, moved(draft, 'l4', 'u2', 1));
		expect(told(draft)).toEqual(['moved l1', 'reordered u2']);
	});

	it('names what was reworded in any language', () => {
		const draft = sampleCourse();
		draft.title.ru = 'Курс';
		draft.units[0]!.title.en = 'More words';
		expect(told(draft)).toEqual(['reworded c', 'reworded u1']);
	});
});
