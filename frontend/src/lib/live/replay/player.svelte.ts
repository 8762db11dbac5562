import type { Replay } from '#lib/services/replay.ts';
import type { RoomState } from '../fold.ts';
import type { BoardObject, LogEvent } from '../protocol.ts';
import { firstFrom, PAUSE, seenAt } from './quiet.ts';
import { ofClass, Timeline } from './timeline.ts';
import { Voices } from './voices.ts';

/** What the board does with the timeline. */
export interface BoardView {
	setPage: (room: RoomState, objects: BoardObject[]) => void;
	apply: (event: LogEvent) => void;
	/** Plays how the characters of the page are written. */
	play: () => void;
}

/** Events that show another page. */
const TURNS = new Set(['page.shown', 'page.added', 'page.removed', 'deck.added', 'class.opened']);
const TICK = 100;
/** How much of a silence that is skipped is left before what comes, ms. */
const LEAD = 300;
/** The speeds that there are. */
export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** Plays a class: one clock moves the log, the board and the voices. */
export class Player {
	/** ms since the beginning of what is shown. */
	time = $state(0);
	playing = $state(false);
	/** The room as it was; replaced as a whole, so that what shows it looks again. */
	room = $state.raw<RoomState>();
	caption = $state('');
	/** A voice could not be fetched or played. */
	mute = $state(false);
	speed = $state(1);
	/** Stretches in which nobody speaks and nothing is drawn are left out. */
	skipping = $state(false);
	readonly from: number;
	readonly to: number;
	private readonly line: Timeline;
	private voices?: Voices;
	private timer?: ReturnType<typeof setInterval>;
	/** Where in the class, and when, the clock was set. */
	private base = 0;
	private began = 0;
	private readonly busy: readonly number[];
	private captionAt = 0;
	board?: BoardView;

	constructor(
		readonly replay: Replay,
		events: readonly LogEvent[]
	) {
		const own = ofClass(events);
		this.line = new Timeline(own);
		this.busy = seenAt(own);
		const started = replay.startedAt ? Date.parse(replay.startedAt) : (own[0]?.at ?? 0);
		const ended = replay.endedAt ? Date.parse(replay.endedAt) : (own.at(-1)?.at ?? started);
		this.from = started + replay.trim.from;
		this.to = Math.max(this.from, replay.trim.to ? started + replay.trim.to : ended);
		this.seek(0);
	}

	get length(): number {
		return this.to - this.from;
	}

	toggle(): void {
		if (this.playing) this.pause();
		else this.play();
	}

	play(): void {
		if (this.time >= this.length) this.seek(0);
		this.voices ??= new Voices(this.replay.tracks, () => (this.mute = true));
		this.playing = true;
		this.set(this.time);
		this.timer = setInterval(() => this.tick(), TICK);
		this.tick();
	}

	pause(): void {
		this.playing = false;
		clearInterval(this.timer);
		this.voices?.stop();
	}

	seek(time: number): void {
		this.set(Math.max(0, Math.min(this.length, time)));
		this.voices?.stop();
		this.caption = '';
		this.line.seek(this.from + this.time);
		this.show(true);
	}

	setSpeed(speed: number): void {
		this.set(this.time);
		this.speed = speed;
	}

	close(): void {
		this.pause();
		this.voices?.close();
	}

	/** The board begins to look. */
	attach(board: BoardView): void {
		this.board = board;
		board.setPage(this.line.room, this.line.objects());
	}

	private set(time: number): void {
		this.time = this.base = time;
		this.began = performance.now();
	}

	/** Goes to the end of a silence, when this is one. */
	private skip(): void {
		const now = this.from + this.time;
		const next = Math.min(firstFrom(this.busy, now), this.voices?.next(now) ?? Infinity, this.to);
		if (next - now > PAUSE) this.seek(next - LEAD - this.from);
	}

	private tick(): void {
		const passed = (performance.now() - this.began) * this.speed;
		this.time = Math.min(this.length, this.base + passed);
		if (this.skipping) this.skip();
		let turned = false;
		let changed = false;
		let { page } = this.line.room;
		this.line.seek(this.from + this.time, (event) => {
			changed = true;
			turned ||= TURNS.has(event.event);
			if (!turned) this.board?.apply(event);
			// Shown again: the teacher played its strokes for all.
			if (event.event === 'page.shown' && event.data.page === page) this.board?.play();
			page = this.line.room.page;
			if (event.event === 'caption.said') {
				this.caption = String(event.data.text ?? '');
				this.captionAt = this.time;
			}
		});
		if (this.caption && this.time - this.captionAt > 6000) this.caption = '';
		if (changed) this.show(turned);
		this.voices?.at(this.from + this.time, this.speed);
		if (this.time >= this.length) this.pause();
	}

	private show(turned: boolean): void {
		this.room = { ...this.line.room };
		if (turned) this.board?.setPage(this.line.room, this.line.objects());
	}
}
