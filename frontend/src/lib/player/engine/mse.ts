import { FILLER_CODEC } from './filler.ts';
import { recall, remember } from './line-memory.ts';
import { Meter } from './meter.ts';
import { Missing, Net } from './net.ts';
import type { AudioRung, Master, VideoRung } from './playlist.ts';
import { Schedule, type Host } from './schedule.ts';
import { Sink } from './sink.ts';
import { mime, Track, type Source } from './track.ts';
import {
	Refused,
	type Choice,
	type Engine,
	type EngineOptions,
	type EngineState,
	type StreamSource,
	type Trouble
} from './types.ts';

const TICK_MS = 250;
/** After so long a pause nothing more is fetched. */
const IDLE_PAUSE_MS = 20_000;
/** A fixed rung that keeps the viewer waiting so long is too much for the line. */
const SLOW_AFTER_MS = 3000;
/** The line's rate is kept for the next video every so many ticks. */
const REMEMBER_TICKS = 120;

/** The rungs this browser can decode, one per picture, with the cheapest sound it can decode. */
export function playable(master: Master, can: (type: string) => boolean): Master {
	const audio = master.audio.filter((a) => can(mime('audio', a.codecs)));
	const seen = new Set<string>();
	const video = master.video.filter((v) => {
		if (seen.has(v.name) || (v.audio && !audio.includes(v.audio)) || !can(mime('video', v.codecs)))
			return false;
		seen.add(v.name);
		return true;
	});
	return { audio, video };
}

/**
 * Plays our one shape through Media Source Extensions: sound first, then picture; the rung follows the
 * line and the buffer; where the picture is late the sound goes on over a filler.
 */
export class MseEngine implements Engine {
	private readonly meter = new Meter(recall());
	private readonly net: Net;
	private readonly plan: Schedule;
	private media: MediaSource | null = null;
	private address = '';
	private life = new AbortController();
	private wanted = false;
	/** A jump of our own is under way, not the viewer's. */
	private flushing = false;
	private pausedAt = 0;
	private waitingSince = 0;
	private rebuilds: number[] = [];
	private fatal: Trouble = null;
	private startAt: number;
	private readonly timer: ReturnType<typeof setInterval>;
	private readonly listeners: [string, () => void][];
	private ticks = 0;
	private state: EngineState | null = null;

	constructor(
		private readonly video: HTMLVideoElement,
		private readonly source: StreamSource,
		master: Master,
		private readonly options: EngineOptions
	) {
		this.startAt = options.startAt;
		this.net = new Net(source.base, source.renew, this.meter, () => this.publish());
		this.plan = new Schedule(this.host(), master, options.choice);
		this.listeners = [
			['play', () => this.onPlay()],
			['pause', () => (this.pausedAt = performance.now())],
			['seeking', () => this.onSeeking()],
			['seeked', () => (this.flushing = false)],
			['waiting', () => this.pump()],
			['error', () => this.restart()]
		];
		for (const [name, handle] of this.listeners) video.addEventListener(name, handle);
		this.timer = setInterval(() => this.pump(), TICK_MS);
		this.build();
	}

	choose(choice: Choice) {
		const before = this.plan.choice;
		if (before.audioOnly !== choice.audioOnly) {
			this.plan.choice = choice;
			this.rebuild(this.position());
		} else if (before.rung !== choice.rung) this.plan.choose(choice, this.position());
		else this.plan.choice = choice;
		this.pump();
	}

	beginAt(second: number) {
		this.startAt = this.video.currentTime = second;
	}

	retry() {
		this.fatal = null;
		this.rebuilds = [];
		this.net.trouble = null;
		this.net.kick();
		if (this.video.error || !this.ready()) this.rebuild(this.position());
		this.pump();
	}

	destroy() {
		clearInterval(this.timer);
		for (const [name, handle] of this.listeners) this.video.removeEventListener(name, handle);
		remember(this.meter.total > 30_000 ? this.meter.estimate(performance.now()) : null);
		this.net.close();
		this.teardown();
		this.video.removeAttribute('src');
		this.video.load();
	}

	private host(): Host {
		return {
			video: this.video,
			position: () => this.position(),
			idle: () => this.idle(),
			bps: () => this.meter.estimate(performance.now()),
			delaySeconds: () => (this.meter.delay ?? 300) / 1000,
			flush: () => this.jumpTo(this.position()),
			beforeGap: () => this.options.beforeGap?.(),
			run: (work) => this.run(work)
		};
	}

	/** Second the viewer is at, also before the element knows. */
	private position(): number {
		return this.video.readyState > 0 ? this.video.currentTime : this.startAt;
	}

	private ready(): boolean {
		return !!(this.plan.voice ?? this.plan.picture)?.layout;
	}

	private build() {
		this.life = new AbortController();
		const media = (this.media = new MediaSource());
		this.address = URL.createObjectURL(media);
		this.plan.starting = true;
		media.addEventListener('sourceopen', () => this.open(media), { once: true });
		this.video.src = this.address;
		if (this.startAt > 0) this.video.currentTime = this.startAt;
	}

	private open(media: MediaSource) {
		if (media !== this.media) return;
		const { plan } = this;
		const { signal } = this.life;
		const makeRoom = (): [number, number] | null => {
			const start = this.video.buffered.length ? this.video.buffered.start(0) : 0;
			const end = this.position() - 5;
			return end > start ? [start, end] : null;
		};
		const track = <S extends Source>(kind: 'audio' | 'video', codecs: string) => {
			const sink = new Sink(media.addSourceBuffer(mime(kind, codecs)), makeRoom);
			return new Track<S>(kind, sink, this.net, this.source.playlists ?? {}, codecs, signal);
		};
		plan.voice = plan.voiceRung && track<AudioRung>('audio', plan.voiceRung.codecs);
		const pictured = plan.ladder.length > 0 && (!plan.choice.audioOnly || !plan.voice);
		plan.picture = pictured ? track<VideoRung>('video', FILLER_CODEC) : null;
		this.run(this.layout(media));
	}

	/** Learns the length before anything is played, so that the time line is right from the start. */
	private async layout(media: MediaSource) {
		const { voice, picture, voiceRung } = this.plan;
		const first = picture && this.plan.pick(this.position());
		const lists = await Promise.all([
			voice && voiceRung ? voice.playlist(voiceRung.uri) : null,
			first ? picture.playlist(first.uri) : null
		]);
		if (media !== this.media || media.readyState !== 'open') return;
		media.duration = Math.max(...lists.map((list) => list?.duration ?? 0));
	}

	private teardown() {
		this.life.abort();
		for (const track of [this.plan.voice, this.plan.picture]) {
			track?.drop();
			track?.sink.close();
		}
		this.plan.voice = this.plan.picture = null;
		this.media = null;
		URL.revokeObjectURL(this.address);
	}

	/** Begins anew at a second, and goes on playing if it did. */
	private rebuild(at: number) {
		const playing = this.wanted && !this.pausedAt;
		this.startAt = at;
		this.teardown();
		this.build();
		if (playing) this.video.play().catch(() => {});
	}

	private onPlay() {
		this.wanted = true;
		this.pausedAt = 0;
		this.pump();
	}

	private onSeeking() {
		if (this.flushing) return;
		this.wanted = true;
		this.plan.jump(this.video.currentTime);
		// The pause that stopped the downloads is over when the viewer looks for another place.
		if (this.video.paused) this.pausedAt = performance.now();
		this.pump();
	}

	/** What cannot be decoded: begin anew a little further on, a few times, then say so. */
	private restart() {
		if (!this.media) return;
		const now = performance.now();
		this.rebuilds = this.rebuilds.filter((at) => now - at < 60_000);
		this.rebuilds.push(now);
		if (this.rebuilds.length > 3) this.stop('decode');
		else this.rebuild(this.position() + (this.rebuilds.length > 1 ? 1 : 0));
	}

	private stop(trouble: Trouble) {
		this.fatal = trouble;
		this.publish();
	}

	/** Looks again when work is done. Failures of a media source that has gone meanwhile are nobody's. */
	private run(work: Promise<unknown>) {
		const { signal } = this.life;
		work.then(
			() => this.pump(),
			(error: unknown) => {
				if (signal.aborted) return;
				if (error instanceof Refused) this.stop('refused');
				else if (error instanceof Missing) this.stop('missing');
				// The element tells its own errors.
				else if (!this.video.error) this.restart();
			}
		);
	}

	/** Looks at everything and starts whatever is due. Cheap; called on every tick and event. */
	private pump() {
		const { media, plan } = this;
		if (media && media.readyState !== 'closed' && this.ready()) {
			const t = this.position();
			if (++this.ticks % REMEMBER_TICKS === 0) remember(this.meter.estimate(performance.now()));
			plan.voice?.verify(t);
			plan.picture?.verify(t);
			if (!this.fatal && this.wanted) {
				plan.tick(t);
				if (media.readyState === 'open' && plan.whole(t)) media.endOfStream();
			}
			this.jumpGap(t);
		}
		this.publish();
	}

	/** Whether the viewer has been away so long that fetching more would waste their data. */
	private idle(): boolean {
		if (!this.video.paused || this.video.seeking) return false;
		return this.pausedAt > 0 && performance.now() - this.pausedAt > IDLE_PAUSE_MS;
	}

	private jumpTo(t: number) {
		this.flushing = true;
		this.video.currentTime = t;
	}

	/** Steps over a hair of missing time that the element would wait at for ever. */
	private jumpGap(t: number) {
		const { video } = this;
		if (video.readyState > 2 || video.readyState === 0) return;
		if (video.seeking && video.readyState > 1) return;
		const { buffered } = video;
		for (let i = 0; i < buffered.length; i++) {
			const start = buffered.start(i);
			if (start > t + 0.001 && start < t + 0.6) return this.jumpTo(start + 0.01);
		}
	}

	/** Whether the rung the viewer fixed keeps them waiting. */
	private tooSlow(): boolean {
		const { video, plan } = this;
		const waiting = this.wanted && !video.paused && video.readyState < 3;
		if (!waiting || !plan.fixed() || !plan.picture?.flight) this.waitingSince = 0;
		else this.waitingSince ||= performance.now();
		return this.waitingSince > 0 && performance.now() - this.waitingSince > SLOW_AFTER_MS;
	}

	private publish() {
		const { video, plan } = this;
		const rung = plan.picture?.rungAt(this.position()) ?? null;
		const shown = rung !== null || !this.wanted || video.ended;
		const next: EngineState = {
			kind: 'mse',
			rung,
			picture: plan.choice.audioOnly ? 'off' : shown ? 'shown' : 'waiting',
			bitsPerSecond: this.meter.estimate(performance.now()),
			trouble: this.fatal ?? this.net.trouble ?? (this.tooSlow() ? 'slow' : null),
			bytes: this.meter.total
		};
		const before = this.state;
		const keys = Object.keys(next) as (keyof EngineState)[];
		if (before && keys.every((key) => next[key] === before[key])) return;
		this.state = next;
		this.options.onState(next);
	}
}
