import type { Drawing } from '#lib/services/writing.ts';
import type { Point } from './geometry.ts';
import { judge, LENIENCY, type Verdict } from './grade.ts';
import { scoreOf, type Tally } from './score.ts';

/** Over its outline, from memory with help after two misses, or from memory and graded strictly. */
export type Mode = 'outline' | 'memory' | 'test';

/** Wrong tries at a stroke before it is shown. */
const PATIENCE = 2;

/** A character on its sheet: what has been drawn, what comes next, and what went wrong. Reactive. */
export class Sheet {
	/** Strokes that are done; the next one to draw has this number. */
	done = $state(0);
	/** What the last stroke was; undefined before the first. */
	verdict = $state<Verdict | 'helped'>();
	/** The next stroke is shown. */
	shown = $state(false);
	/** The learner's own strokes that were taken, in the square of 1024 units. */
	ink = $state.raw<Point[][]>([]);
	private tries = 0;
	private off: number[] = [];
	private counts = { misses: 0, disorders: 0, backwards: 0, helped: 0 };

	constructor(
		readonly hanzi: string,
		readonly drawing: Drawing,
		readonly mode: Mode
	) {}

	get count(): number {
		return this.drawing.strokes.length;
	}

	get finished(): boolean {
		return this.done >= this.count;
	}

	get tally(): Tally {
		const sum = this.off.reduce((a, b) => a + b, 0);
		return { ...this.counts, distance: this.off.length ? sum / this.off.length : 0 };
	}

	get score(): number {
		return scoreOf(this.count, this.tally);
	}

	/** Whether the character was known: nothing was shown, and few strokes had to be drawn again. */
	get right(): boolean {
		const { misses, disorders, backwards, helped } = this.tally;
		return helped === 0 && disorders + backwards + misses <= Math.ceil(this.count / 3);
	}

	/** Takes a stroke. */
	draw(points: Point[]): void {
		if (this.finished || points.length < 2) return;
		const { medians } = this.drawing;
		const leniency = this.mode === 'test' ? LENIENCY.test : LENIENCY.practice;
		const { verdict, distance } = judge(points, medians, this.done, leniency);
		this.verdict = verdict;
		if (verdict === 'right') return this.take(points, distance);
		if (verdict === 'order') this.counts.disorders++;
		else if (verdict === 'backwards') this.counts.backwards++;
		else this.counts.misses++;
		if (++this.tries >= PATIENCE && this.mode !== 'test') this.help();
	}

	/** Takes a stroke that was chosen instead of drawn. */
	choose(stroke: number): void {
		if (this.finished) return;
		this.draw(this.drawing.medians[stroke] ?? []);
	}

	/** Shows the next stroke, and no more than it. */
	help(): void {
		if (this.finished || this.shown) return;
		this.shown = true;
		this.verdict = 'helped';
		this.counts.helped++;
	}

	private take(points: Point[], distance: number): void {
		this.ink = [...this.ink, points];
		this.off.push(distance);
		this.done++;
		this.tries = 0;
		this.shown = false;
	}
}
