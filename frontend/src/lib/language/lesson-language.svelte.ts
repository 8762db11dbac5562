import type { Word } from '#lib/services/dictionary.ts';
import type { LessonText, Readiness } from '#lib/services/language.ts';
import type { Token } from '#lib/services/reviews.ts';
import { SvelteMap } from 'svelte/reactivity';
import { placeOf, type InLine } from './in-line.ts';
import { atLevel, readinessAt } from './readiness.ts';
import type { Happening } from './review-queue.ts';
import { supportOf, type Help, type Support } from './support.ts';

/** A track of Chinese captions on the page, and the way to a second of it. */
export interface Place {
	/** What the track belongs to. */
	title: string;
	cues: () => readonly { start: number; text: string }[];
	seek: (seconds: number) => void;
}

/** A line in which a word is used. */
export interface Use {
	place: Place;
	start: number;
	text: string;
}

/** The word of the card that is open: as it is read in its line. */
export interface Opened {
	hanzi: string;
	pinyin: string;
	/** Second of the line it was opened in, to leave out of the other places. */
	at?: number;
	/** Where it stands in that line. */
	place?: InLine;
}

/** A spoken line that is said aloud after its teacher. */
export interface Saying {
	tokens: readonly Token[];
	assetId: string;
	startMs: number;
	endMs: number;
}

/** What the store needs from the world. */
export interface Outside {
	ask(lesson: string): Promise<LessonText>;
	/** Puts an event on its way; absent for visitors, of whom nothing is remembered. */
	record?: (event: Happening) => void;
	/** The level that a visitor has told this device; 0 for none. */
	level?: () => number;
}

/** The Chinese of one lesson on the page: its words, how well each is known, and what to show for it. Reactive. */
export class LessonLanguage {
	/** The server's answer; undefined until it has come. */
	text = $state.raw<LessonText>();
	/** It could not be fetched: captions and texts stay as they are. */
	failed = $state(false);
	opened = $state.raw<Opened>();
	/** The line that is said aloud now. */
	saying = $state.raw<Saying>();
	private places = $state.raw<readonly Place[]>([]);
	/** What has changed here since the answer, by word. */
	private readonly changed = new SvelteMap<string, Partial<Word>>();
	private readonly index = $derived(
		new Map(this.text?.lines.map((line) => [line.text.trim(), line.tokens]))
	);
	private readonly level = $derived.by(() => this.outside.level?.() ?? 0);

	/** How ready the reader is for the lesson; undefined until known. */
	readonly readiness: Readiness | undefined = $derived(
		this.text && readinessAt(this.text, this.level)
	);

	constructor(
		readonly lesson: string,
		private readonly outside: Outside
	) {}

	/** Somebody whose words are remembered. */
	get remembers(): boolean {
		return this.outside.record !== undefined;
	}

	/** Fetches the words, or fetches them anew. Never rejects. */
	async load(): Promise<void> {
		try {
			this.text = await this.outside.ask(this.lesson);
			this.changed.clear();
			this.failed = false;
		} catch {
			this.failed = this.text === undefined;
		}
	}

	/** The tokens of a line, found by its exact text; lines of several cues are found piece by piece. */
	tokens(line: string): readonly Token[] | undefined {
		const whole = this.index.get(line.trim());
		if (whole || !line.includes('\n')) return whole;
		const pieces = line.split('\n').map((piece) => this.index.get(piece.trim()));
		if (!pieces.every((piece) => piece !== undefined)) return undefined;
		const feed: Token = { text: '\n', kind: 'space' };
		return pieces.flatMap((piece, i) => (i ? [feed, ...piece] : piece));
	}

	/** Where a token stands in its line; of several lines that are shown as one, in its own. */
	placeOf(tokens: readonly Token[], index: number): InLine {
		const whole = placeOf(tokens, index);
		if (this.index.has((whole.before + whole.word + whole.after).trim())) return whole;
		const from = tokens.findLastIndex((token, i) => i < index && token.text === '\n') + 1;
		const to = tokens.findIndex((token, i) => i > index && token.text === '\n');
		return placeOf(tokens.slice(from, to < 0 ? undefined : to), index - from);
	}

	/** A word of the lesson as it stands now; undefined for what is no word. */
	word(hanzi: string): Word | undefined {
		const word = this.text?.words[hanzi];
		return word && atLevel({ ...word, ...this.changed.get(hanzi) }, this.level);
	}

	/** What is shown for a word. */
	support(hanzi: string, help: Help): Support {
		return supportOf(this.word(hanzi), help);
	}

	/**
	 * Opens the card of a word. That is a look-up: whoever keeps the word has just shown that it is not known, so
	 * its help comes back.
	 */
	look(opened: Opened): void {
		this.opened = opened;
		this.outside.record?.({ kind: 'lookup', word: opened.hanzi, lessonId: this.lesson });
		if (this.remembers && this.word(opened.hanzi)?.kept)
			this.change(opened.hanzi, { known: false, knownBy: undefined, retrievability: 0 });
	}

	close(): void {
		this.opened = undefined;
	}

	/** Says a line aloud; none ends it. */
	say(line?: Saying): void {
		this.saying = line;
	}

	/** Takes a word among the learner's own, or gives it up. */
	keep(hanzi: string, kept = true): void {
		this.outside.record?.({ kind: kept ? 'keep' : 'drop', word: hanzi, lessonId: this.lesson });
		if (this.remembers) this.change(hanzi, { kept });
	}

	/** Adds a track of Chinese captions; the answer takes it away. */
	register(place: Place): () => void {
		this.places = [...this.places, place];
		return () => void (this.places = this.places.filter((one) => one !== place));
	}

	/** The lines of the lesson's videos in which a word is used, in their order. */
	uses(hanzi: string): Use[] {
		return this.places.flatMap((place) =>
			place
				.cues()
				.filter(({ text }) => this.tokens(text)?.some((token) => token.text === hanzi))
				.map(({ start, text }) => ({ place, start, text }))
		);
	}

	private change(hanzi: string, change: Partial<Word>) {
		this.changed.set(hanzi, { ...this.changed.get(hanzi), ...change });
	}
}
