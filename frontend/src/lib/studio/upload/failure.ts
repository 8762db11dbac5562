/** Why sending stopped. `lasting` failures need the author; the others pass with the line. */
export interface UploadFailure {
	status: number;
	code: string;
	lasting: boolean;
	retryAfterMs: number;
}

/** A conflict over an offset or with another request of the same upload passes; one over an id does not. */
export function isLasting(status: number, code = ''): boolean {
	if (status === 409) return code === 'id_taken';
	return status >= 400 && status < 500 && ![408, 423, 425, 429].includes(status);
}

/** Reads a failure from whatever was thrown; what has no status is the line's. */
export function asFailure(error: unknown): UploadFailure {
	if (error instanceof Object && 'lasting' in error) return error as UploadFailure;
	const { status = 0, code = '' } = (error ?? {}) as { status?: number; code?: string };
	return { status, code, lasting: isLasting(status, code), retryAfterMs: 0 };
}
