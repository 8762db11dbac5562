import type { Term, TermFields } from '#lib/services/terms.ts';

/** The name of one value of a term: `hanzi`, `gloss.ru`, `safety` … */
export type Path =
	| 'hanzi'
	| 'pinyin'
	| 'partOfSpeech'
	| 'safety'
	| 'pictureId'
	| 'audioId'
	| `gloss.${string}`
	| `definition.${string}`;
export type Value = string | boolean;

/** Reads one value of a term. */
export function valueOf(term: Term, path: Path): Value {
	const [field, lang] = path.split('.') as [keyof Term, string | undefined];
	const value = term[field] ?? '';
	return lang === undefined ? (value as Value) : ((value as Record<string, string>)[lang] ?? '');
}

/** The same term with another value. */
export function withValue(term: Term, path: Path, value: Value): Term {
	const [field, lang] = path.split('.') as [keyof Term, string | undefined];
	// Another file has another address, which the server tells.
	if (field === 'pictureId') return { ...term, pictureId: idOf(value), picture: undefined };
	if (field === 'audioId') return { ...term, audioId: idOf(value), audio: undefined };
	if (lang === undefined) return { ...term, [field]: value };
	const texts = { ...(term[field] as Record<string, string>), [lang]: String(value) };
	return { ...term, [field]: texts };
}

const idOf = (value: Value) => String(value) || undefined;

/** Every value that one term has and the other has not. */
export function differences(a: Term, b: Term): Path[] {
	const langs = (texts: 'gloss' | 'definition') =>
		[...new Set([...Object.keys(a[texts]), ...Object.keys(b[texts])])].map(
			(lang) => `${texts}.${lang}` as Path
		);
	const all: Path[] = [
		'hanzi',
		'pinyin',
		'partOfSpeech',
		'safety',
		'pictureId',
		'audioId',
		...langs('gloss'),
		...langs('definition')
	];
	return all.filter((path) => valueOf(a, path) !== valueOf(b, path));
}

/** What the server takes of a term: no empty texts. */
export function bodyOf(
	{ hanzi, pinyin, partOfSpeech, safety, gloss, definition, pictureId, audioId }: Term,
	version: number
): TermFields {
	const filled = (texts: Record<string, string>) =>
		Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
	return {
		hanzi: hanzi.trim(),
		pinyin: pinyin.trim(),
		partOfSpeech,
		safety,
		gloss: filled(gloss),
		definition: filled(definition),
		pictureId,
		audioId,
		version
	};
}

/** A term with nothing in it yet. */
export function blank(id: string): Term {
	return {
		id,
		hanzi: '',
		pinyin: '',
		partOfSpeech: 'noun',
		level: 0,
		safety: false,
		gloss: {},
		definition: {},
		version: 0
	};
}

/** A term can be sent once it says what it is and how it is read. */
export const complete = (term: Term) => term.hanzi.trim() !== '' && term.pinyin.trim() !== '';
