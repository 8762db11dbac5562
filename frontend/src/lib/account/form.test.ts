import { describe, expect, it } from 'vitest';
import { ApiError } from '#lib/api/errors.ts';
import { Form, nextOf } from './form.svelte.ts';

describe('the way on after signing in', () => {
	it.each([
		['/courses/cnc', '/courses/cnc'],
		['', '/today'],
		['https://elsewhere.example', '/today'],
		['//elsewhere.example', '/today'],
		['/\\elsewhere.example', '/today']
	])('from next=%s leads to %s', (next, to) => {
		expect(nextOf(new URLSearchParams({ next }))).toBe(to);
	});
});

describe('a form', () => {
	it('is not sent twice while it is on its way', async () => {
		const form = new Form();
		let times = 0;
		const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 5, times++));
		expect(await Promise.all([form.send(slow), form.send(slow)])).toEqual([true, false]);
		expect(times).toBe(1);
	});

	it('tells an error at its field, and as a whole when it is about no field of the form', async () => {
		const form = new Form();
		const refuse = (field?: string) => () =>
			Promise.reject(new ApiError('invalid', { status: 422, code: 'email_invalid', field }));
		expect(await form.send(refuse('email'))).toBe(false);
		expect([form.field('email') !== undefined, form.rest(['email'])]).toEqual([true, undefined]);
		await form.send(refuse());
		expect(form.rest(['email'])?.kind).toBe('invalid');
		expect(form.busy).toBe(false);
	});
});
