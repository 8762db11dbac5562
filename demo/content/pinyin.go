package content

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Syllable is one syllable of Mandarin: its letters without a mark (ü as ü) and its tone, 5 for the neutral one.
type Syllable struct {
	Letters string
	Tone    int
}

// String is the form with a tone digit that speech synthesis reads: zhuan4.
func (s Syllable) String() string { return s.Letters + strconv.Itoa(s.Tone) }

// Word is one word of a phrase: as written, its reading as written, and the reading's syllables.
// Punctuation stays with the word before it.
type Word struct {
	Hanzi     string
	Pinyin    string
	Syllables []Syllable
}

// Words pairs the words of a phrase with their readings and checks them: as many readings as words, and as many
// syllables as characters.
func (p Phrase) Words() ([]Word, error) {
	hanzi, pinyin := strings.Fields(p.Zh), strings.Fields(p.Py)
	if len(hanzi) != len(pinyin) {
		return nil, fmt.Errorf("%q has %d words but %q has %d", p.Zh, len(hanzi), p.Py, len(pinyin))
	}
	words := make([]Word, len(hanzi))
	for i := range hanzi {
		s, err := syllables(pinyin[i])
		if err != nil {
			return nil, fmt.Errorf("%q: %w", p.Zh, err)
		}
		chars, spelt := characters(hanzi[i])
		if spelt && chars != len(s) {
			return nil, fmt.Errorf("%q has %d characters but %q has %d syllables", hanzi[i], chars, pinyin[i], len(s))
		}
		words[i] = Word{Hanzi: hanzi[i], Pinyin: pinyin[i], Syllables: s}
	}
	return words, nil
}

// characters counts the Chinese characters of a word; spelt is false when digits stand in it, which are read with a
// number of syllables of their own. A Latin letter counts as one character.
func characters(word string) (n int, spelt bool) {
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Han, r), unicode.IsUpper(r):
			n++
		case unicode.IsDigit(r):
			return 0, false
		}
	}
	return n, true
}

// letterNames are the readings of Latin letters as a Chinese workshop says them.
var letterNames = map[rune][]Syllable{
	'T': {{"ti", 1}},
	'X': {{"ai", 4}, {"ke", 5}, {"si", 5}},
	'Z': {{"zei", 4}},
}

// Spoken is the reading of a phrase for speech synthesis: syllables with tone digits and the changes of 一 and 不
// applied, punctuation kept. The third tone's change is left to the synthesiser, which knows it.
func (p Phrase) Spoken() (string, error) {
	words, err := p.Words()
	if err != nil {
		return "", err
	}
	var out []string
	for i, w := range words {
		var next *Syllable
		if i+1 < len(words) && !endsClause(w.Pinyin) && len(words[i+1].Syllables) > 0 {
			next = &words[i+1].Syllables[0]
		}
		out = append(out, spokenWord(w, next)+clauseMark(w.Pinyin))
	}
	return strings.Join(out, " "), nil
}

func spokenWord(w Word, next *Syllable) string {
	var b strings.Builder
	han := []rune(strings.TrimFunc(w.Hanzi, func(r rune) bool { return unicode.IsPunct(r) }))
	for i, s := range w.Syllables {
		if names, latin := letterNames[rune(s.Letters[0])]; latin {
			for _, n := range names {
				b.WriteString(n.String())
			}
			continue
		}
		after := next
		if i+1 < len(w.Syllables) {
			after = &w.Syllables[i+1]
		}
		if len(han) == len(w.Syllables) {
			s.Tone = sandhi(han, i, s.Tone, after)
		}
		b.WriteString(s.String())
	}
	return b.String()
}

// sandhi changes the tone of 一 (before tone 4: 2, before others: 4, unchanged in numbers and at the end) and of 不
// (before tone 4: 2).
func sandhi(han []rune, i, tone int, after *Syllable) int {
	number := func(j int) bool {
		return j >= 0 && j < len(han) && strings.ContainsRune("第零二三四五六七八九十百千", han[j])
	}
	switch {
	case after == nil:
		return tone
	case han[i] == '不' && after.Tone == 4:
		return 2
	case han[i] == '一' && tone == 1 && !number(i-1) && !number(i+1):
		if after.Tone == 4 || after.Letters == "ge" {
			return 2
		}
		return 4
	}
	return tone
}

func endsClause(pinyin string) bool { return clauseMark(pinyin) != "" }

func clauseMark(pinyin string) string {
	if i := strings.LastIndexAny(pinyin, ",.!?;:"); i >= 0 && i == len(pinyin)-1 {
		return pinyin[i:]
	}
	return ""
}

// Reading is the pinyin of a phrase as a reader wants it: numbers in separate words, without the hyphens that tie them to
// their digits.
func (p Phrase) Reading() string {
	words, err := p.Words()
	if err != nil {
		return p.Py
	}
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Pinyin
		if _, spelt := characters(w.Hanzi); !spelt {
			out[i] = strings.ReplaceAll(w.Pinyin, "-", " ")
		}
	}
	return strings.Join(out, " ")
}
