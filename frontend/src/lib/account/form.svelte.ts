import { explain, fieldError } from '#lib/services/errors.ts';

/** One form on its way to the server: busy, refused or done. */
export class Form {
	busy = $state(false);
	error = $state.raw<unknown>();

	/** What is wrong with the field of this name. */
	field(name: string): string | undefined {
		return fieldError(this.error, name);
	}

	/** What is wrong when no field of the form is at fault. */
	rest(fields: readonly string[]): ReturnType<typeof explain> | undefined {
		if (!this.error || fields.some((name) => this.field(name))) return undefined;
		return explain(this.error);
	}

	/** Sends the form by `work` unless it is on its way already; true when it went through. */
	async send(work: () => Promise<void>): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.error = undefined;
		try {
			await work();
			return true;
		} catch (error) {
			this.error = error;
			return false;
		} finally {
			this.busy = false;
		}
	}
}

/** An address within the app to go to after signing in; never another site. */
export function nextOf(params: Pick<URLSearchParams, 'get'>): string {
	const next = params.get('next') ?? '';
	return /^\/(?![/\\])/.test(next) ? next : '/today';
}
