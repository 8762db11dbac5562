package lint

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"hanzhi/courses/language/coverage"
)

// script is a course in a few lines: "L" and "V" begin a language and a vocational unit, "V<1" one that is prepared by
// the first unit; every other line is a lesson, of words parted by spaces. [word] stands in a word list; word! is a safety
// term, word? a term without a Russian gloss, word^ a safety term with a recording; a lesson that begins with ~ is only written.
func script(entry, budget int, lines ...string) Course {
	c := Course{ID: uuid.New(), Entry: entry, Budget: budget, Languages: []string{"en", "ru"}}
	ids := make([]uuid.UUID, 9)
	for i := range ids {
		ids[i] = uuid.New()
	}
	for _, line := range lines {
		kind, pairs, _ := strings.Cut(line, "<")
		if kind == "L" || kind == "V" {
			unit := Unit{ID: uuid.New(), Language: kind == "L"}
			if n := len(c.Units); n < len(ids) {
				unit.ID = ids[n]
			}
			for _, n := range strings.Fields(pairs) {
				unit.PreparedBy = append(unit.PreparedBy, ids[n[0]-'1'])
			}
			c.Units = append(c.Units, unit)
			continue
		}
		last := &c.Units[len(c.Units)-1]
		last.Lessons = append(last.Lessons, lesson(line))
	}
	return c
}

// levels of the words of scripts: known1 and so on are of that level, all others of none.
func levelOf(word string) int {
	if n, found := strings.CutPrefix(word, "known"); found && len(n) == 1 {
		return int(n[0] - '0')
	}
	return 0
}

func lesson(text string) *Lesson {
	text, written := strings.CutPrefix(text, "~")
	l := &Lesson{ID: uuid.New()}
	activity := uuid.New()
	var tokens []coverage.Token
	for sentence := range strings.SplitSeq(text, "|") {
		line := Line{ActivityID: activity, Said: !written, Text: sentence}
		s := Sentence{Text: sentence}
		for _, raw := range strings.Fields(sentence) {
			if raw == "#" {
				tokens = append(tokens, coverage.Token{Number: true})
				continue
			}
			bare := strings.Trim(raw, "[]!?^")
			term := strings.ContainsAny(raw, "!?^")
			tokens = append(tokens, coverage.Token{Word: bare, Term: term})
			s.Words++
			i := slices.IndexFunc(l.Words, func(w Word) bool { return w.Hanzi == bare })
			if i < 0 {
				i = len(l.Words)
				l.Words = append(l.Words, Word{Hanzi: bare, Line: len(l.Lines)})
			}
			l.Words[i].Listed = l.Words[i].Listed || raw[0] == '['
			if term {
				l.Words[i].Term = &Term{Safety: strings.ContainsAny(raw, "!^"), Audio: strings.Contains(raw, "^"),
					Glossed: func(language string) bool { return language == "en" || !strings.Contains(raw, "?") }}
				if l.Words[i].Term.Safety {
					s.Safety = append(s.Safety, bare)
				}
			}
		}
		line.Sentences = []Sentence{s}
		l.Lines = append(l.Lines, line)
	}
	l.Text = coverage.Count(tokens, func(w string) bool { return w == "px" || w == "py" || levelOf(w) > 0 })
	for _, unit := range l.Text.Units() {
		l.Levels = append(l.Levels, levelOf(unit))
	}
	return l
}

// told is each finding as its code and what it is about.
func told(findings []Finding) []string {
	list := []string{}
	for _, f := range findings {
		about := f.Word
		switch f.Code {
		case OverBudget:
			about = fmt.Sprint(f.Count, ">", f.Limit)
		case CoverageCliff:
			about = fmt.Sprintf("%.2f-%.2f", f.Before, f.After)
		case SafetyWithoutAudio:
			if about == "" {
				about = f.Line
			}
		}
		list = append(list, f.Code+" "+about)
	}
	slices.Sort(list)
	return list
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"a word that a language lesson has before is taught", []string{"L", "aa", "V", "aa"}, nil},
		{"a word that comes in a language lesson afterwards is not", []string{"V", "aa", "L", "aa"}, []string{"used_before_taught aa"}},
		{"unless its unit is paired with the vocational one", []string{"L", "known1", "V<3", "aa", "L", "aa"}, nil},
		{"a word is reported where it is used first, and once", []string{"V", "aa", "aa"}, []string{"used_before_taught aa"}},
		{"words of the entry level need no teaching", []string{"V", "known1 known2"}, nil},
		{"words above it do", []string{"V", "known1 known1 known3"}, []string{"used_before_taught known3"}},
		{"a word list teaches in the lesson where it stands", []string{"V", "[aa] aa"}, nil},
		{"but not in the lesson before", []string{"V", "aa", "[aa]"}, []string{"used_before_taught aa"}},
		{"a word of known parts is known", []string{"L", "px py", "V", "pxpy px py"}, nil},
		{"what no vocational lesson has is taught for nothing", []string{"L", "aa bb", "V", "aa"}, []string{"taught_never_used bb"}},
		{"a part of a used word is used", []string{"L", "px py", "V", "pxpy"}, nil},
		{"a course without vocational words is not asked for use", []string{"L", "aa bb"}, nil},
		{"words of the entry level are not taught", []string{"L", "known1 aa", "V", "aa"}, nil},
		{"a unit may bring as many words as its budget", []string{"L", "aa bb cc dd", "V", "aa bb cc dd"}, nil},
		{"but not one more", []string{"L", "aa bb cc dd ee", "V", "aa bb cc dd ee"}, []string{"over_budget 5>4"}},
		{"words of units before and of a paired one are not new", []string{"L", "aa bb cc dd", "L", "aa bb ee ff", "V<2 4", "aa bb cc dd ee ff gg hh ii", "L", "gg hh ii"}, nil},
		{"a safety sentence that is only written is reported, its words with it", []string{"L", "~known1 known2 aa!", "V", "~aa!"}, []string{"safety_without_audio known1 known2 aa!"}},
		{"one that is said is not, even with other marks or over two lines", []string{"L", "~known1 known2 aa!", "V", "known1|known2 aa!"}, nil},
		{"a safety term alone must be heard", []string{"L", "~aa!", "V", "~aa!"}, []string{"safety_without_audio aa"}},
		{"in a sentence that is said", []string{"L", "~aa!", "V", "known1 aa!"}, nil},
		{"or in its bank", []string{"L", "~aa^", "V", "~aa^"}, nil},
		{"a term without a gloss in a language of the course is reported once", []string{"L", "aa? bb?", "V", "aa? bb?"}, []string{"gloss_missing aa", "gloss_missing bb"}},
		{"a lesson much harder than the one of its kind before is a cliff", []string{"L", "known1 known1 known1 aa", "V", "aa", "L", "known1 bb", "V", "bb"}, []string{"coverage_cliff 0.75-0.50"}},
		{"ten points are none", []string{"L", "known1", "known1 known1 known1 known1 known1 known1 known1 known1 known1 aa", "V", "aa"}, nil},
		{"the word list of the lesson is learnt before it", []string{"L", "known1", "[aa] aa aa", "V", "aa"}, nil},
		{"the first vocational lesson is compared with what comes before it", []string{"L", "known1 known1", "V", "known1 aa"},
			[]string{"coverage_cliff 1.00-0.50", "used_before_taught aa"}},
		{"a language lesson after a vocational one is not", []string{"V", "known1", "L", "aa", "V", "aa"}, nil},
		{"lessons without Chinese are passed over", []string{"V", "known1", "", "known1 aa"}, []string{"coverage_cliff 1.00-0.50", "used_before_taught aa"}},
		{"an empty course is in order", nil, nil},
		{"numbers are words of nobody", []string{"V", "# #"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := told(Check(script(2, 4, c.lines...))); !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestFinding(t *testing.T) {
	t.Parallel()
	t.Run("it is the same finding while its numbers change, and another in another course or place", func(t *testing.T) {
		t.Parallel()
		c := script(2, 4, "V", "aa", "L", "known1")
		once := Check(c)[0]
		c.Units[0].Lessons[0].Text = lesson("aa aa aa").Text
		again := Check(c)[0]
		elsewhere := Check(script(2, 4, "V", "aa"))[0]
		if once.ID != again.ID || once.Count == again.Count || once.ID == elsewhere.ID {
			t.Errorf("%+v, %+v, %+v", once, again, elsewhere)
		}
	})
	t.Run("it names the last lesson of the paired unit to teach the word in, else the language lesson before", func(t *testing.T) {
		t.Parallel()
		c := script(2, 4, "L", "known1", "known1", "L", "known1", "V<1", "known1", "aa")
		if f := Check(c)[0]; f.TeachIn != c.Units[0].Lessons[1].ID {
			t.Errorf("%+v", f)
		}
		c.Units[2].PreparedBy = nil
		if f := Check(c)[0]; f.TeachIn != c.Units[1].Lessons[0].ID {
			t.Errorf("%+v", f)
		}
		if f := Check(script(2, 4, "V", "aa"))[0]; f.TeachIn != uuid.Nil {
			t.Errorf("%+v", f)
		}
	})
	t.Run("a safety word that is not taught in time is serious", func(t *testing.T) {
		t.Parallel()
		if f := Check(script(2, 4, "V", "aa!"))[0]; f.Code != UsedBeforeTaught || f.Severity != Serious {
			t.Errorf("%+v", f)
		}
	})
	t.Run("the words of a unit come with the most frequent first", func(t *testing.T) {
		t.Parallel()
		if f := Check(script(0, 1, "L", "aa bb bb"))[0]; f.Code != OverBudget || !slices.Equal(f.Words, []string{"bb", "aa"}) {
			t.Errorf("%+v", f)
		}
	})
}

// garden grows random courses that are in order, and plants defects in them.
type garden struct {
	*rand.Rand
	n     int
	pairs []*pair
	want  []string
}

// pair is a language unit of one lesson and the vocational unit that uses its words, with lessons that are only written.
type pair struct {
	language, vocational string
	written              []string
}

func (g *garden) fresh() string {
	g.n++
	return fmt.Sprintf("w%dw", g.n)
}

func (g *garden) freshWords(n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = g.fresh()
	}
	return strings.Join(words, " ")
}

// grow adds a pair with so much that everybody knows that a few new words are no cliff.
func (g *garden) grow() {
	words := g.freshWords(2 + g.IntN(4))
	filler := func() string { return strings.Repeat("known1 known2 # ", 60+g.IntN(20)) }
	g.pairs = append(g.pairs, &pair{language: filler() + words, vocational: filler() + words})
}

func (g *garden) plant() {
	p, w, want := g.pairs[g.IntN(len(g.pairs))], g.fresh(), func(code, about string) { g.want = append(g.want, code+" "+about) }
	switch g.IntN(5) {
	case 0:
		p.vocational += " " + w
		want(UsedBeforeTaught, w)
	case 1:
		p.language += " " + w
		want(TaughtNeverUsed, w)
	case 2:
		p.language, p.vocational = p.language+" "+w+"?", p.vocational+" "+w
		want(GlossMissing, w)
	case 3:
		sentence := "known1 " + w + "! known2"
		p.language, p.written = p.language+" "+w+"!", append(p.written, "~"+sentence)
		want(SafetyWithoutAudio, sentence)
	case 4:
		p.written = append(p.written, "~ ["+w+"!]")
		want(SafetyWithoutAudio, w)
	}
}

// cliff adds a pair with as many new words as words that everybody knows, which are more than its budget too.
func (g *garden) cliff() {
	words := g.freshWords(45)
	g.pairs = append(g.pairs, &pair{language: strings.Repeat("known1 ", 45) + words, vocational: words})
	g.want = append(g.want, OverBudget+" 45>40", CoverageCliff)
}

func (g *garden) course() Course {
	var lines []string
	for _, p := range g.pairs {
		lines = append(append(lines, "L", p.language, "V", p.vocational), p.written...)
	}
	return script(2, 40, lines...)
}

func TestPrecisionAndRecall(t *testing.T) {
	t.Parallel()
	t.Run("a course in order has no findings, and of planted defects all are found and nothing else, over 500 random courses", func(t *testing.T) {
		t.Parallel()
		planted := 0
		for seed := range uint64(500) {
			g := &garden{Rand: rand.New(rand.NewPCG(seed, 3))}
			for range 2 + g.IntN(6) {
				g.grow()
			}
			if got := told(Check(g.course())); len(got) > 0 {
				t.Fatalf("course %d: %q", seed, got)
			}
			for range g.IntN(25) {
				g.plant()
			}
			if g.IntN(2) == 0 {
				g.cliff()
			}
			slices.Sort(g.want)
			got := told(Check(g.course()))
			for i := range got {
				if strings.HasPrefix(got[i], CoverageCliff) {
					got[i] = CoverageCliff
				}
			}
			if slices.Sort(got); !slices.Equal(got, append([]string{}, g.want...)) {
				t.Fatalf("course %d:\n got %q\nwant %q", seed, got, g.want)
			}
			planted += len(g.want)
		}
		t.Logf("%d defects", planted)
	})
}
