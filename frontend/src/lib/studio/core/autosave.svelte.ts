import { m } from '#lib/i18n';
import { backoffMs, failureOf } from './failure';
import { History } from './history';
import type { Journal } from './journal';
import type { SyncState } from './sync';

const IDLE_MS = 800;

/**
 * Work that saves itself: what is changed is kept on the device at once and sent when the author pauses, tried again
 * while the line is down, and can be undone. What there is to send, and in which order, is the business of each editor.
 */
export abstract class Autosave<K> {
	state = $state<SyncState>('saved');
	canUndo = $state(false);
	canRedo = $state(false);
	announcement = $state('');

	protected readonly history = new History(() => {
		this.canUndo = this.history.canUndo;
		this.canRedo = this.history.canRedo;
	});
	#timer: ReturnType<typeof setTimeout> | undefined;
	#busy = false;
	#closed = false;
	#failures = 0;

	protected constructor(protected readonly journal: Journal<K>) {}

	/** The next thing to send; none while everything is sent or waits for the author. */
	protected abstract next(): (() => Promise<void>) | undefined;
	/** All that is not acknowledged, as it is kept on the device. */
	protected abstract kept(): K | undefined;
	/** What the author has to settle or mend, once there is nothing to send. */
	protected abstract rest(): Extract<SyncState, 'saved' | 'conflict' | 'invalid'>;

	/** False when this browser cannot keep unsaved work: leaving the page must warn. */
	get safe(): boolean {
		return this.state === 'saved' || this.journal.works;
	}

	/** Ends the undo step of the field that is left, and saves. */
	leaveField(): void {
		this.history.pause();
		if (this.next()) this.schedule(0);
	}

	undo(): void {
		const step = this.history.undo();
		if (step) this.announcement = m.studio_undone({ what: step.label() });
	}

	redo(): void {
		const step = this.history.redo();
		if (step) this.announcement = m.studio_redone({ what: step.label() });
	}

	/** Tries again now. */
	retry(): void {
		this.#failures = 0;
		if (this.next()) this.schedule(0);
	}

	/** Keeps everything on the device and sends what it can: the page is hidden or left. */
	async secure(): Promise<void> {
		if (this.next()) this.schedule(0);
		await this.journal.keepNow(() => this.kept());
	}

	/** Stops; what waits stays on the device for the next opening. */
	async close(): Promise<void> {
		await this.#save();
		this.#closed = true;
		clearTimeout(this.#timer);
		await this.journal.keepNow(() => this.kept());
	}

	/** What an earlier page left on this device has been laid over what the server has: it is ours now. */
	protected async opened(): Promise<void> {
		await this.journal.keepNow(() => this.kept());
		await this.journal.inherit().catch(() => undefined);
		if (this.next()) this.schedule(0);
		else this.state = this.rest();
	}

	/** Something has changed: it is kept, and sent after so many milliseconds of quiet. */
	protected changed(ms = IDLE_MS): void {
		this.journal.keep(() => this.kept());
		if (!this.next()) {
			this.state = this.rest();
			return;
		}
		this.state = 'saving';
		if (!this.#failures) this.schedule(ms);
	}

	protected schedule(ms: number): void {
		clearTimeout(this.#timer);
		if (!this.#closed) this.#timer = setTimeout(() => void this.#save(), ms);
	}

	/** A request has failed for good, or for now. */
	protected fail(error: unknown): void {
		const failure = failureOf(error);
		if (failure.kind === 'signed-out' || failure.kind === 'forbidden') {
			this.state = failure.kind;
			return;
		}
		this.#failures++;
		this.state = 'retrying';
		const afterMs = failure.kind === 'retry' ? failure.afterMs : 0;
		this.schedule(Math.max(afterMs, backoffMs(this.#failures)));
	}

	async #save(): Promise<void> {
		if (this.#busy || this.#closed) return;
		this.#busy = true;
		try {
			for (let next = this.next(); next; next = this.next()) {
				this.state = 'saving';
				await next();
				this.#failures = 0;
			}
			this.state = this.rest();
		} catch (error) {
			this.fail(error);
		} finally {
			this.#busy = false;
			await this.journal.keepNow(() => this.kept());
		}
	}
}
