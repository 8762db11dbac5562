import { hasVoice, speak } from '#lib/language/practice/voice.svelte.ts';
import { SpokenLines } from '#lib/language/practice/spoken-line.ts';
import type { Card } from '#lib/services/reviews.ts';
import type { Analyst } from './analyst.ts';
import { Clips } from './clips.svelte.ts';
import { wav } from './wav.ts';
import { wordSound } from './word-sound.ts';

/**
 * Who says a word: whoever recorded it for its bank; else its teacher, cut out of the lesson's line; else the device's own voice; else the whole line, in which the word
 * is; or nobody.
 */
export type Source = 'term' | 'lesson' | 'device' | 'line' | 'none';

/** A word that can be heard. */
export interface Heard {
	source: Source;
	/** Rejects when it cannot be played now. */
	play(slow?: boolean): Promise<void>;
}

/** Fetches how words sound, each once. `close` forgets them. */
export class Talker {
	private readonly clips = new Clips();
	private readonly lines = new SpokenLines();
	private readonly words = new Map<string, Promise<Heard>>();
	private readonly urls: string[] = [];

	/** `talkers`: how many voices of the device take turns. */
	constructor(
		private readonly analyst: Analyst,
		private readonly talkers: number
	) {}

	/** How a word sounds. Never rejects. */
	word(card: Card): Promise<Heard> {
		const { hanzi } = card.word;
		let found = this.words.get(hanzi);
		if (!found) this.words.set(hanzi, (found = this.find(card, this.words.size)));
		return found;
	}

	stop(): void {
		this.clips.stop();
	}

	close(): void {
		this.clips.stop();
		this.lines.close();
		for (const url of this.urls) URL.revokeObjectURL(url);
	}

	private async find({ word, context }: Card, turn: number): Promise<Heard> {
		if (word.audio) {
			const url = word.audio;
			return { source: 'term', play: (slow) => this.clips.play(url, word.hanzi, slow) };
		}
		const cut =
			context && (await wordSound(this.analyst, word.hanzi, context).catch(() => undefined));
		if (cut) {
			const url = URL.createObjectURL(wav(cut.samples, cut.rate));
			this.urls.push(url);
			return { source: 'lesson', play: (slow) => this.clips.play(url, word.hanzi, slow) };
		}
		if (hasVoice()) {
			const talker = turn % this.talkers;
			return { source: 'device', play: async () => speak(word.hanzi, talker) };
		}
		const { assetId, startMs, endMs, tokens } = context ?? {};
		const inside = tokens?.some(({ text }) => text === word.hanzi);
		if (assetId && startMs !== undefined && inside) {
			const line = { assetId, startMs, endMs: endMs ?? startMs + 4000 };
			return { source: 'line', play: () => this.lines.play(line) };
		}
		return { source: 'none', play: () => Promise.reject(new Error('nothing to hear')) };
	}
}
