import createClient from 'openapi-fetch';
import type { components, paths } from './schema.gen.ts';
import { send } from './transport.ts';

export { ApiError, type Kind, type Problem } from './errors.ts';
export { csrfToken, onSession, send, setCsrfToken } from './transport.ts';

/** The shapes of the API by the names of its document: `Schema<'CourseCard'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** The API, typed by its document; every refusal is thrown as an `ApiError`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

/** The body of an answer: `const today = await take(api.GET('/api/today'))`. */
export async function take<T>(answer: Promise<{ data?: T }>): Promise<T> {
	return (await answer).data as T;
}

/** How `call` sends: query values that are undefined are left out; a body travels as JSON. */
export interface CallOptions {
	query?: Record<string, string | number | boolean | undefined>;
	body?: unknown;
	signal?: AbortSignal;
	/** Lets the request outlive the page, for what is sent while leaving. */
	keepalive?: boolean;
	headers?: Record<string, string>;
}

/** One request to an address that is put together at run time; 204 gives undefined. */
export async function call<T = void>(
	method: string,
	path: string,
	options: CallOptions = {}
): Promise<T> {
	const { query, body, ...init } = options;
	const url = new URL(path, location.origin);
	for (const [name, value] of Object.entries(query ?? {})) {
		if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
	}
	const headers = new Headers(init.headers);
	if (body !== undefined) headers.set('Content-Type', 'application/json');
	const payload = body === undefined ? undefined : JSON.stringify(body);
	const response = await send(new Request(url, { ...init, method, headers, body: payload }));
	if (response.status === 204 || response.headers.get('Content-Length') === '0')
		return undefined as T;
	return (await response.json()) as T;
}
