import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BoardObject } from '../protocol.ts';
import { stubCanvas } from './canvas-stub.ts';
import { effort } from './draw.ts';
import { PART } from './ink.ts';
import { Encoder, type Sample } from './points.ts';
import { Stage } from './stage.ts';

const PAGE = { page: 'p', kind: 'blank' } as const;

/** A little stroke somewhere on the page. */
function samples(i: number, count = 20): Sample[] {
	const [x, y] = [50 + ((i * 197) % 1450), 50 + ((i * 89) % 780)];
	return Array.from({ length: count }, (_, k) => ({ x: x + k * 2, y: y + 8 * Math.sin(k) }));
}

const stroke = (i: number, count?: number) => ({
	event: 'stroke.added',
	by: `s${i % 3}`,
	data: {
		page: 'p',
		object: `o${i}`,
		color: '#221f19',
		size: 8,
		points: new Encoder().encode(samples(i, count))
	}
});

describe('the stage', () => {
	let stage: Stage;

	beforeEach(() => {
		stubCanvas();
		vi.useFakeTimers();
		stage = new Stage(document.createElement('canvas'));
		stage.resize(800, 1);
		stage.setPage(PAGE, []);
		vi.advanceTimersByTime(100);
		return () => {
			stage.close();
			vi.useRealTimers();
			vi.unstubAllGlobals();
		};
	});

	/** What happens now costs so much until all is whole. */
	function cost(act: () => void) {
		const before = { ...effort };
		act();
		vi.advanceTimersByTime(2000);
		return {
			outlined: effort.outlined - before.outlined,
			drawn: effort.drawn - before.drawn
		};
	}

	it('does no more for the last strokes of a page than for the first', () => {
		const costs: { outlined: number; drawn: number }[] = [];
		for (let i = 0; i < 1000; i++) costs.push(cost(() => stage.apply(stroke(i))));
		const sum = (some: typeof costs, what: 'outlined' | 'drawn') =>
			some.reduce((all, one) => all + one[what], 0);
		const [first, last] = [costs.slice(0, 100), costs.slice(-100)];
		expect(sum(last, 'outlined')).toBe(sum(first, 'outlined'));
		expect(sum(last, 'drawn')).toBe(sum(first, 'drawn'));
	}, 30_000);

	it('does no more for the end of a long stroke than for its beginning', () => {
		const encoder = new Encoder();
		const data = { page: 'p', object: 'long', color: '#221f19', size: 8 };
		let most = 0;
		for (let i = 0; i < 400; i++) {
			const points = encoder.encode(samples(i, 10));
			const before = effort.outlined;
			stage.apply({ event: 'stroke.added', by: 'a', data: { ...data, points } });
			vi.advanceTimersByTime(50);
			most = Math.max(most, effort.outlined - before);
		}
		// At most the part that grows, in each of the frames of 50 ms, and the part that was just full.
		expect(most).toBeLessThanOrEqual(3 * 2 * (PART + 10));
	});

	it('mends only the place of what is removed', () => {
		for (let i = 0; i < 800; i++) stage.apply(stroke(i));
		vi.advanceTimersByTime(3000);
		const one = cost(() =>
			stage.apply({ event: 'object.removed', by: 's0', data: { page: 'p', objects: ['o5'] } })
		);
		expect(one.outlined).toBe(0);
		expect(one.drawn).toBeLessThan(60);
	});

	it('does nothing for what is removed or restored a second time', () => {
		stage.apply(stroke(1));
		vi.advanceTimersByTime(3000);
		const gone = { event: 'object.removed', by: 's1', data: { page: 'p', objects: ['o1'] } };
		stage.apply(gone);
		expect(cost(() => stage.apply(gone))).toEqual({ outlined: 0, drawn: 0 });
		expect(stage.scene.list()).toHaveLength(0);
		stage.apply({ ...gone, event: 'object.restored' });
		expect(stage.scene.list().map(({ id }) => id)).toEqual(['o1']);
	});

	it('goes on with a stroke in the messages that follow, wherever they end', () => {
		const encoder = new Encoder();
		const data = { page: 'p', object: 'o', color: '#221f19', size: 8 };
		for (const x of [100, 200, 300])
			stage.apply({
				event: 'stroke.added',
				by: 'a',
				data: { ...data, points: encoder.encode([{ x, y: 50 }]) }
			});
		expect(stage.scene.items.get('o')?.box).toMatchObject({ x: 92, right: 308 });
	});

	it('takes no points of a stroke from somebody else', () => {
		stage.apply(stroke(1));
		const before = stage.scene.items.get('o1')!.box;
		stage.apply({ ...stroke(1), by: 'another' });
		expect(stage.scene.items.get('o1')!.box).toEqual(before);
	});

	it('leaves out what happens on other pages', () => {
		stage.apply({ ...stroke(1), data: { ...stroke(1).data, page: 'q' } });
		expect(stage.scene.items.size).toBe(0);
	});

	it('puts a shape again where it stood, not above all', () => {
		const shape = { kind: 'rect', x: 1, y: 1, w: 9, h: 9, color: '#221f19', size: 4 };
		const put = (object: string, x = 1) =>
			stage.apply({
				event: 'object.put',
				by: 'a',
				data: { page: 'p', object, shape: { ...shape, x } }
			});
		put('a');
		put('b');
		put('a', 50);
		expect(stage.scene.list().map(({ id }) => id)).toEqual(['a', 'b']);
		expect(stage.scene.items.get('a')?.shape?.x).toBe(50);
	});

	it('shows a page that is full when somebody joins, in its order', () => {
		const objects = Array.from({ length: 500 }, (_, i): BoardObject => {
			const { by, data } = stroke(i);
			return { ...data, by, kind: 'stroke' };
		});
		const once = cost(() => stage.setPage(PAGE, objects));
		expect(once.outlined).toBe(500 * 20);
		expect(stage.scene.list().every(({ baked }) => baked)).toBe(true);
	});

	it('outlines nothing again when the view or the size changes', () => {
		for (let i = 0; i < 50; i++) stage.apply(stroke(i));
		vi.advanceTimersByTime(3000);
		expect(cost(() => stage.resize(900, 2)).outlined).toBe(0);
		expect(cost(() => stage.setView({ scale: 2, x: 10, y: 10 })).outlined).toBe(0);
	});

	it('empties the page, and what comes after stands on it', () => {
		stage.apply(stroke(1));
		stage.apply({ event: 'page.cleared', by: 't', data: { page: 'p' } });
		stage.apply(stroke(2));
		expect(stage.scene.list().map(({ id }) => id)).toEqual(['o2']);
	});
});
