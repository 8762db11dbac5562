/** What a refused or failed request means for what waits to be saved. */
export type Failure =
	/** Someone else changed the same thing: read again, compare, go on. */
	| { kind: 'stale' }
	/** The thing, or what should hold it, is no longer there. */
	| { kind: 'gone' }
	/** The server will never take this value. */
	| { kind: 'invalid'; code: string; field: string }
	/** Nobody is signed in any more: everything waits until someone is. */
	| { kind: 'signed-out' }
	/** The right to edit has been withdrawn. */
	| { kind: 'forbidden' }
	/** The line or the server: try again, not before `afterMs`. */
	| { kind: 'retry'; afterMs: number };

interface ProblemLike {
	status?: number;
	code?: string;
	field?: string;
	problem?: { retryAfter?: number };
}

/** Reads a failure from whatever a request threw; a network error has no status. */
export function failureOf(error: unknown): Failure {
	const problem = (error ?? {}) as ProblemLike;
	switch (problem.status) {
		case 401:
			return { kind: 'signed-out' };
		case 403:
			return { kind: 'forbidden' };
		case 404:
			return { kind: 'gone' };
		case 409:
			if (problem.code === 'course_archived') return { kind: 'forbidden' };
			if (!problem.code || problem.code.startsWith('stale_')) return { kind: 'stale' };
		// Any other conflict, such as a taken address, will not pass by itself.
		// falls through
		case 400:
		case 413:
		case 415:
		case 422:
			return { kind: 'invalid', code: problem.code ?? 'invalid', field: problem.field ?? '' };
		default:
			return { kind: 'retry', afterMs: (problem.problem?.retryAfter ?? 0) * 1000 };
	}
}

/** 1 s, 2 s, 4 s … 30 s, each up to a fifth longer so that many editors do not come back at once. */
export function backoffMs(failures: number, random = Math.random()): number {
	return Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1)) * (1 + random / 5);
}
