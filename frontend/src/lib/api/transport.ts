import { ApiError } from './errors.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Methods that may be sent again: the API makes every PUT and DELETE idempotent by client-made ids. */
const REPEATABLE = new Set([...SAFE, 'PUT', 'DELETE']);
const TRIES = 4;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 6_000;

let csrf: string | undefined;
let renew: (() => Promise<void>) | undefined;
let ended: (() => void) | undefined;

/** Remembers the token that unsafe requests must carry; the session service calls it. */
export function setCsrfToken(token: string | undefined): void {
	csrf = token;
}

/** The token, for requests that cannot carry a header (`sendBeacon` puts it into the body). */
export function csrfToken(): string | undefined {
	return csrf;
}

/**
 * Says what to do when the server refuses the token (it is fetched afresh and the request sent once more)
 * and when it says that nobody is signed in. The session service fills this in.
 */
export function onSession(handlers: { renewToken: () => Promise<void>; ended: () => void }): void {
	renew = handlers.renewToken;
	ended = handlers.ended;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), {
			once: true
		});
	});
}

// Full jitter: phones that lost the same mast must not come back in one wave.
function backoff(attempt: number, error: ApiError): number {
	const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
	return Math.max((error.problem.retryAfter ?? 0) * 1000, Math.random() * longest);
}

async function once(request: Request): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(request);
	} catch (cause) {
		if (request.signal.aborted) throw cause;
		throw ApiError.offline(cause);
	}
	if (!response.ok) throw await ApiError.from(response);
	return response;
}

function worthRepeating(error: ApiError, request: Request, attempt: number): boolean {
	if (!error.passing || attempt + 1 >= TRIES) return false;
	if (error.problem.retryAfter && error.problem.retryAfter * 1000 > LONGEST_WAIT_MS) return false;
	return REPEATABLE.has(request.method) && navigator.onLine;
}

/**
 * `fetch` for the API: adds the CSRF token, tries idempotent requests again with growing pauses,
 * and turns every answer that is not 2xx into an `ApiError`.
 */
export async function send(request: Request): Promise<Response> {
	let renewed = false;
	for (let attempt = 0; ; attempt++) {
		if (csrf && !SAFE.has(request.method)) request.headers.set('X-CSRF-Token', csrf);
		try {
			return await once(request.clone());
		} catch (error) {
			if (!(error instanceof ApiError)) throw error;
			if (error.code === 'csrf' && renew && !renewed) {
				renewed = true;
				await renew();
			} else if (worthRepeating(error, request, attempt)) {
				await pause(backoff(attempt, error), request.signal);
			} else {
				if (error.kind === 'unauthenticated') ended?.();
				throw error;
			}
		}
	}
}
