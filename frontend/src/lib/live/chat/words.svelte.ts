import { api, take } from '#lib/api/client.ts';
import { loadMessages, locale } from '#lib/i18n';
import { declaredLevel } from '#lib/language/dictionary/level.svelte.ts';
import { LessonLanguage } from '#lib/language/lesson-language.svelte.ts';
import type { LessonText } from '#lib/services/language.ts';
import { session } from '#lib/services/session.svelte.ts';

/** What the dictionary takes at once. */
const LINES = 60;
const LONGEST = 300;
/** Lines that come within this time are asked for together. */
const PAUSE = 400;

/**
 * The Chinese of a chat as lessons show it: cut into words, with help for those that the reader does not know. Lines
 * are asked for as they come; until then, and without a line, they are text.
 */
export class ChatWords {
	readonly language: LessonLanguage;
	private readonly asked = new Set<string>();
	private waiting: string[] = [];
	private timer?: ReturnType<typeof setTimeout>;

	constructor(private readonly ask: (lines: string[]) => Promise<LessonText> = cut) {
		this.language = new LessonLanguage('', {
			ask: () => Promise.reject(new Error('lines are asked for one by one')),
			level: () => (session().account ? 0 : Number(declaredLevel() || 0))
		});
	}

	/** Asks for the words of a line, once. */
	want(line: string): void {
		if (this.asked.has(line) || [...line].length > LONGEST) return;
		this.asked.add(line);
		this.waiting.push(line);
		this.timer ??= setTimeout(() => void this.fetch(), PAUSE);
	}

	private async fetch(): Promise<void> {
		this.timer = undefined;
		const lines = this.waiting.splice(0, LINES);
		if (this.waiting.length) this.timer = setTimeout(() => void this.fetch(), PAUSE);
		try {
			const found = await this.ask(lines);
			const before = this.language.text;
			this.language.text = before
				? {
						...before,
						lines: [...before.lines, ...found.lines],
						words: { ...before.words, ...found.words }
					}
				: found;
		} catch {
			// They stay text, until they are seen again.
			for (const line of lines) this.asked.delete(line);
		}
	}
}

async function cut(lines: string[]): Promise<LessonText> {
	const [found] = await Promise.all([
		take(api.POST('/api/dictionary/lines', { body: { lines } })),
		loadMessages(locale(), 'language')
	]);
	return found;
}
