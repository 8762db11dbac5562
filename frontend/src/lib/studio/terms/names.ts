import { m } from '#lib/i18n';

const PROBLEMS: Record<string, () => string> = {
	required: m.terms_problem_required,
	missing_column: m.terms_problem_column,
	no_header: m.terms_problem_header,
	unknown_column: m.terms_problem_unknown_column,
	twice: m.terms_problem_duplicate,
	no_hanzi: m.terms_problem_not_chinese,
	bad_pinyin: m.terms_problem_pinyin,
	syllables: m.terms_problem_pinyin,
	unknown_part_of_speech: m.terms_problem_part,
	not_true_or_false: m.terms_problem_truth,
	too_long: m.terms_problem_long,
	too_many: m.terms_problem_many,
	too_many_cells: m.terms_problem_cells,
	bad_csv: m.terms_problem_cells,
	not_utf8: m.terms_problem_encoding,
	forbidden_character: m.terms_problem_character,
	bad_xml: m.terms_problem_xml,
	not_tbx: m.terms_problem_tbx,
	xml_entities: m.terms_problem_entities,
	too_deep: m.terms_problem_deep,
	no_chinese: m.terms_problem_chinese,
	bad_reference: m.terms_problem_reference,
	unknown_asset: m.terms_problem_asset,
	pinyin_guessed: m.terms_note_pinyin
};

/** What is wrong with a value of a term, and what to do. */
export function problemText(code: string): string {
	return (PROBLEMS[code] ?? m.terms_problem_other)();
}

const FIELDS: Record<string, () => string> = {
	hanzi: m.terms_hanzi,
	pinyin: m.terms_pinyin,
	gloss: m.terms_gloss,
	definition: m.terms_definition,
	partOfSpeech: m.terms_part,
	pos: m.terms_part,
	safety: m.terms_safety,
	picture: m.terms_picture,
	audio: m.terms_audio,
	pictureId: m.terms_picture,
	audioId: m.terms_audio
};

/** The name of a field or a column in the reader's language; `gloss.ru` is told with its language code. */
export function fieldName(field: string): string {
	const [name = '', lang] = field.split(/[.:]/);
	const known = FIELDS[name]?.() ?? name;
	return lang ? `${known} (${lang})` : known;
}
