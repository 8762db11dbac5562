package banks

import (
	"slices"
	"strings"

	"hanzhi/courses/language/pinyin"
	"hanzhi/server/fault"
)

// checkPinyin writes the pinyin as it is stored, with marks and parted by spaces, and holds it to the hanzi: a syllable
// a character, Latin letters and digits of a term as they are.
func (t *Term) checkPinyin() *fault.Error {
	if t.Pinyin == "" {
		return fault.NewInvalid("pinyin", "required", "A term needs its pinyin.")
	}
	fields := strings.Fields(t.Pinyin)
	if marked := pinyin.Mark(strings.Join(fields, " ")); pinyin.IsReading(t.Hanzi, marked) {
		t.Pinyin = marked
		return nil
	}
	// Syllables of a word are often written together.
	if syllables, ok := pinyin.Syllables(strings.ReplaceAll(t.Pinyin, "’", "'")); ok {
		fields = syllables
	}
	marked := pinyin.Mark(strings.Join(fields, " "))
	if pinyin.IsReading(t.Hanzi, marked) {
		t.Pinyin = marked
		return nil
	}
	wrong := slices.IndexFunc(fields, func(field string) bool { return !pinyin.Valid(field) && !strings.Contains(t.Hanzi, field) })
	if wrong >= 0 {
		return fault.NewInvalid("pinyin", "bad_pinyin", "%.20q is no syllable of Mandarin.", fields[wrong])
	}
	return fault.NewInvalid("pinyin", "syllables", "There must be one syllable for each character, parted by spaces.")
}
