import { ApiError, call } from '#lib/api/client.ts';
import { newReportId as newId } from '#lib/progress/report.ts';
import { course } from '#lib/services/courses.ts';
import { session } from '#lib/services/session.svelte.ts';
import { createUpload, Sender } from '#lib/services/uploads.ts';
import { asFailure } from '#lib/studio/upload/failure.ts';
import type { BoardLive } from './whiteboard.svelte.ts';

/** How far a deck is on the server, and its pages once it is ready. */
interface Deck {
	state: 'uploading' | 'checking' | 'transcoding' | 'ready' | 'failed';
	progress: number;
	failure?: { code: string };
	pages: { asset: string; width: number; height: number }[];
}

/** What a file is doing: `line` waits for the line and goes on by itself. */
export type SlidesState = 'sending' | 'line' | 'drawing' | 'added' | 'refused' | 'failed';

const LOOK_MS = 1000;
const AGAIN_MS = 3000;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The institution that slides of a class belong to: its course's, or the one this person works for. */
export async function institutionOf(live: BoardLive & { about?: { course?: string } }) {
	const slug = live.about?.course;
	const known = slug ? await course(slug).catch(() => undefined) : undefined;
	if (known) return known.institution.id;
	const works = ({ roles }: { roles: string[] }) =>
		roles.some((role) => ['author', 'teacher', 'coordinator'].includes(role));
	return session().memberships.find(works)?.institutionId;
}

/** One file on its way onto the board. Reactive. */
export class Slides {
	readonly deck = newId();
	state = $state<SlidesState>('sending');
	/** 0–1 of what it is doing. */
	fraction = $state(0);
	/** Why it is refused or failed. */
	code = $state('');
	count = $state(0);
	private readonly sender: Sender;
	private stopped = false;

	constructor(
		private readonly live: BoardLive,
		readonly file: File,
		private readonly institutionId: string
	) {
		const what = { id: this.deck, institutionId, kind: 'deck' as const, file };
		this.sender = new Sender(what, ({ sent }) => {
			this.state = 'sending';
			this.fraction = file.size ? sent / file.size : 0;
		});
	}

	/** Sends the file, waits for its pages and puts them on the board; rejects never. */
	async run(): Promise<void> {
		try {
			if (!(await this.send())) return;
			const pages = await this.drawn();
			if (!pages || this.stopped) return;
			await this.live.do('deck.add', {
				deck: this.deck,
				title: this.file.name.slice(0, 200),
				pages: pages.map(({ asset, width, height }) => ({ page: newId(), asset, width, height }))
			});
			this.count = pages.length;
			this.state = 'added';
		} catch (error) {
			this.code = (error as { code?: string }).code ?? '';
			this.state = 'refused';
		}
	}

	/** Stops, and has the server forget what it got. */
	async cancel(): Promise<void> {
		this.stopped = true;
		await this.sender.cancel();
	}

	private async send(): Promise<boolean> {
		const { file, institutionId, deck: id } = this;
		const create = {
			id,
			institutionId,
			kind: 'deck' as const,
			filename: file.name,
			size: file.size
		};
		while (!this.stopped) {
			try {
				await createUpload(create);
				return await this.sender.run();
			} catch (error) {
				const { lasting, code, status, retryAfterMs } = asFailure(error);
				if (lasting) {
					[this.state, this.code] = ['refused', code || String(status)];
					return false;
				}
				this.state = 'line';
				await wait(Math.max(AGAIN_MS, retryAfterMs));
			}
		}
		return false;
	}

	private async drawn(): Promise<Deck['pages'] | undefined> {
		this.state = 'drawing';
		this.fraction = 0;
		while (!this.stopped) {
			const deck = await call<Deck>('GET', `/api/assets/${this.deck}/pages`).catch((error) => {
				if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
				return undefined;
			});
			if (deck?.state === 'ready') return deck.pages;
			if (deck?.state === 'failed') {
				[this.state, this.code] = ['failed', deck.failure?.code ?? ''];
				return undefined;
			}
			this.fraction = deck?.progress ?? this.fraction;
			await wait(LOOK_MS);
		}
		return undefined;
	}
}
