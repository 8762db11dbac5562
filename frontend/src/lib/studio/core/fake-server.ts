import type { DraftCourse, Order, Pairing } from '../types';
import { plain, type EntityType } from './leaves';
import {
	applyOrder,
	entity,
	find,
	insert,
	orderOf,
	remove,
	type Item,
	type ItemType
} from './tree';
import type { Op } from './pending';
import type { Transport } from './sync';

/** A problem document as the API's client throws it. */
export class Problem extends Error {
	constructor(
		public status: number,
		public code = '',
		public field = ''
	) {
		super(code);
	}
}

/** A server in memory that keeps the contract of the studio's routes; for tests alone. */
export class FakeServer implements Transport {
	requests: string[] = [];
	/** Called before each request is carried out; throws to refuse it. */
	before: (request: string) => void = () => undefined;
	/** Called after a request was carried out; throws to lose its answer on the way. */
	after: (request: string) => void = () => undefined;
	private bin = new Map<string, { parentId: string; item: Item }>();

	constructor(public held: DraftCourse) {}

	async course(): Promise<DraftCourse> {
		return this.run('GET', () => plain(this.held));
	}

	async create(op: Extract<Op, { type: 'create' }>): Promise<Item> {
		return this.run(`PUT ${op.entity}`, () => {
			if (op.entity !== 'unit' && !find(this.held, op.parentId)) throw new Problem(404);
			insert(this.held, op.entity, op.parentId, plain(op.item), op.after);
			return plain(find(this.held, op.item.id)?.item as Item);
		});
	}

	async patch(type: EntityType, id: string, patch: Record<string, unknown>): Promise<object> {
		return this.run(`PATCH ${type}`, () => {
			const known = entity(this.held, type, id) as { version: number } | undefined;
			if (!known) throw new Problem(404);
			if (known.version !== patch.version) throw new Problem(409, 'stale_version');
			Object.assign(known, plain(patch), { version: known.version + 1 });
			return plain(known);
		});
	}

	async remove(_: ItemType, id: string): Promise<void> {
		return this.run('DELETE', () => {
			const found = find(this.held, id);
			if (!found) throw new Problem(404);
			this.bin.set(id, { parentId: found.parentId, item: found.item });
			remove(this.held, id);
		});
	}

	async restore(type: ItemType, id: string): Promise<Item> {
		return this.run('POST restore', () => {
			const gone = this.bin.get(id);
			if (gone) insert(this.held, type, gone.parentId, gone.item, undefined);
			const found = find(this.held, id);
			if (!found) throw new Problem(404);
			return plain(found.item);
		});
	}

	async order(_: string, order: Order): Promise<DraftCourse> {
		return this.run('PUT order', () => {
			const ids = (o: Order) =>
				o.units.flatMap((u) => [u.id, ...u.lessons.flatMap((l) => [l.id, ...l.activities])]).sort();
			if (String(ids(order)) !== String(ids(orderOf(this.held))))
				throw new Problem(409, 'stale_outline');
			applyOrder(this.held, order);
			return plain(this.held);
		});
	}

	async pairings(_: string, pairings: Pairing[]): Promise<DraftCourse> {
		return this.run('PUT pairings', () => {
			this.held.pairings = plain(pairings);
			return plain(this.held);
		});
	}

	private async run<T>(request: string, work: () => T): Promise<T> {
		await new Promise((resolve) => setTimeout(resolve, 5));
		this.requests.push(request);
		this.before(request);
		const answer = work();
		this.after(request);
		return answer;
	}
}

/** A course of two units with two lessons each, one activity in the first. */
export function sampleCourse(): DraftCourse {
	const lesson = (id: string) => ({
		id,
		title: { en: `Lesson ${id}` },
		summary: {},
		preview: false,
		version: 1,
		activities: []
	});
	return {
		id: 'c',
		slug: 'course',
		institutionId: 'i',
		format: 'mooc',
		state: 'draft',
		trade: '',
		level: '',
		languages: ['en', 'ru'],
		title: { en: 'Course' },
		summary: {},
		description: {},
		effortHours: 0,
		wordBudget: 0,
		version: 1,
		dirty: false,
		problems: [],
		pairings: [],
		runs: [],
		units: [
			{
				id: 'u1',
				kind: 'language',
				title: { en: 'Words' },
				version: 1,
				lessons: [
					{
						...lesson('l1'),
						activities: [{ id: 'a1', kind: 'reading', title: {}, body: {}, version: 1 }]
					},
					lesson('l2')
				]
			},
			{
				id: 'u2',
				kind: 'vocational',
				title: { en: 'Work' },
				version: 1,
				lessons: [lesson('l3'), lesson('l4')]
			}
		]
	};
}
