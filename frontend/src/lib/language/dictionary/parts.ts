import { m } from '#lib/i18n';

const PARTS: Record<string, () => string> = {
	noun: m.dictionary_part_noun,
	verb: m.dictionary_part_verb,
	adjective: m.dictionary_part_adjective,
	adverb: m.dictionary_part_adverb,
	phrase: m.dictionary_part_phrase,
	measure: m.dictionary_part_measure,
	other: m.dictionary_part_other
};

/** The name of a part of speech; one that is not known here is shown as it is. */
export function partName(part: string): string {
	return (PARTS[part] ?? (() => part))();
}

/** The parts of speech a term can be, with the one it has. */
export function partsOfSpeech(also = ''): { value: string; label: string }[] {
	const all = Object.keys(PARTS);
	if (also && !PARTS[also]) all.push(also);
	return all.map((value) => ({ value, label: partName(value) }));
}
