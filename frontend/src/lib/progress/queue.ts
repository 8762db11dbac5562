import { SendFault, sendHalving, type Save } from '#lib/outbox/send.ts';
import type { OutboxStore } from '#lib/outbox/store.ts';
import { total, union, wholeSeconds, type Range } from './ranges.ts';
import { newReportId, type Receipt, type Report } from './report.ts';

/** What the queue needs from the world. */
export interface Outside {
	store: OutboxStore<Report>;
	/** Sends reports and returns the server's receipt; rejects with {@link SendFault}. */
	send(reports: Report[], leaving: boolean): Promise<Receipt>;
	/** Hands reports to the browser to send after the page is gone. No answer comes; false if refused. */
	beacon(reports: Report[]): boolean;
	/** Runs work unless another tab is at it; false when it was. */
	alone(account: string, work: () => Promise<void>): Promise<boolean>;
	/** A scrap of synchronous storage for what happens while the page is being closed. */
	scrap: { read(): string | null; write(text: string | null): void };
	onSave(save: Save): void;
}

const BATCH = 200;
/** While the page goes away browsers carry 64 KB at most. */
const LEAVING_BATCH = 100;

/**
 * Progress on its way from the player to the server. Everything is in the device's store before it is
 * sent, and leaves it only when the server has acknowledged it. The server unites what it gets, so
 * doubled, late and reordered reports are harmless, and several tabs may all send.
 */
export class ProgressQueue {
	private open = new Map<string, Report>();
	private sending: Promise<void> | null = null;
	private closed = false;

	constructor(
		readonly account: string,
		private readonly outside: Outside,
		/** False for a visitor without an account: reports only gather. */
		private readonly signedIn = true
	) {}

	/** Takes over what an earlier page left in a hurry. */
	async takeUp(): Promise<void> {
		const scrap = this.outside.scrap.read();
		if (!scrap) return;
		for (const [account, reports] of parseScrap(scrap))
			await this.outside.store.put(account, reports);
		this.outside.scrap.write(null);
	}

	/** Notes played stretches and the position. Nothing is sent yet. */
	note(activityId: string, played: readonly Range[], positionMs: number): void {
		const watched = wholeSeconds(played);
		const running = this.open.get(activityId);
		if (!running && total(watched) === 0) return;
		this.open.set(activityId, {
			id: running?.id ?? newReportId(),
			activityId,
			watched: union(running?.watched ?? [], watched),
			positionMs: Math.max(0, Math.round(positionMs)),
			at: new Date().toISOString()
		});
	}

	/**
	 * Puts what was noted into the device's store, so that a crash costs nothing more. A report in the
	 * store never changes afterwards: any tab may send it.
	 */
	async keep(): Promise<void> {
		const running = [...this.open.values()];
		if (running.length === 0) return;
		this.open.clear();
		try {
			await this.outside.store.put(this.account, running);
		} catch (error) {
			for (const report of running) {
				const newer = this.open.get(report.activityId);
				this.open.set(report.activityId, newer ? merged([report, newer]) : report);
			}
			throw error;
		}
	}

	/** Sends everything that waits. Never rejects: what cannot be sent now stays. */
	flush(leaving = false): Promise<void> {
		if (this.sending && !leaving) return this.sending;
		const work = this.sendAll(leaving).finally(() => {
			if (this.sending === work) this.sending = null;
		});
		this.sending = work;
		return work;
	}

	/** The page is going away: leave a scrap, and let the browser carry what is running. */
	leave(): void {
		const running = [...this.open.values()];
		if (running.length === 0) return;
		this.outside.scrap.write(JSON.stringify({ [this.account]: running }));
		if (this.signedIn) this.outside.beacon(running.slice(0, LEAVING_BATCH));
		void this.keep().catch(() => {});
	}

	close(): void {
		this.closed = true;
	}

	private async sendAll(leaving: boolean): Promise<void> {
		try {
			await this.keep();
			if (!this.signedIn) return;
			if ((await this.outside.store.count(this.account)) === 0) return this.tell('saved');
			this.tell('saving');
			const mine = await this.outside.alone(this.account, () => this.drain(leaving));
			const left = await this.outside.store.count(this.account);
			this.tell(left === 0 ? 'saved' : mine ? 'waiting' : 'saving');
		} catch {
			this.tell('waiting');
		}
	}

	private async drain(leaving: boolean): Promise<void> {
		for (;;) {
			const waiting = await this.outside.store.list(this.account, leaving ? LEAVING_BATCH : BATCH);
			if (waiting.length === 0) return;
			await this.deliver(byActivity(waiting), leaving);
			if (leaving) return;
		}
	}

	/** One batch of parcels; in a parcel that the server calls bad each report is judged by itself. */
	private async deliver(parcels: Report[][], leaving: boolean): Promise<void> {
		await sendHalving(
			parcels,
			(part) => this.hand(part, leaving),
			async (bad) => {
				if (bad.length === 1) return this.outside.store.remove(this.account, [bad[0].id]);
				for (const report of bad) await this.deliver([[report]], leaving);
			}
		);
	}

	private async hand(parcels: Report[][], leaving: boolean): Promise<void> {
		const batch = parcels.map(merged);
		const receipt = await this.outside.send(batch, leaving);
		const settled = new Set([...receipt.accepted, ...receipt.rejected.map((r) => r.id)]);
		const done = parcels.filter((_, i) => settled.has(batch[i].id));
		if (done.length === 0) throw new SendFault('passing');
		await this.outside.store.remove(
			this.account,
			done.flat().map((r) => r.id)
		);
	}

	private tell(save: Save) {
		if (!this.closed) this.outside.onSave(save);
	}
}

/** Reports that follow each other in one activity travel as one; the newest gives it id and position. */
function byActivity(reports: Report[]): Report[][] {
	const parcels = new Map<string, Report[]>();
	for (const report of reports) {
		const parcel = parcels.get(report.activityId);
		if (parcel) parcel.push(report);
		else parcels.set(report.activityId, [report]);
	}
	return [...parcels.values()];
}

function merged(parcel: Report[]): Report {
	const newest = parcel[parcel.length - 1];
	return { ...newest, watched: parcel.reduce<Range[]>((sum, r) => union(sum, r.watched), []) };
}

/** Reports by account, out of a scrap that an older page wrote; anything odd is dropped. */
export function parseScrap(text: string): [string, Report[]][] {
	try {
		const parsed = JSON.parse(text) as Record<string, Report[]>;
		return Object.entries(parsed).filter(([, reports]) =>
			reports.every((r) => r.id && r.activityId && Array.isArray(r.watched))
		);
	} catch {
		return [];
	}
}
