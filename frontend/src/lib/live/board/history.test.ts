import { describe, expect, it } from 'vitest';
import { History } from './history.ts';

const yes = () => true;
const shape = (x: number) =>
	({ object: 'a', by: 'me', kind: 'rect', x, y: 0, w: 1, h: 1, color: '', size: 1 }) as const;

describe('what somebody did', () => {
	it('is taken back in the opposite order, and done again', () => {
		const history = new History();
		history.note('p', { did: 'made', objects: ['a'] });
		history.note('p', { did: 'removed', objects: ['b'] });
		expect(history.undo('p', yes)).toEqual({ did: 'made', objects: ['b'] });
		expect(history.undo('p', yes)).toEqual({ did: 'removed', objects: ['a'] });
		expect(history.undo('p', yes)).toBeUndefined();
		expect(history.redo('p', yes)).toEqual({ did: 'made', objects: ['a'] });
		expect(history.redo('p', yes)).toEqual({ did: 'removed', objects: ['b'] });
	});

	it('puts a shape back to where it was', () => {
		const history = new History();
		history.note('p', { did: 'changed', object: 'a', from: shape(1), to: shape(2) });
		expect(history.undo('p', yes)).toMatchObject({ from: shape(2), to: shape(1) });
		expect(history.redo('p', yes)).toMatchObject({ from: shape(1), to: shape(2) });
	});

	it('cannot be done again once something new was done', () => {
		const history = new History();
		history.note('p', { did: 'made', objects: ['a'] });
		history.undo('p', yes);
		history.note('p', { did: 'made', objects: ['b'] });
		expect(history.redo('p', yes)).toBeUndefined();
	});

	it('is kept for each page by itself', () => {
		const history = new History();
		history.note('p', { did: 'made', objects: ['a'] });
		expect(history.undo('q', yes)).toBeUndefined();
		expect(history.count('p')).toEqual({ done: 1, undone: 0 });
	});

	it('is passed over when somebody else has undone it already', () => {
		const history = new History();
		history.note('p', { did: 'made', objects: ['a'] });
		history.note('p', { did: 'made', objects: ['gone'] });
		const still = (deed: object) => !JSON.stringify(deed).includes('gone');
		expect(history.undo('p', still)).toEqual({ did: 'removed', objects: ['a'] });
	});

	it('forgets what the class refused', () => {
		const history = new History();
		history.note('p', { did: 'made', objects: ['a'] });
		history.forget('p', 'a');
		expect(history.count('p').done).toBe(0);
	});
});
