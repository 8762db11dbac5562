// Package coverage says how much of a text a learner understands, and which words to learn first. It counts running
// words: viewing needs about 95 % of them known, 80 % at the least (Durbahn, Rodgers, Macis, Peters 2024).
package coverage

import (
	"unicode/utf8"
)

// Known is the retrievability from which on a word counts as known.
const Known = 0.9

// Target is the coverage that a text is prepared for.
const Target = 0.95

// longestSplit is how many characters a word may have to be looked at in parts.
const longestSplit = 8

// Token is a token of the text that counts: a word, or a number, which everybody reads. Names, Latin, codes, units and
// punctuation are not counted and have no business here.
type Token struct {
	Word   string
	Number bool
	// Term says that the word is a term of a trade: knowing its parts is not knowing it.
	Term bool
}

// Word is a distinct word of a text.
type Word struct {
	Text  string
	Count int
	// splits are the ways to compose it of dictionary words, by index of unit.
	splits [][]int32
}

// Text is a text that has been counted, for any number of learners.
type Text struct {
	// Words are in the order of first appearance.
	Words  []Word
	Tokens int // counted, numbers too

	units   []string // the words, then the parts of words that do not stand alone in it
	numbers int
}

// Knowledge is how well each unit of a text is known, 0 to 1, parallel to Units: 1 for a declared level, the
// retrievability for what is remembered.
type Knowledge []float64

// Count reads a text. isWord says what may be part of a compound: a word of the dictionary.
func Count(tokens []Token, isWord func(string) bool) *Text {
	t := &Text{Tokens: len(tokens)}
	index := map[string]int32{}
	terms := map[string]bool{}
	for _, token := range tokens {
		if token.Number {
			t.numbers++
			continue
		}
		i, seen := index[token.Word]
		if !seen {
			i = int32(len(t.Words))
			index[token.Word] = i
			t.Words = append(t.Words, Word{Text: token.Word})
			t.units = append(t.units, token.Word)
		}
		t.Words[i].Count++
		if token.Term {
			terms[token.Word] = true
		}
	}
	for i := range t.Words {
		if word := t.Words[i].Text; !terms[word] {
			t.Words[i].splits = t.splitsOf(word, index, isWord)
		}
	}
	return t
}

// splitsOf lists the ways to cut a word into two and more words of the dictionary; parts become units.
func (t *Text) splitsOf(word string, index map[string]int32, isWord func(string) bool) [][]int32 {
	if n := utf8.RuneCountInString(word); n < 2 || n > longestSplit {
		return nil
	}
	unit := func(part string) int32 {
		i, seen := index[part]
		if !seen {
			i = int32(len(t.units))
			index[part] = i
			t.units = append(t.units, part)
		}
		return i
	}
	var splits [][]int32
	var cut func(rest string, parts []string)
	cut = func(rest string, parts []string) {
		if rest == "" {
			split := make([]int32, len(parts))
			for i, part := range parts {
				split[i] = unit(part)
			}
			splits = append(splits, split)
			return
		}
		for end := range rest + "." {
			if part := rest[:end]; end > 0 && part != word && isWord(part) {
				cut(rest[end:], append(parts[:len(parts):len(parts)], part))
			}
		}
	}
	cut(word, nil)
	return splits
}

// Units lists the words whose knowledge the text asks for. The first len(Words) are the text's own.
func (t *Text) Units() []string { return t.units }

// Knows reports whether the i-th word is known, by itself or as composed of known words.
func (t *Text) Knows(k Knowledge, i int) (known, byParts bool) {
	if k[i] >= Known {
		return true, false
	}
	for _, split := range t.Words[i].splits {
		if allKnown(k, split) {
			return true, true
		}
	}
	return false, false
}

func allKnown(k Knowledge, split []int32) bool {
	for _, unit := range split {
		if k[unit] < Known {
			return false
		}
	}
	return true
}

// value is the probability that the i-th word is understood: its own, or the product of its parts'.
func (t *Text) value(k Knowledge, i int) float64 {
	best := k[i]
	for _, split := range t.Words[i].splits {
		product := 1.0
		for _, unit := range split {
			product *= k[unit]
		}
		best = max(best, product)
	}
	return best
}

// Measure returns the share of counted tokens that are known, and the share expected to be: each token weighed by the
// probability that it is understood. A text without tokens is understood.
func (t *Text) Measure(k Knowledge) (known, expected float64) {
	if t.Tokens == 0 {
		return 1, 1
	}
	sum, weighed := t.numbers, float64(t.numbers)
	for i, w := range t.Words {
		if knows, _ := t.Knows(k, i); knows {
			sum += w.Count
		}
		weighed += t.value(k, i) * float64(w.Count)
	}
	return float64(sum) / float64(t.Tokens), min(weighed/float64(t.Tokens), 1)
}

// Bands of coverage, from the best to the worst.
const (
	Go      = "go"      // watch
	Glosses = "glosses" // watch with glosses
	Learn   = "learn"   // learn the missing words first
	Support = "support" // only with support in the first language
)

// Band names the band of a coverage.
func Band(coverage float64) string {
	switch {
	case coverage >= Target:
		return Go
	case coverage >= 0.90:
		return Glosses
	case coverage >= 0.80:
		return Learn
	}
	return Support
}
