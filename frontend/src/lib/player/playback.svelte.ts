import { choices, choose } from './choices.svelte.ts';
import { followLoudness } from './loudness.svelte.ts';
import type { Engine, EngineState, StreamSource } from './engine/types.ts';

/** A stretch of buffered seconds. */
export type Stretch = [from: number, to: number];

const STALL_AFTER_MS = 500;
const playing = new Set<Playback>();

/** One video on the page: its element, its engine, and what the controls show of both. */
export class Playback {
	time = $state(0);
	duration = $state(0);
	paused = $state(true);
	ended = $state(false);
	/** Play was pressed at least once. */
	started = $state(false);
	/** Nothing moves although it should. */
	stalled = $state(false);
	buffered = $state<Stretch[]>([]);
	engine = $state<EngineState | null>(null);
	/** The player's own code could not be fetched. */
	broken = $state(false);
	/** The picture is late; a copy of the last one stands in for it. */
	held = $state(false);
	/** Keeps a copy of the picture now on screen. */
	copyPicture: () => void = () => {};

	private video: HTMLVideoElement | null = null;
	private machine: Engine | null = null;
	private opening: Promise<void> | null = null;
	private stallTimer: ReturnType<typeof setTimeout> | undefined;
	private readonly undo: (() => void)[] = [];

	constructor(
		private readonly source: StreamSource,
		durationMs: number,
		/** Second to begin at. */
		public startAt: number,
		/** Seconds at which chapters begin, in order. */
		readonly chapters: readonly number[] = []
	) {
		this.duration = durationMs / 1000;
		this.time = startAt;
	}

	/** Takes over a media element; returns what gives it back. */
	attach(video: HTMLVideoElement): () => void {
		this.video = video;
		video.defaultPlaybackRate = video.playbackRate = choices.speed;
		this.undo.push(followLoudness(video));
		const handlers: Record<string, () => void> = {
			timeupdate: () => (this.time = video.currentTime),
			durationchange: () => this.learnDuration(),
			play: () => this.onPlay(),
			pause: () => (this.paused = true),
			playing: () => this.moving(),
			seeking: () => this.onSeeking(),
			seeked: () => this.onSeeked(),
			waiting: () => this.mayStall(),
			ended: () => (this.ended = true),
			progress: () => this.learnBuffered()
		};
		for (const [name, handle] of Object.entries(handlers)) {
			video.addEventListener(name, handle);
			this.undo.push(() => video.removeEventListener(name, handle));
		}
		return () => this.detach();
	}

	/** Loads the engine, unless it is there. Costs its code and the playlists, no media. */
	prepare(): Promise<void> {
		this.opening ??= this.open().catch(() => {
			this.opening = null;
			this.broken = true;
		});
		return this.opening;
	}

	toggle(): void {
		if (this.paused) void this.play();
		else this.video?.pause();
	}

	async play(): Promise<void> {
		this.started = true;
		this.broken = false;
		// Called within the press: some browsers allow sound only then.
		const asked = this.machine ? this.video?.play() : undefined;
		await this.prepare();
		if (this.ended) this.seek(0);
		await (asked ?? this.video?.play())?.catch(() => {});
	}

	pause(): void {
		this.video?.pause();
	}

	/** Goes to a second. Before the first play it only moves the place to begin at. */
	seek(seconds: number): void {
		const to = Math.min(Math.max(0, seconds), Math.max(0, this.duration - 0.1));
		this.time = to;
		this.ended = false;
		if (this.video && this.machine && this.video.readyState > 0) {
			this.video.currentTime = to;
			return;
		}
		this.startAt = to;
		this.machine?.beginAt(to);
	}

	skip(seconds: number): void {
		this.seek(this.time + seconds);
	}

	/** Goes to the chapter after, or to the beginning of this one and from there to the one before. */
	turn(by: 1 | -1): void {
		const to =
			by > 0
				? this.chapters.find((start) => start > this.time + 0.1)
				: (this.chapters.findLast((start) => start < this.time - 2) ?? this.chapters[0]);
		if (to !== undefined) this.seek(to);
	}

	setSpeed(speed: number): void {
		choose({ speed });
		if (this.video) this.video.defaultPlaybackRate = this.video.playbackRate = speed;
	}

	/** Tells the engine that rung, saving or sound alone have been chosen anew. */
	applyChoice(): void {
		this.machine?.choose({ ...plainChoice() });
	}

	retry(): void {
		this.broken = false;
		if (this.machine) this.machine.retry();
		else void this.play();
	}

	private async open(): Promise<void> {
		const { open } = await import('./engine/index.ts');
		if (!this.video || this.machine) return;
		this.machine = open(this.video, this.source, {
			choice: plainChoice(),
			startAt: this.startAt,
			onState: (state) => this.onState(state),
			beforeGap: () => {
				if (!this.held) this.copyPicture();
			}
		});
	}

	private onState(state: EngineState) {
		this.engine = state;
		this.held = this.started && state.picture === 'waiting';
		this.learnBuffered();
	}

	private onPlay() {
		this.paused = false;
		this.ended = false;
		for (const other of playing) if (other !== this) other.pause();
		playing.add(this);
	}

	private moving() {
		clearTimeout(this.stallTimer);
		this.stalled = false;
	}

	private mayStall() {
		clearTimeout(this.stallTimer);
		this.stallTimer = setTimeout(() => (this.stalled = !this.paused), STALL_AFTER_MS);
	}

	private onSeeking() {
		if (this.video) this.time = this.video.currentTime;
		this.ended = false;
		this.mayStall();
	}

	private onSeeked() {
		if (this.video && this.video.readyState > 2) this.moving();
		this.learnBuffered();
	}

	private learnDuration() {
		const seconds = this.video?.duration ?? 0;
		if (Number.isFinite(seconds) && seconds > 0) this.duration = seconds;
	}

	private learnBuffered() {
		const ranges = this.video?.buffered;
		if (!ranges) return;
		this.buffered = Array.from({ length: ranges.length }, (_, i) => [
			ranges.start(i),
			ranges.end(i)
		]);
	}

	private detach() {
		clearTimeout(this.stallTimer);
		playing.delete(this);
		this.machine?.destroy();
		this.machine = null;
		for (const undo of this.undo.splice(0)) undo();
		this.video = null;
	}
}

function plainChoice() {
	return { rung: choices.rung, audioOnly: choices.audioOnly, saveData: choices.saveData };
}
