import type { DraftActivity, DraftCourse, DraftLesson, DraftUnit, Order, Pairing } from '../types';
import { withLeaf, type EntityType, type Leaf } from './leaves';

export type ItemType = Exclude<EntityType, 'course'>;
export type Item = DraftUnit | DraftLesson | DraftActivity;

/** Where an item stands: its parent's id, its place among its neighbours, and how many there are. */
export interface Place {
	type: ItemType;
	parentId: string;
	index: number;
	count: number;
}

interface Found extends Place {
	item: Item;
	list: Item[];
}

/** The lists of one type with the id of the thing that holds each. */
function* lists(
	course: DraftCourse,
	type: ItemType
): Generator<{ parentId: string; list: Item[] }> {
	if (type === 'unit') {
		yield { parentId: course.id, list: course.units };
		return;
	}
	for (const unit of course.units) {
		if (type === 'lesson') yield { parentId: unit.id, list: unit.lessons };
		else for (const l of unit.lessons) yield { parentId: l.id, list: l.activities };
	}
}

function locate(course: DraftCourse, id: string): Found | undefined {
	for (const type of ['unit', 'lesson', 'activity'] as const)
		for (const { parentId, list } of lists(course, type)) {
			const index = list.findIndex((item) => item.id === id);
			if (index >= 0)
				return { type, parentId, index, count: list.length, item: list[index] as Item, list };
		}
	return undefined;
}

/** The item with its place, or undefined when the course has none with this id. */
export function find(course: DraftCourse, id: string): (Place & { item: Item }) | undefined {
	return locate(course, id);
}

/** The thing a patch is about: the course itself or one of its items. */
export function entity(course: DraftCourse, type: EntityType, id: string): object | undefined {
	return type === 'course' ? course : locate(course, id)?.item;
}

/** The same course with another value at one leaf: cheap enough for every key that is pressed. */
export function withLeafOf(
	course: DraftCourse,
	{ entity: type, id, path, value }: { entity: EntityType; id: string; path: string; value: Leaf }
): DraftCourse {
	const change = <T extends Item>(item: T, inner: (item: T) => T): T =>
		item.id === id ? withLeaf(item, path, value) : inner(item);
	if (type === 'course') return withLeaf(course, path, value);
	const inLesson = (lesson: DraftLesson): DraftLesson =>
		type === 'lesson'
			? lesson
			: { ...lesson, activities: lesson.activities.map((a) => change(a, same)) };
	const inUnit = (unit: DraftUnit): DraftUnit =>
		type === 'unit' ? unit : { ...unit, lessons: unit.lessons.map((l) => change(l, inLesson)) };
	return { ...course, units: course.units.map((unit) => change(unit, inUnit)) };
}

const same = <T>(value: T): T => value;

/** The id before an item in its list, or null for the first: what `after` means to the server. */
export function previousId(course: DraftCourse, id: string): string | null {
	const found = locate(course, id);
	return found && found.index > 0 ? (found.list[found.index - 1] as Item).id : null;
}

/** Puts an item into the list of its parent, behind `after` (null: first; unknown: last). */
export function insert(
	course: DraftCourse,
	type: ItemType,
	parentId: string,
	item: Item,
	after: string | null | undefined
): void {
	if (locate(course, item.id)) return;
	const list = listOf(course, type, parentId);
	if (!list) return;
	const behind = list.findIndex((other) => other.id === after);
	list.splice(after === null ? 0 : behind < 0 ? list.length : behind + 1, 0, item);
}

/** The list a parent keeps of one type, or undefined when there is no such parent. */
export function listOf(course: DraftCourse, type: ItemType, parentId: string): Item[] | undefined {
	for (const found of lists(course, type)) if (found.parentId === parentId) return found.list;
	return undefined;
}

/** Takes an item out with all it holds, and any pairing of a unit. */
export function remove(course: DraftCourse, id: string): void {
	const found = locate(course, id);
	if (!found) return;
	found.list.splice(found.index, 1);
	course.pairings = course.pairings.filter(
		(p) => p.languageUnitId !== id && p.vocationalUnitId !== id
	);
}

/** The order as the server wants it: every live id, once. */
export function orderOf(course: DraftCourse): Order {
	return {
		units: course.units.map((unit) => ({
			id: unit.id,
			lessons: unit.lessons.map((lesson) => ({
				id: lesson.id,
				activities: lesson.activities.map((activity) => activity.id)
			}))
		}))
	};
}

/**
 * Brings a course into an order. Ids the course lacks are passed over; items the order does not
 * name (someone else has just added them) keep their parent and go to its end.
 */
export function applyOrder(course: DraftCourse, order: Order): void {
	const units = pool(course.units);
	const lessons = pool(course.units.flatMap((u) => u.lessons));
	const activities = pool(course.units.flatMap((u) => u.lessons.flatMap((l) => l.activities)));
	const home = parents(course);

	const named = order.units.flatMap((u) => {
		const unit = take(u.id, units);
		return unit ? [{ unit, lessons: u.lessons }] : [];
	});
	for (const u of named)
		u.unit.lessons = u.lessons.flatMap((l) => {
			const lesson = take(l.id, lessons);
			if (lesson) lesson.activities = l.activities.flatMap((id) => take(id, activities) ?? []);
			return lesson ?? [];
		});
	// What the order does not name keeps what the order did not take from it.
	for (const unit of units.values()) unit.lessons = unit.lessons.filter((l) => lessons.has(l.id));
	for (const lesson of lessons.values())
		lesson.activities = lesson.activities.filter((activity) => activities.has(activity.id));
	course.units = [...named.map((u) => u.unit), ...units.values()];
	putBack(course, 'lesson', lessons, home);
	putBack(course, 'activity', activities, home);
}

function pool<T extends Item>(items: T[]): Map<string, T> {
	return new Map(items.map((item) => [item.id, item]));
}

function parents(course: DraftCourse): Map<string, string> {
	const home = new Map<string, string>();
	for (const type of ['lesson', 'activity'] as const)
		for (const { parentId, list } of lists(course, type))
			for (const item of list) home.set(item.id, parentId);
	return home;
}

function take<T>(id: string, from: Map<string, T>): T | undefined {
	const item = from.get(id);
	from.delete(id);
	return item;
}

function putBack(
	course: DraftCourse,
	type: ItemType,
	left: Map<string, Item>,
	home: Map<string, string>
): void {
	for (const item of left.values()) {
		const list = listOf(course, type, home.get(item.id) as string);
		if (list && !list.includes(item)) list.push(item);
	}
}

/** The order after moving one item to a place in a parent (counted without the item itself). */
export function moved(course: DraftCourse, id: string, parentId: string, index: number): Order {
	const order = orderOf(course);
	const found = locate(course, id);
	if (!found) return order;
	const copy: DraftCourse = { ...course, units: shallow(course.units) };
	const source = locate(copy, id) as Found;
	const target = listOf(copy, source.type, parentId);
	if (!target) return order;
	source.list.splice(source.index, 1);
	target.splice(Math.max(0, Math.min(index, target.length)), 0, source.item);
	return orderOf(copy);
}

function shallow(units: DraftUnit[]): DraftUnit[] {
	return units.map((unit) => ({
		...unit,
		lessons: unit.lessons.map((lesson) => ({ ...lesson, activities: [...lesson.activities] }))
	}));
}

/** A step a keyboard can take: up or down among neighbours, or over into the next parent. */
export type Step = 'up' | 'down' | 'previous' | 'next';

/** Where a step leads, or undefined when there is nowhere to go. */
export function target(
	course: DraftCourse,
	id: string,
	step: Step
): { parentId: string; index: number } | undefined {
	const found = locate(course, id);
	if (!found) return undefined;
	const { type, parentId, index, count } = found;
	if (step === 'up') return index > 0 ? { parentId, index: index - 1 } : undefined;
	if (step === 'down') return index < count - 1 ? { parentId, index: index + 1 } : undefined;
	const all = [...lists(course, type)];
	const here = all.findIndex((l) => l.parentId === parentId);
	const there = all[here + (step === 'next' ? 1 : -1)];
	if (!there) return undefined;
	// Into the previous parent an item goes last, into the next one first: the nearest place.
	return { parentId: there.parentId, index: step === 'next' ? 0 : there.list.length };
}

/** The ids of an item and of all it holds. */
export function subtree(item: Item): string[] {
	const inner: Item[] =
		'lessons' in item ? item.lessons : 'activities' in item ? item.activities : [];
	return [item.id, ...inner.flatMap(subtree)];
}

/** Every pairing of a live language unit with a live vocational unit. */
export function livePairings(course: DraftCourse): Pairing[] {
	const kinds = new Map(course.units.map((unit) => [unit.id, unit.kind]));
	return course.pairings.filter(
		(p) =>
			kinds.get(p.languageUnitId) === 'language' && kinds.get(p.vocationalUnitId) === 'vocational'
	);
}
