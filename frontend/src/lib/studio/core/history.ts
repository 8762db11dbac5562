/** One thing the author did, with how to take it back and do it again. */
export interface Step {
	undo(): void;
	redo(): void;
	/** Names what was done, for "undone: …". Called when it is shown, in the reader's language. */
	label(): string;
	/** Steps of the same key that follow each other closely are one step: the typing of a word. */
	key?: string;
}

const LIMIT = 50;
const TOGETHER_MS = 1200;

/** The last fifty things the author did. */
export class History {
	#done: Step[] = [];
	#undone: Step[] = [];
	#lastAt = 0;

	constructor(private readonly changed: () => void = () => undefined) {}

	get canUndo(): boolean {
		return this.#done.length > 0;
	}

	get canRedo(): boolean {
		return this.#undone.length > 0;
	}

	/** Records a step that has just been done. */
	add(step: Step, now = Date.now()): void {
		const last = this.#done.at(-1);
		const together = step.key && last?.key === step.key && now - this.#lastAt < TOGETHER_MS;
		if (together && !this.canRedo) last.redo = step.redo;
		else this.#done.push(step);
		if (this.#done.length > LIMIT) this.#done.shift();
		this.#undone = [];
		this.#lastAt = now;
		this.changed();
	}

	/** Ends the run of steps that are taken as one, such as when a field is left. */
	pause(): void {
		this.#lastAt = 0;
	}

	/** Forgets everything: what is there now has another origin than the steps. */
	clear(): void {
		this.#done = [];
		this.#undone = [];
		this.changed();
	}

	/** Takes the last step back and returns it. */
	undo(): Step | undefined {
		const step = this.#done.pop();
		if (step) this.#undone.push(step);
		step?.undo();
		this.pause();
		this.changed();
		return step;
	}

	/** Does the step that was taken back last again and returns it. */
	redo(): Step | undefined {
		const step = this.#undone.pop();
		if (step) this.#done.push(step);
		step?.redo();
		this.pause();
		this.changed();
		return step;
	}
}
