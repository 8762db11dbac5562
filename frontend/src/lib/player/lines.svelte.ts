import { SvelteSet } from 'svelte/reactivity';
import { choices } from './choices.svelte.ts';
import type { Action } from './keys.ts';
import type { Playback } from './playback.svelte.ts';
import { currentCue, type Cue } from './vtt.ts';

type Player = Pick<Playback, 'time' | 'paused' | 'started' | 'seek' | 'play'>;
type LineAction = Extract<Action, { do: 'loop' | 'reveal' | 'line' }>;

/** Within so many seconds of its beginning, "previous" leaves a line; later it goes back to its beginning. */
const FRESH = 1.5;
/** A jump further than this out of the repeated line is meant: the line one lands in is repeated then. */
const SLACK = 0.6;

/** The spoken lines of a video: steps from one to the next, repeats one, shows one that is learnt by ear. */
export class Lines {
	/** The line that is repeated. Reactive. */
	looped = $state.raw<Pick<Cue, 'start' | 'end'>>();
	/** Beginnings of the lines that were asked for while learning by ear. Reactive. */
	readonly revealed = new SvelteSet<number>();

	constructor(
		private readonly player: Player,
		/** The lines of the first track, in their order. */
		private readonly cues: () => readonly Pick<Cue, 'start' | 'end'>[]
	) {}

	/** Place of the line now spoken, or of the last one; -1 before the first. */
	get now(): number {
		return currentCue(this.cues() as Cue[], this.player.time);
	}

	/** The line now spoken is not to be read: it is learnt by ear and was not asked for. Reactive. */
	get unread(): boolean {
		return choices.ear && !this.revealed.has(this.cues()[this.now]?.start ?? -1);
	}

	perform(action: LineAction): void {
		if (action.do === 'line') this.step(action.by);
		else if (action.do === 'loop') this.loop();
		else this.reveal();
	}

	/** Goes to the beginning of the next line or of the one before. */
	step(by: 1 | -1): void {
		const cues = this.cues();
		const now = this.now;
		const begun = now >= 0 && this.player.time - cues[now].start > FRESH;
		const cue = cues[by < 0 && begun ? now : Math.max(0, now + by)];
		if (cue) this.go(cue.start);
	}

	/** Goes to a second and plays. A repetition moves along. */
	go(seconds: number): void {
		this.player.seek(seconds);
		if (this.looped) this.looped = this.cues()[currentCue(this.cues() as Cue[], seconds)];
		if (!this.player.started) void this.player.play();
	}

	/** Repeats the line now spoken, or plays on. */
	loop(): void {
		if (this.looped) this.looped = undefined;
		else this.looped = this.cues()[Math.max(0, this.now)];
		if (this.looped && this.player.time >= this.looped.end) this.player.seek(this.looped.start);
	}

	/** Shows the line now spoken. */
	reveal(start = this.cues()[this.now]?.start): void {
		if (start !== undefined) this.revealed.add(start);
	}

	/**
	 * Keeps a repeated line going; called whenever the time or the line has changed. Answers what undoes it. The
	 * browser tells the time four times a second: the end of a line needs a clock of its own.
	 */
	follow(speed: number): (() => void) | undefined {
		const { looped, player } = this;
		if (!looped || player.paused) return undefined;
		const { time } = player;
		if (time < looped.start - SLACK || time > looped.end + SLACK) {
			this.looped = this.cues()[Math.max(0, this.now)];
			return undefined;
		}
		const left = Math.max(0, looped.end - time) / speed;
		const timer = setTimeout(() => player.seek(looped.start), left * 1000);
		return () => clearTimeout(timer);
	}
}
