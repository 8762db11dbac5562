import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Shape } from '../protocol.ts';
import { stubCanvas } from './canvas-stub.ts';
import { meetsShape } from './hit.ts';
import { Ink } from './ink.ts';
import { Encoder } from './points.ts';
import { Scene } from './scene.ts';

const shape = (kind: Shape['kind'], w: number, h: number): Shape => ({
	object: kind,
	by: 'me',
	kind,
	x: 100,
	y: 100,
	w,
	h,
	color: '#221f19',
	size: 4,
	text: kind === 'text' ? 'lathe' : undefined
});
const points = (...at: [number, number][]) => new Encoder().encode(at.map(([x, y]) => ({ x, y })));

describe('the eraser', () => {
	beforeEach(() => {
		stubCanvas();
		return () => vi.unstubAllGlobals();
	});

	it('meets a stroke on its line, between its points too, and not beside it', () => {
		const ink = new Ink('#221f19', 8, points([100, 100], [500, 100]));
		expect(ink.passes(300, 103, 0)).toBe(true);
		expect(ink.passes(300, 112, 10)).toBe(true);
		expect(ink.passes(300, 120, 10)).toBe(false);
		expect(ink.passes(520, 100, 10)).toBe(false);
	});

	it('meets the edge of a rectangle and an ellipse, not what they hold', () => {
		for (const kind of ['rect', 'ellipse'] as const) {
			expect(meetsShape(shape(kind, 200, 200), 100, 200, 5)).toBe(true);
			expect(meetsShape(shape(kind, 200, 200), 200, 200, 5)).toBe(false);
			expect(meetsShape(shape(kind, 200, 200), 60, 60, 5)).toBe(false);
		}
	});

	it('meets shapes that were drawn from their end to their beginning', () => {
		expect(meetsShape(shape('rect', -50, -50), 50, 75, 5)).toBe(true);
		expect(meetsShape(shape('arrow', -50, -50), 75, 75, 5)).toBe(true);
		expect(meetsShape(shape('line', -50, 0), 75, 120, 5)).toBe(false);
	});

	it('meets a text anywhere in its field', () => {
		expect(meetsShape(shape('text', 200, 40), 280, 103, 0)).toBe(true);
		expect(meetsShape(shape('text', 200, 40), 320, 103, 0)).toBe(false);
	});

	it('finds the topmost of what lies on one another, and nothing that was removed', () => {
		const scene = new Scene([shape('rect', 200, 200), { ...shape('line', 200, 0), object: 'top' }]);
		expect(scene.at(150, 100, 4).map(({ id }) => id)).toEqual(['top', 'rect']);
		scene.items.get('top')!.removed = true;
		expect(scene.at(150, 100, 4).map(({ id }) => id)).toEqual(['rect']);
	});
});
