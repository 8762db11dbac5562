package pinyin

import "strings"

// Sandhi is the reading of a word or a phrase as it is spoken, for display: a third tone before another one becomes the
// second, 不 before a fourth tone the second, and 一 the second before a fourth tone and the fourth before the others,
// except at the end, after 第 and beside other numerals. The pinyin is marked, one syllable for each character, parted
// by spaces; when their numbers differ only third tones change.
func Sandhi(hanzi, marked string) string {
	syllables := strings.Fields(marked)
	letters, tones := make([]string, len(syllables)), make([]int, len(syllables))
	for i, s := range syllables {
		letters[i], tones[i] = Plain(s)
	}
	spoken := append([]int(nil), tones...)
	for i := range len(tones) - 1 {
		if tones[i] == 3 && tones[i+1] == 3 {
			spoken[i] = 2
		}
	}
	if han := []rune(hanzi); len(han) == len(syllables) {
		for i := range len(han) - 1 {
			spoken[i] = particle(han, i, spoken[i], tones[i+1], letters[i+1])
		}
	}
	for i := range syllables {
		if spoken[i] != tones[i] {
			syllables[i] = accent(letters[i], spoken[i])
		}
	}
	return strings.Join(syllables, " ")
}

// particle is the tone of 不 and 一 before a syllable, and the given tone of other characters.
func particle(han []rune, i, tone, next int, letters string) int {
	numeral := func(j int) bool {
		return j >= 0 && strings.ContainsRune("第零〇一二三四五六七八九十", han[j])
	}
	switch {
	case han[i] == '不' && tone == 4 && next == 4:
		return 2
	case han[i] != '一' || tone != 1 || numeral(i-1) || numeral(i+1):
		return tone
	case next == 4 || letters == "ge":
		return 2
	default:
		return 4
	}
}
