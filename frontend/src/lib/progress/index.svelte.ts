import { alone, type Save } from '#lib/outbox/send.ts';
import { SafeStore } from '#lib/outbox/store.ts';
import { on } from '#lib/services/bus.ts';
import { Collector } from './collector.ts';
import { beacon, scrap, send } from './outside.ts';
import { ProgressQueue } from './queue.ts';
import type { Report } from './report.ts';
import { union, wholeSeconds, type Range } from './ranges.ts';

export { readToEnd } from './reading.ts';
export { total, union, type Range } from './ranges.ts';
export type { Save } from '#lib/outbox/send.ts';

/** Name under which a visitor's progress gathers until they have an account. */
const GUEST = 'guest';
const GUEST_HERE = 'hanzhi:guest-progress';
const KEEP_EVERY_MS = 5_000;
const SEND_EVERY_MS = 20_000;

const store = new SafeStore<Report>('hanzhi-progress');

/** Marks that the visitor in this very tab has progress of their own, to take along when they sign in. */
function guestHere(set?: boolean): boolean {
	try {
		if (set === true) sessionStorage.setItem(GUEST_HERE, '1');
		if (set === false) sessionStorage.removeItem(GUEST_HERE);
		return sessionStorage.getItem(GUEST_HERE) === '1';
	} catch {
		return false;
	}
}

/** The progress of one learner on this device, from player to server. */
export class Progress {
	/** Reactive. */
	save = $state<Save>('saved');
	/** Seconds played on this device that the server may not have told of yet, by activity. Reactive. */
	seen = $state<Record<string, Range[]>>({});
	/** Resolves when what waits on this device is known. */
	readonly ready: Promise<void>;
	readonly guest: boolean;
	private readonly positions = new Map<string, { positionMs: number; at: string }>();
	private readonly queue: ProgressQueue;
	private readonly stop: () => void;

	constructor(accountId: string | undefined) {
		this.guest = !accountId;
		const account = accountId ?? GUEST;
		this.queue = new ProgressQueue(
			account,
			{
				store,
				send,
				beacon,
				alone: (whose, work) => alone(`progress-${whose}`, work),
				scrap,
				onSave: (save) => (this.save = save)
			},
			!this.guest
		);
		this.stop = this.schedule();
		this.ready = this.begin(accountId).catch(() => {});
	}

	/** Notes played stretches of an activity and where the learner is. */
	note(activityId: string, played: readonly Range[], positionMs: number): void {
		if (this.guest && played.length > 0) guestHere(true);
		this.seen[activityId] = union(this.seen[activityId] ?? [], wholeSeconds(played));
		this.positions.set(activityId, { positionMs, at: new Date().toISOString() });
		this.queue.note(activityId, played, positionMs);
	}

	/** Where the learner stopped on this device, if the server may not know it yet. */
	position(activityId: string): { positionMs: number; at: string } | undefined {
		return this.positions.get(activityId);
	}

	/** Sends what waits now: at a pause, at the end, after a change that should be seen at once. */
	flush(): Promise<void> {
		return this.queue.flush();
	}

	/** Follows a media element: collects what is really played. Returns what stops it. */
	follow(activityId: string, media: HTMLMediaElement): () => void {
		const collector = new Collector();
		const note = () => {
			const played = collector.take();
			if (played.length > 0) this.note(activityId, played, media.currentTime * 1000);
		};
		const tick = () => {
			if (!media.paused && !media.seeking) {
				collector.tick(media.currentTime, media.playbackRate, performance.now());
			}
			note();
		};
		const halt = () => {
			if (!media.seeking) collector.tick(media.currentTime, media.playbackRate, performance.now());
			collector.stop();
			note();
			void this.flush();
		};
		// What was played up to here counts; what a jump passes over, the collector does not believe.
		const jump = () => {
			collector.tick(media.currentTime, media.playbackRate, performance.now());
			collector.stop();
		};
		const events: [string, () => void][] = [
			['timeupdate', tick],
			['playing', tick],
			['seeked', tick],
			['pause', halt],
			['ended', halt],
			['seeking', jump],
			['waiting', jump],
			['emptied', jump]
		];
		for (const [name, handle] of events) media.addEventListener(name, handle);
		return () => {
			for (const [name, handle] of events) media.removeEventListener(name, handle);
			collector.stop();
			note();
			void this.flush();
		};
	}

	/** Ends this learner's progress on this page: sends what waits, listens to nothing more. */
	close(): void {
		this.stop();
		void this.queue.flush(true);
		this.queue.close();
	}

	private async begin(accountId: string | undefined): Promise<void> {
		// Only what was watched in this tab comes along: the phone may be shared.
		if (accountId && guestHere()) {
			await store.move(GUEST, accountId).catch(() => {});
			guestHere(false);
		}
		await this.queue.takeUp().catch(() => {});
		for (const report of await store.list(this.queue.account, 1000).catch(() => [])) {
			this.seen[report.activityId] = union(this.seen[report.activityId] ?? [], report.watched);
			this.positions.set(report.activityId, report);
		}
		void this.queue.flush();
	}

	private schedule(): () => void {
		const keep = setInterval(() => void this.queue.keep().catch(() => {}), KEEP_EVERY_MS);
		const send = setInterval(() => void this.queue.flush(), SEND_EVERY_MS);
		const back = () => this.queue.flush();
		const hidden = () => {
			if (document.hidden) void this.queue.flush(true);
		};
		const leave = () => this.queue.leave();
		addEventListener('online', back);
		addEventListener('pagehide', leave);
		document.addEventListener('visibilitychange', hidden);
		const deaf = on('sign-out', back);
		return () => {
			deaf();
			clearInterval(keep);
			clearInterval(send);
			removeEventListener('online', back);
			removeEventListener('pagehide', leave);
			document.removeEventListener('visibilitychange', hidden);
		};
	}
}
