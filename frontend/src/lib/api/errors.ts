/** What the API says when it refuses: RFC 9457 with our stable code and, for bad input, the field. */
export interface Problem {
	type?: string;
	title?: string;
	status: number;
	detail?: string;
	/** Stable name of the reason, such as `run_full`. */
	code?: string;
	/** Path of the field that is wrong, such as `email` or `title.ru`. */
	field?: string;
	requestId?: string;
	/** Seconds to wait before another try. */
	retryAfter?: number;
}

/** What kind of failure it is, whatever its exact reason. */
export type Kind =
	| 'offline'
	| 'unavailable'
	| 'unauthenticated'
	| 'forbidden'
	| 'not-found'
	| 'conflict'
	| 'invalid'
	| 'too-many'
	| 'internal';

const KINDS: Record<number, Kind> = {
	400: 'invalid',
	401: 'unauthenticated',
	403: 'forbidden',
	404: 'not-found',
	409: 'conflict',
	412: 'conflict',
	413: 'invalid',
	422: 'invalid',
	429: 'too-many',
	502: 'unavailable',
	503: 'unavailable',
	504: 'unavailable'
};

/**
 * A request that did not succeed. Its `message` is for a log; what a person reads is made by
 * `explain` in `#lib/services/errors.ts`, in their language.
 */
export class ApiError extends Error {
	readonly kind: Kind;
	readonly problem: Problem;

	constructor(kind: Kind, problem: Problem, options?: ErrorOptions) {
		super(problem.detail || problem.title || kind, options);
		this.name = 'ApiError';
		this.kind = kind;
		this.problem = problem;
	}

	get code(): string | undefined {
		return this.problem.code;
	}

	get field(): string | undefined {
		return this.problem.field;
	}

	get status(): number {
		return this.problem.status;
	}

	/** The network did not carry the request, or the server cannot answer now: the same request may succeed later. */
	get passing(): boolean {
		return this.kind === 'offline' || this.kind === 'unavailable' || this.kind === 'too-many';
	}

	/** Reads the refusal out of a response that is not 2xx. */
	static async from(response: Response): Promise<ApiError> {
		const kind = KINDS[response.status] ?? (response.status < 500 ? 'invalid' : 'internal');
		return new ApiError(kind, { ...(await problemOf(response)), status: response.status });
	}

	/** Wraps what `fetch` throws when no answer came. */
	static offline(cause: unknown): ApiError {
		return new ApiError('offline', { status: 0, title: 'no answer' }, { cause });
	}
}

async function problemOf(response: Response): Promise<Partial<Problem>> {
	const wait = Number(response.headers.get('Retry-After'));
	const hint = Number.isFinite(wait) && wait > 0 ? { retryAfter: wait } : {};
	if (!response.headers.get('Content-Type')?.includes('json')) return hint;
	try {
		return { ...hint, ...((await response.json()) as Partial<Problem>) };
	} catch {
		return hint; // cut off on the way: the status alone must do
	}
}
