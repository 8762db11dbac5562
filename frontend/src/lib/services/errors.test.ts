import { describe, expect, it } from 'vitest';
import { ApiError, type Kind } from '#lib/api/errors.ts';
import { locales, setLocale } from '#lib/i18n';
import { explain, fieldError } from './errors.ts';

const KINDS: Kind[] = [
	'offline',
	'unavailable',
	'unauthenticated',
	'forbidden',
	'not-found',
	'conflict',
	'invalid',
	'too-many',
	'internal'
];
const refused = (code: string, field?: string) =>
	new ApiError('invalid', { status: 422, code, field });

describe('an error, told to a person', () => {
	it.each(locales)(
		'says in %s what happened, what is safe and what to do, for every kind',
		async (locale) => {
			await setLocale(locale);
			for (const kind of KINDS) {
				const words = explain(new ApiError(kind, { status: 0 }));
				for (const part of [words.what, words.safe, words.next])
					expect(part.length, kind).toBeGreaterThan(3);
			}
			await setLocale('en');
		}
	);

	it('has words of its own for a reason that needs them', () => {
		const full = explain(new ApiError('conflict', { status: 409, code: 'run_full' }));
		expect(full.what).not.toBe(
			explain(new ApiError('conflict', { status: 409, code: 'other' })).what
		);
	});

	it('shows no raw code and no text of the server', () => {
		const words = explain(
			new ApiError('internal', { status: 500, code: 'pg_23505', detail: 'duplicate key' })
		);
		expect(Object.values(words).join(' ')).not.toMatch(/pg_23505|duplicate key/);
	});

	it('treats anything else that was thrown as our own fault', () => {
		expect(explain(new TypeError('x is undefined'))).toMatchObject({
			kind: 'internal',
			again: true
		});
	});

	it('gives the number of the request for faults that are ours', () => {
		const error = new ApiError('internal', { status: 500, requestId: 'abc' });
		expect(explain(error).requestId).toBe('abc');
	});
});

describe('an error about a field', () => {
	it('is told at its field and nowhere else', () => {
		const error = refused('email_invalid', 'email');
		expect(fieldError(error, 'email')).toContain('@');
		expect(fieldError(error, 'password')).toBeUndefined();
	});

	it('is told at the parent of a field inside it', () => {
		expect(fieldError(refused('required', 'name.ru'), 'name')).toBeTruthy();
		expect(fieldError(refused('required', 'names'), 'name')).toBeUndefined();
	});

	it('says what the field wants when the schema alone refused it', () => {
		expect(fieldError(refused('invalid', 'password'), 'password')).toContain('8');
	});
});
