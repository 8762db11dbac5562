const TONES = /[\u0300\u0301\u0304\u030c]/g;
const BETWEEN = /[\s'’\-·:1-5]/g;

/**
 * Pinyin as it is typed without tones: small letters only, `v` for `ü`. Takes tone marks, tone digits, apostrophes
 * and the spellings `lü`, `lv`, `lu:` and `lyu` for the same sound.
 */
export function plainPinyin(text: string): string {
	return text
		.trim()
		.toLowerCase()
		.normalize('NFD')
		.replace(TONES, '')
		.replace(/u\u0308|u:/g, 'v')
		.replace(BETWEEN, '')
		.replace(/([ln])yu/g, '$1v')
		.replace(/([jqxy])v/g, '$1u');
}

/** Whether what was typed reads the word: its pinyin with or without tones, or the word itself. */
export function reads(typed: string, word: { hanzi: string; pinyin: string }): boolean {
	const text = typed.trim();
	if (!text) return false;
	return text.replace(/\s/g, '') === word.hanzi || plainPinyin(text) === plainPinyin(word.pinyin);
}
