package banks

import (
	"slices"
	"strings"

	"hanzhi/courses/language/pinyin"
	"hanzhi/server/fault"
)

// Reading is the pinyin of a word as it is stored, of pinyin as people write it: with marks and parted by spaces, a
// syllable a character, Latin letters and digits of the word as they are.
func Reading(hanzi, written string) (string, *fault.Error) {
	if written == "" {
		return "", fault.NewInvalid("pinyin", "required", "A term needs its pinyin.")
	}
	fields := strings.Fields(written)
	if marked := pinyin.Mark(strings.Join(fields, " ")); pinyin.IsReading(hanzi, marked) {
		return marked, nil
	}
	// Syllables of a word are often written together.
	if syllables, ok := pinyin.Syllables(strings.ReplaceAll(written, "’", "'")); ok {
		fields = syllables
	}
	if marked := pinyin.Mark(strings.Join(fields, " ")); pinyin.IsReading(hanzi, marked) {
		return marked, nil
	}
	wrong := slices.IndexFunc(fields, func(field string) bool { return !pinyin.Valid(field) && !strings.Contains(hanzi, field) })
	if wrong >= 0 {
		return "", fault.NewInvalid("pinyin", "bad_pinyin", "%.20q is no syllable of Mandarin.", fields[wrong])
	}
	return "", fault.NewInvalid("pinyin", "syllables", "There must be one syllable for each character, parted by spaces.")
}

// checkPinyin holds the term's pinyin to its hanzi.
func (t *Term) checkPinyin() *fault.Error {
	reading, err := Reading(t.Hanzi, t.Pinyin)
	if err == nil {
		t.Pinyin = reading
	}
	return err
}
