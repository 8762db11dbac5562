package segment_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/uuid"

	"hanzhi/courses/language/lexicon"
	"hanzhi/courses/language/segment"
	"hanzhi/demo/content"
)

// letters is a reading without what writers differ in: spaces, hyphens, punctuation, capitals.
func letters(reading string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, reading))
}

// bankTerms are the terms of the built-in banks.
func bankTerms(t *testing.T) []segment.Term {
	t.Helper()
	files, err := filepath.Glob("../banks/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("term banks: %d files, %v", len(files), err)
	}
	var terms []segment.Term
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, row := range rows[1:] {
			terms = append(terms, segment.Term{ID: uuid.NewSHA1(uuid.NameSpaceOID, []byte(row[0])), Hanzi: row[0], Pinyin: row[1]})
		}
	}
	return terms
}

func TestTradeCaptions(t *testing.T) {
	t.Parallel()
	l, err := lexicon.Load()
	if err != nil {
		t.Fatal(err)
	}
	terms := bankTerms(t)
	courses, err := content.Courses()
	if err != nil {
		t.Fatal(err)
	}
	plain := segment.New(l)
	s := plain.With(terms)
	var phrases []content.Phrase
	for _, c := range courses {
		for _, lesson := range c.Lessons() {
			phrases = append(phrases, lesson.Title)
			for _, line := range lesson.Lines {
				phrases = append(phrases, line.Phrase)
			}
		}
	}
	t.Run("every caption of the demo courses is read as its author reads it", func(t *testing.T) {
		t.Parallel()
		for _, p := range phrases {
			text := strings.ReplaceAll(p.Zh, " ", "")
			var read strings.Builder
			for _, token := range s.Segment(text) {
				if read.WriteString(token.Pinyin); token.Pinyin == "" {
					read.WriteString(token.Text)
				}
			}
			if got, want := letters(read.String()), letters(p.Py); got != want {
				t.Errorf("%s is read %s, want %s", text, got, want)
			}
		}
	})
	t.Run("every term of the banks stays whole between ordinary words", func(t *testing.T) {
		t.Parallel()
		for _, around := range [][2]string{{"请把", "放在这里。"}, {"这是", "，请看。"}, {"没有", "不能开始工作"}, {"X轴3mm", "（G01）"}, {"老师说的", "和别的都有"}, {"", ""}} {
			for _, term := range terms {
				whole := func(t segment.Token) bool { return t.Text == term.Hanzi && t.Term != uuid.Nil }
				if text := around[0] + term.Hanzi + around[1]; len([]rune(term.Hanzi)) > 1 && !slices.ContainsFunc(s.Segment(text), whole) {
					t.Errorf("%s: %s is not whole", text, term.Hanzi)
				}
			}
		}
	})
	t.Run("every term of the banks stays whole in every caption, with its own reading", func(t *testing.T) {
		t.Parallel()
		for _, p := range phrases {
			text := strings.ReplaceAll(p.Zh, " ", "")
			tokens := s.Segment(text)
			for _, term := range terms {
				at := strings.Index(text, term.Hanzi)
				longer := slices.ContainsFunc(terms, func(o segment.Term) bool {
					return len(o.Hanzi) > len(term.Hanzi) && strings.Contains(o.Hanzi, term.Hanzi) && strings.Contains(text, o.Hanzi)
				})
				if at < 0 || longer || len([]rune(term.Hanzi)) == 1 {
					continue
				}
				if !slices.ContainsFunc(tokens, func(t segment.Token) bool {
					return t.Text == term.Hanzi && t.Term == term.ID && t.Pinyin == term.Pinyin
				}) {
					t.Errorf("%s: %s is not whole in %v", text, term.Hanzi, tokens)
				}
			}
		}
	})
}
