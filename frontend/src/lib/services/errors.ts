import { ApiError, type Kind } from '#lib/api/errors.ts';
import { m } from '#lib/i18n';

/** An error in the reader's words: what happened, what is safe, what to do. */
export interface Explanation {
	kind: Kind;
	what: string;
	safe: string;
	next: string;
	/** The same action may succeed when it is tried again. */
	again: boolean;
	/** Number under which the server logged it, for faults that are ours. */
	requestId?: string;
}

interface Words {
	what: () => string;
	safe: () => string;
	next: () => string;
}

const BY_KIND: Record<Kind, Words> = {
	offline: {
		what: m.common_error_offline,
		safe: m.common_safe_device,
		next: m.common_next_when_back
	},
	unavailable: {
		what: m.common_error_unavailable,
		safe: m.common_safe_saved,
		next: m.common_next_minute
	},
	unauthenticated: {
		what: m.common_error_signed_out,
		safe: m.common_safe_saved,
		next: m.common_next_sign_in
	},
	forbidden: {
		what: m.common_error_forbidden,
		safe: m.common_safe_nothing_changed,
		next: m.common_next_ask
	},
	'not-found': {
		what: m.common_error_not_found,
		safe: m.common_safe_nothing_changed,
		next: m.common_next_go_on
	},
	conflict: {
		what: m.common_error_conflict,
		safe: m.common_safe_nothing_lost,
		next: m.common_next_reload
	},
	invalid: { what: m.common_error_invalid, safe: m.common_safe_typed, next: m.common_next_mend },
	'too-many': {
		what: m.common_error_too_many,
		safe: m.common_safe_nothing_changed,
		next: m.common_next_minute
	},
	internal: { what: m.common_error_internal, safe: m.common_safe_saved, next: m.common_next_again }
};

// Reasons that deserve words of their own; all others are told by their kind.
const BY_CODE: Record<string, Partial<Words>> = {
	run_full: { what: m.common_code_run_full, next: m.common_code_run_full_next },
	run_closed: { what: m.common_code_run_closed, next: m.common_code_run_full_next },
	already_enrolled: { what: m.common_code_already_enrolled, next: m.common_next_reload },
	stale_version: { what: m.common_code_stale, next: m.common_next_reload },
	wrong_password: { what: m.common_code_wrong_pair, next: m.common_code_wrong_pair_next },
	too_many_tries: { what: m.common_code_too_many_tries, next: m.common_code_too_many_tries_next },
	sign_in_busy: { what: m.common_code_sign_in_busy },
	account_suspended: { what: m.common_code_suspended },
	token_invalid: { what: m.common_code_token_invalid, next: m.common_code_token_invalid_next },
	last_admin: { what: m.common_code_last_admin, next: m.common_code_last_admin_next },
	last_coordinator: { what: m.common_code_last_coordinator, next: m.common_code_last_admin_next },
	own_account: { what: m.common_code_own_account },
	csrf: { what: m.common_code_csrf, safe: m.common_safe_typed, next: m.common_next_again }
};

// What is wrong with one field, told beside it.
const FIELD: Record<string, () => string> = {
	required: m.common_field_required,
	email_invalid: m.common_field_email,
	email_same: m.common_field_email_same,
	password_short: m.common_field_password_short,
	password_long: m.common_field_too_long,
	password_common: m.common_field_password_common,
	wrong_password: m.common_code_wrong_password,
	name_length: m.common_field_name_length,
	forbidden_character: m.common_field_character,
	no_account: m.common_field_no_account,
	slug_taken: m.common_field_slug_taken,
	slug_invalid: m.common_field_slug,
	website_invalid: m.common_field_website,
	too_long: m.common_field_too_long
};

// The schema of the API refuses a value before its rules do, and then only the field is known.
const BY_FIELD: Record<string, () => string> = {
	email: m.common_field_email,
	password: m.common_field_password_short,
	newPassword: m.common_field_password_short,
	name: m.common_field_name_length,
	slug: m.common_field_slug,
	website: m.common_field_website
};

/**
 * What to write beside the field of this name, when the error is about it; undefined when it is about
 * something else. A field inside another counts as its parent: `title.ru` is told at `title`.
 */
export function fieldError(error: unknown, name: string): string | undefined {
	if (!(error instanceof ApiError) || !error.field) return undefined;
	if (error.field !== name && !error.field.startsWith(`${name}.`)) return undefined;
	return (FIELD[error.code ?? ''] ?? BY_FIELD[name] ?? m.common_field_invalid)();
}

/** What to tell about anything that was thrown. Reactive to the language. */
export function explain(error: unknown): Explanation {
	const api = error instanceof ApiError ? error : undefined;
	const kind = api?.kind ?? 'internal';
	const words = { ...BY_KIND[kind], ...(api?.code ? BY_CODE[api.code] : undefined) };
	return {
		kind,
		what: words.what(),
		safe: words.safe(),
		next: words.next(),
		again: !['forbidden', 'not-found', 'invalid'].includes(kind),
		requestId: kind === 'internal' ? api?.problem.requestId : undefined
	};
}
