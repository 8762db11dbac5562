package levels

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// partsOfSpeech are what lists put in parentheses behind a word; they are no part of it.
const partsOfSpeech = "名动形副量代介连助叹数前后缀拟声词"

// formsOf are the ways to write the word of a line, the shortest first. Lists number words that are written alike (本1),
// put into parentheses what may be left out (没（有）) or the part of speech, and write alternatives with a stroke between
// them (爸爸｜爸). A code says why a line holds no word.
func formsOf(text string) (forms []string, code string) {
	text, _, _ = strings.Cut(text, "\t")
	for alternative := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("|｜/／", r) }) {
		for _, form := range optional(strings.TrimSpace(alternative)) {
			form = strings.TrimRight(strings.TrimSpace(form), "0123456789０１２３４５６７８９¹²³⁴⁵⁶⁷⁸⁹")
			switch {
			case !isWord(form):
				return nil, "no_word"
			case utf8.RuneCountInString(form) > maxWord:
				return nil, "too_long"
			case !slices.Contains(forms, form):
				forms = append(forms, form)
			}
		}
	}
	if len(forms) == 0 {
		return nil, "no_word"
	}
	return forms, ""
}

// optional expands the first parentheses of a text, without them and with what stands in them, and so on.
func optional(text string) []string {
	text = strings.NewReplacer("(", "（", ")", "）").Replace(text)
	before, rest, found := strings.Cut(text, "（")
	if !found {
		return []string{text}
	}
	inside, after, closed := strings.Cut(rest, "）")
	if !closed || strings.Count(text, "（") > 3 {
		return []string{""} // no word
	}
	list := optional(before + after)
	if after == "" && strings.Trim(inside, partsOfSpeech+"、，,. ") == "" {
		return list
	}
	return append(list, optional(before+inside+after)...)
}

// isWord reports whether a text may be an entry: Chinese characters, and letters, digits and dots among them.
func isWord(text string) bool {
	has := false
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Han, r):
			has = true
		case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', strings.ContainsRune("…·，", r):
		default:
			return false
		}
	}
	return has
}
