import type { Card, Context, Token } from '#lib/services/reviews.ts';
import type { Word } from '#lib/services/dictionary.ts';
import { disordered, shuffled, type Chance } from './chance.ts';
import { dictates } from './dictation.ts';

/** The exercises that ask; each is named as the log of reviews names it. */
export type ExerciseKind =
	'recognise' | 'recall' | 'listen' | 'cloze' | 'dictation' | 'order' | 'write';

/** What stands on the buttons: the meaning, the reading or the word itself. */
export type Face = 'gloss' | 'pinyin' | 'hanzi';

/** One question, ready to be shown. */
export interface Exercise {
	kind: ExerciseKind;
	word: Word;
	context?: Context;
	/** Words to choose among, the right one with them. Empty where nothing fits: then one types. */
	options: Word[];
	face: Face;
	/** For `order`: the pieces as they lie about, and as they belong. */
	pieces: string[];
	straight: string[];
}

/** What the device and the line can do now. */
export interface Means {
	/** The device speaks Chinese. */
	voice: boolean;
	/** Sound of lessons can be fetched. */
	online: boolean;
	/** The learner can write by hand now. */
	hand?: boolean;
}

const OPTIONS = 4;
/** Lines of more words are no puzzle on a small screen any more. */
const LONGEST_ORDER = 8;
/** Longer words take too long to write. */
const LONGEST_WRITE = 4;
/** Below this many days of stability a word is asked in the easy ways. */
const YOUNG_DAYS = 3;

const isWord = (token: Token) => !token.kind || token.kind === 'name';
const isPlaced = (token: Token) => token.kind !== 'punctuation' && token.kind !== 'space';

/** Whether a line holds the word as one token and says more than the word. */
export function clozes(word: Word, context?: Context): boolean {
	const words = context?.tokens.filter(isWord) ?? [];
	return words.length >= 3 && words.some((token) => token.text === word.hanzi);
}

/** The pieces to be put in order: the line's words, else the characters of a long word. */
export function piecesOf(word: Word, context?: Context): string[] {
	const line = (context?.tokens ?? []).filter(isPlaced).map((token) => token.text);
	if (line.length >= 3 && line.length <= LONGEST_ORDER && line.includes(word.hanzi)) return line;
	const characters = [...word.hanzi];
	return characters.length >= 3 ? characters : [];
}

/** Whether the word can be heard: by the device's voice, its recording or in its lesson. */
export function hearable({ word, context }: Card, means: Means): boolean {
	if (means.voice || (means.online && word.audio)) return true;
	const spoken = context?.assetId !== undefined && context.startMs !== undefined;
	return means.online && spoken && context.tokens.some((token) => token.text === word.hanzi);
}

/** Whether the whole line of the word can be heard. */
function lineHearable(context: Context | undefined, means: Means): boolean {
	return (
		means.voice || (means.online && context?.assetId !== undefined && context.startMs !== undefined)
	);
}

/** Words that could be mistaken for this one: same bank and part of speech first, never the same face. */
export function distractors(
	word: Word,
	pool: readonly Word[],
	face: (word: Word) => string,
	chance: Chance
): Word[] {
	const seen = new Set([face(word)]);
	const likeness = (other: Word) =>
		(other.bankId && other.bankId === word.bankId ? 2 : 0) +
		(other.partOfSpeech && other.partOfSpeech === word.partOfSpeech ? 1 : 0) +
		(other.hanzi.length === word.hanzi.length ? 1 : 0);
	const found: Word[] = [];
	for (const other of shuffled(pool, chance).sort((a, b) => likeness(b) - likeness(a))) {
		const shown = face(other);
		if (other.hanzi === word.hanzi || !shown || seen.has(shown)) continue;
		seen.add(shown);
		found.push(other);
		if (found.length === OPTIONS - 1) break;
	}
	return found;
}

/** The ways in which a word can be asked now. */
export function waysFor(card: Card, pool: readonly Word[], means: Means): ExerciseKind[] {
	const { word, context } = card;
	const inLine = new Set(context?.tokens.map((token) => token.text));
	const others = pool.filter((other) => other.hanzi !== word.hanzi);
	const beside = others.some((other) => !inLine.has(other.hanzi));
	const ways: ExerciseKind[] = ['recall'];
	if (others.length > 0) ways.push('recognise');
	if (beside && hearable(card, means)) ways.push('listen');
	if (beside && clozes(word, context)) ways.push('cloze');
	if (dictates(word.hanzi, context) && lineHearable(context, means)) ways.push('dictation');
	if (piecesOf(word, context).length > 0) ways.push('order');
	if (
		means.hand &&
		/^\p{Script=Han}+$/u.test(word.hanzi) &&
		[...word.hanzi].length <= LONGEST_WRITE
	)
		ways.push('write');
	return ways;
}

/** The way that fits what is remembered: young words are recognised, older ones recalled, in turn. */
export function wayFor(
	{ memory }: Card,
	ways: readonly ExerciseKind[],
	round: number
): ExerciseKind {
	const young = memory.state !== 'review' || memory.stability < YOUNG_DAYS;
	const wanted: ExerciseKind[] =
		young && round === 0
			? ['recognise', 'listen', 'cloze']
			: ['recall', 'cloze', 'listen', 'dictation', 'order', 'write'];
	const able = wanted.filter((way) => ways.includes(way));
	return able[(memory.reps + round) % able.length] ?? 'recall';
}

const FACES: Record<ExerciseKind, Face> = {
	recognise: 'gloss',
	listen: 'gloss',
	recall: 'pinyin',
	cloze: 'hanzi',
	dictation: 'hanzi',
	order: 'hanzi',
	write: 'hanzi'
};

/** The exercises in which one makes the answer: there is nothing to choose among. */
const MADE: ReadonlySet<ExerciseKind> = new Set(['dictation', 'order', 'write']);

/** Makes a question of a card. `gloss` is a word's meaning in the reader's language. */
export function makeExercise(
	kind: ExerciseKind,
	{ word, context }: Card,
	pool: readonly Word[],
	gloss: (word: Word) => string,
	chance: Chance
): Exercise {
	const face = FACES[kind];
	const shown = { gloss, pinyin: (w: Word) => w.pinyin, hanzi: (w: Word) => w.hanzi }[face];
	// What stands or sounds in the line itself would be no wrong answer to it.
	const inLine = new Set(
		kind === 'listen' || kind === 'cloze' ? context?.tokens.map((token) => token.text) : []
	);
	const others = pool.filter((other) => !inLine.has(other.hanzi));
	const wrong = MADE.has(kind) ? [] : distractors(word, others, shown, chance);
	const straight = kind === 'order' ? piecesOf(word, context) : [];
	return {
		kind,
		word,
		context,
		face,
		options: wrong.length > 0 ? shuffled([word, ...wrong], chance) : [],
		pieces: straight.length > 0 ? disordered(straight, chance) : [],
		straight
	};
}
