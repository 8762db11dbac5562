import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api, ApiError, call, onSession, setCsrfToken } from './client.ts';

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
	new Response(JSON.stringify(body), {
		status,
		headers: {
			'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
			...headers
		}
	});

let sent: Request[];

/** Lets the server answer with these in turn; an Error stands for a line that broke. */
function answers(...all: (Response | Error)[]): void {
	sent = [];
	vi.stubGlobal('fetch', async (request: Request) => {
		sent.push(request);
		const next = all[Math.min(sent.length, all.length) - 1];
		if (next instanceof Error) throw next;
		return next.clone();
	});
}

const failure = (work: Promise<unknown>) =>
	work.then(
		() => expect.fail('it went through'),
		(error: unknown) => error as ApiError
	);

beforeEach(() => {
	// The pauses between tries are random; here they are none.
	vi.spyOn(Math, 'random').mockReturnValue(0);
	setCsrfToken(undefined);
	onSession({ renewToken: async () => undefined, ended: () => undefined });
});

describe('a request to the API', () => {
	it('carries the token when it changes something, and only then', async () => {
		answers(json(200, {}));
		setCsrfToken('secret');
		await call('GET', '/api/today');
		await call('PATCH', '/api/account', { body: { name: 'A' } });
		expect(sent.map((request) => request.headers.get('X-CSRF-Token'))).toEqual([null, 'secret']);
	});

	it('is sent again after the line broke, when repeating it is harmless', async () => {
		answers(new TypeError('broken'), json(503, { code: 'busy' }), json(200, { ok: true }));
		await expect(call('PUT', '/api/enrolments/1', { body: {} })).resolves.toEqual({ ok: true });
		expect(sent).toHaveLength(3);
	});

	it('is sent once when repeating it could do a thing twice', async () => {
		answers(new TypeError('broken'));
		const error = await failure(call('POST', '/api/accounts', { body: {} }));
		expect([error.kind, error.passing, sent.length]).toEqual(['offline', true, 1]);
	});

	it('gives up after four tries and says that the server cannot answer', async () => {
		answers(json(503, { code: 'store_unavailable' }));
		const error = await failure(call('GET', '/api/today'));
		expect([error.kind, error.code, sent.length]).toEqual(['unavailable', 'store_unavailable', 4]);
	});

	it('does not wait for a server that asks for longer than a person would', async () => {
		answers(json(429, { code: 'too_many_tries' }, { 'Retry-After': '600' }));
		const error = await failure(call('GET', '/api/today'));
		expect([error.kind, error.problem.retryAfter, sent.length]).toEqual(['too-many', 600, 1]);
	});

	it('fetches a fresh token when the old one is refused, and goes through', async () => {
		answers(json(403, { code: 'csrf' }), json(200, {}));
		onSession({ renewToken: async () => setCsrfToken('new'), ended: () => undefined });
		setCsrfToken('old');
		await call('PUT', '/api/account/password', { body: {} });
		expect(sent.map((request) => request.headers.get('X-CSRF-Token'))).toEqual(['old', 'new']);
	});

	it('asks for a fresh token once only', async () => {
		answers(json(403, { code: 'csrf' }));
		const error = await failure(call('PUT', '/api/account/password', { body: {} }));
		expect([error.kind, error.code, sent.length]).toEqual(['forbidden', 'csrf', 2]);
	});

	it('tells when the session has ended', async () => {
		const ended = vi.fn();
		answers(json(401, { code: 'session_ended' }));
		onSession({ renewToken: async () => undefined, ended });
		await failure(call('GET', '/api/today'));
		expect(ended).toHaveBeenCalledOnce();
	});

	it('names the field that is wrong', async () => {
		answers(json(422, { code: 'email_invalid', field: 'email', detail: 'no' }));
		const error = await failure(call('POST', '/api/accounts', { body: {} }));
		expect([error.kind, error.field, error.code]).toEqual(['invalid', 'email', 'email_invalid']);
	});

	it('survives a refusal that was cut off on the way', async () => {
		answers(
			new Response('{"code":"x', {
				status: 500,
				headers: { 'Content-Type': 'application/problem+json' }
			})
		);
		const error = await failure(call('POST', '/api/session', { body: {} }));
		expect([error.kind, error.status]).toEqual(['internal', 500]);
	});

	it('puts the path and the query where the document says', async () => {
		answers(json(200, { items: [] }));
		await api.GET('/api/institutions/{id}/members', {
			params: { path: { id: 'a b' }, query: { query: '焊' } }
		});
		expect(new URL(sent[0].url).pathname + new URL(sent[0].url).search).toBe(
			'/api/institutions/a%20b/members?query=%E7%84%8A'
		);
	});
});
