import type { Happening } from '#lib/language/review-queue.ts';
import type { Token } from '#lib/services/reviews.ts';
import type { Said } from './judge.ts';
import type { Syllable, Tone } from './syllables.ts';

/** A word of the log has at most so many characters. */
const LONGEST = 12;

/** An answer about the tones of a word. A slip of the tone is no forgotten word: the server leaves its memory as it is. */
export function toneAnswer(
	exercise: 'tone' | 'say',
	word: string,
	asked: string,
	answered: string,
	lessonId?: string
): Happening {
	const rating = asked === answered ? 3 : 1;
	return { kind: 'review', word, exercise, rating, lessonId, tones: { asked, answered } };
}

/** The tone that a syllable was said with, as far as anybody can tell: in doubt it was the right one. */
function said(one: Said['syllables'][number], wanted: Syllable): Tone | undefined {
	if (one.outcome === 'unheard') return undefined;
	return one.outcome === 'other' ? one.heard : wanted.tone;
}

/** What the saying of a line tells of its words; nothing of a word that was not heard whole. */
export function answersOf(
	tokens: readonly Token[],
	syllables: readonly Syllable[],
	heard: Said,
	lessonId?: string
): Happening[] {
	let at = 0;
	return tokens.flatMap((token) => {
		const count = token.pinyin?.split(' ').filter(Boolean).length ?? 0;
		const [from, to] = [at, (at += count)];
		const wanted = syllables.slice(from, to);
		const tones = wanted.map(
			(one, i) => heard.syllables[from + i] && said(heard.syllables[from + i], one)
		);
		const isWord = !token.kind || token.kind === 'name';
		const fits = isWord && count > 0 && [...token.text].length <= LONGEST && tones.every(Boolean);
		if (!fits) return [];
		const asked = wanted.map(({ tone }) => tone).join('');
		return [toneAnswer('say', token.text, asked, tones.join(''), lessonId)];
	});
}
