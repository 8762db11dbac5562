import { describe, expect, it } from 'vitest';
import { sampleCourse } from './fake-server';
import {
	applyOrder,
	find,
	insert,
	moved,
	orderOf,
	remove,
	subtree,
	target,
	withLeafOf
} from './tree';

const outline = (course = sampleCourse()) =>
	course.units.map((u) => `${u.id}(${u.lessons.map((l) => l.id).join(' ')})`).join(' ');

function after(move: Parameters<typeof moved>) {
	applyOrder(move[0], moved(...move));
	return outline(move[0]);
}

describe('the outline', () => {
	it('moves a lesson within its unit', () => {
		expect(after([sampleCourse(), 'l1', 'u1', 1])).toBe('u1(l2 l1) u2(l3 l4)');
	});

	it('moves a lesson with its activities into another unit', () => {
		const course = sampleCourse();
		expect(after([course, 'l1', 'u2', 1])).toBe('u1(l2) u2(l3 l1 l4)');
		expect(find(course, 'a1')?.parentId).toBe('l1');
	});

	it('moves an activity into an empty lesson of another unit', () => {
		const course = sampleCourse();
		applyOrder(course, moved(course, 'a1', 'l4', 0));
		expect(find(course, 'a1')).toMatchObject({ parentId: 'l4', index: 0, count: 1 });
	});

	it('steps from the last place of a unit to the first of the next, and back to the last', () => {
		const course = sampleCourse();
		expect(target(course, 'l2', 'down')).toBeUndefined();
		expect(target(course, 'l2', 'next')).toEqual({ parentId: 'u2', index: 0 });
		expect(target(course, 'l3', 'previous')).toEqual({ parentId: 'u1', index: 2 });
		expect(target(course, 'u1', 'next')).toBeUndefined();
	});

	it('passes over ids it lacks and keeps items that an order does not name', () => {
		const course = sampleCourse();
		applyOrder(course, {
			units: [
				{
					id: 'u2',
					lessons: [
						{ id: 'gone', activities: [] },
						{ id: 'l1', activities: [] }
					]
				}
			]
		});
		expect(outline(course)).toBe('u2(l1 l3 l4) u1(l2)');
		expect(find(course, 'a1')?.parentId).toBe('l1');
	});

	it('names every live id once in its order', () => {
		const course = sampleCourse();
		insert(
			course,
			'lesson',
			'u1',
			{ ...course.units[0]!.lessons[0]!, id: 'l9', activities: [] },
			null
		);
		remove(course, 'u2');
		expect(orderOf(course).units).toEqual([
			{
				id: 'u1',
				lessons: [
					{ id: 'l9', activities: [] },
					{ id: 'l1', activities: ['a1'] },
					{ id: 'l2', activities: [] }
				]
			}
		]);
	});

	it('lists an item with all it holds', () => {
		expect(subtree(sampleCourse().units[0]!)).toEqual(['u1', 'l1', 'a1', 'l2']);
	});

	it('shares what an edit does not touch', () => {
		const course = sampleCourse();
		const next = withLeafOf(course, { entity: 'lesson', id: 'l3', path: 'title.ru', value: 'Три' });
		expect(next.units[1]!.lessons[0]!.title).toEqual({ en: 'Lesson l3', ru: 'Три' });
		expect(course.units[1]!.lessons[0]!.title).toEqual({ en: 'Lesson l3' });
		expect(next.units[1]!.lessons[1]!).toBe(course.units[1]!.lessons[1]);
	});
});
