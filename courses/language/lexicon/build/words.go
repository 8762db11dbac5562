package main

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hanzhi/courses/language/lexicon/layout"
	"hanzhi/courses/language/pinyin"
)

// word is one word of the table.
type word struct {
	hanzi, traditional string
	main               string // the habitual reading, marked
	readings           []reading
	flags              byte
	count              int
	cost               uint16
}

type reading struct {
	pinyin  string // marked
	glosses []string
	weak    bool // of a surname, or by reference to another character
	proper  bool
}

// corrections are readings in which we follow the standard dictionaries of Chinese rather than the sources.
var corrections = map[string]string{
	"一个": "yī gè", "多少": "duō shao", "起来": "qǐ lái", "公差": "gōng chā", "下载": "xià zài",
	"谁": "shéi", "嗯": "ńg", "啊": "a", "吗": "ma", "个": "gè", "这": "zhè", "那": "nà", "哪": "nǎ",
}

// weakGloss marks entries that stand in for others: when a word has another reading, these do not compete with it.
var weakGloss = regexp.MustCompile(`^(\((old|archaic|literary|dialect|bound form|Tw|variant)\) )?((old|ancient|archaic|Japanese|erroneous|Taiwan|nonstandard|unofficial|popular)?\s?variant of |surname |see |also written |same as |used in |also pr\. |archaic|\((old|archaic)\))`)

// newWords groups the entries of the dictionary by their simplified form and adds what only other sources have.
func newWords(src *sources) []word {
	byHanzi := map[string]*word{}
	for _, e := range src.entries {
		w := byHanzi[e.simplified]
		if w == nil {
			w = &word{hanzi: e.simplified}
			byHanzi[e.simplified] = w
		}
		if e.traditional != e.simplified && (w.traditional == "" || weakGloss.MatchString(w.readings[0].glosses[0])) {
			w.traditional = e.traditional
		}
		w.add(e)
	}
	for _, w := range byHanzi {
		w.settle(src)
	}
	for hanzi, readings := range src.characters {
		if byHanzi[hanzi] == nil && utf8.RuneCountInString(hanzi) == 1 {
			w := &word{hanzi: hanzi, main: readings[0]}
			if len(readings) > 1 {
				w.flags |= layout.Several
			}
			byHanzi[hanzi] = w
		}
	}
	for hanzi, marked := range src.phrases {
		if byHanzi[hanzi] == nil {
			byHanzi[hanzi] = &word{hanzi: hanzi, main: marked, flags: layout.Phrase}
		}
	}
	for hanzi := range src.levels {
		if w := byHanzi[hanzi]; isHan(hanzi) && (w == nil || w.flags&layout.Phrase != 0) {
			main := compose(hanzi, byHanzi)
			if w != nil {
				main = w.main
			}
			byHanzi[hanzi] = &word{hanzi: hanzi, main: main, readings: []reading{{pinyin: main}}}
		}
	}
	words := make([]word, 0, len(byHanzi))
	total := 0
	for _, c := range src.counts {
		total += c.n
	}
	for _, w := range byHanzi {
		w.weigh(src, total)
		words = append(words, *w)
	}
	slices.SortFunc(words, func(a, b word) int { return cmp.Compare(a.hanzi, b.hanzi) })
	return words
}

// add takes an entry as one more reading, or its glosses to those of the same reading.
func (w *word) add(e entry) {
	marked := mark(e.syllables)
	glosses := make([]string, 0, len(e.glosses))
	for _, g := range e.glosses {
		if g = tidy(g); g != "" {
			glosses = append(glosses, g)
		}
	}
	if len(glosses) == 0 {
		return
	}
	weak := !slices.ContainsFunc(glosses, func(g string) bool { return !weakGloss.MatchString(g) })
	for i := range w.readings {
		if r := &w.readings[i]; r.pinyin == marked && r.weak == weak {
			r.glosses = append(r.glosses, glosses...)
			return
		}
	}
	proper := strings.IndexFunc(marked, unicode.IsUpper) == 0 && utf8.RuneCountInString(e.syllables[0]) > 1
	w.readings = append(w.readings, reading{marked, glosses, weak, proper})
}

// mark writes the numbered syllables of an entry with marks; punctuation within a saying is not read.
func mark(numbered []string) string {
	var kept []string
	for _, s := range numbered {
		if s != "," && s != "·" && s != ":" {
			kept = append(kept, strings.ReplaceAll(s, "xx5", "xx"))
		}
	}
	return pinyin.Mark(strings.Join(kept, " "))
}

var (
	reference = regexp.MustCompile(`([^\s\[\]|/()（）"“”,;:]+)\|([^\s\[\]|/()（）"“”,;:]+)`)
	bracketed = regexp.MustCompile(`\s*\[([A-Za-z:0-9 ,·]+)\]`)
)

// tidy writes references to other words as a learner reads them: the simplified form and marked pinyin.
func tidy(gloss string) string {
	gloss = reference.ReplaceAllString(gloss, "$2")
	gloss = bracketed.ReplaceAllStringFunc(gloss, func(s string) string {
		return " [" + mark(strings.Fields(strings.Trim(s, " []"))) + "]"
	})
	if rest, ok := strings.CutPrefix(gloss, "CL:"); ok {
		gloss = "(measure words: " + strings.ReplaceAll(rest, ",", ", ") + ")"
	}
	return strings.TrimSpace(gloss)
}

// settle orders the readings, the habitual one first, and finds whether context must choose between several.
func (w *word) settle(src *sources) {
	if len(w.readings) == 0 {
		return
	}
	order := func(r reading) int {
		n := 0
		if r.weak {
			n += 4
		}
		if r.proper {
			n += 2
		}
		if !strings.EqualFold(r.pinyin, w.main) {
			n++
		}
		return n
	}
	w.main = w.habitual(src)
	if corrections[w.hanzi] != "" && !slices.ContainsFunc(w.readings, func(r reading) bool { return r.pinyin == w.main }) {
		w.readings[0].pinyin = w.main
	}
	strictly := slices.ContainsFunc(w.readings, func(r reading) bool { return r.pinyin == w.main && !r.weak })
	place := func(r reading) int {
		if r.pinyin == w.main && !r.weak || !strictly && strings.EqualFold(r.pinyin, w.main) {
			return -1
		}
		return order(r)
	}
	slices.SortStableFunc(w.readings, func(a, b reading) int { return cmp.Compare(place(a), place(b)) })
	strong := w.strong()
	if len(strong) > 1 || utf8.RuneCountInString(w.hanzi) == 1 && len(src.characters[w.hanzi]) > 1 {
		w.flags |= layout.Several
	}
	if !slices.ContainsFunc(w.readings, func(r reading) bool { return !r.weak && !r.proper }) && w.readings[0].proper {
		w.flags |= layout.Name
	}
}

// strong are the distinct readings, without regard to case, that compete with each other.
func (w *word) strong() []string {
	var list []string
	add := func(weak bool) {
		for _, r := range w.readings {
			if r.weak == weak && !slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, r.pinyin) }) {
				list = append(list, r.pinyin)
			}
		}
	}
	if add(false); len(list) == 0 {
		add(true)
	}
	return list
}

// habitual is the reading that is taken where nothing speaks for another: of a character the usual one; of a word the
// one that the phrases give, or that has most of its characters in their usual reading.
func (w *word) habitual(src *sources) string {
	if r, ok := corrections[w.hanzi]; ok {
		return r
	}
	if usual := src.characters[w.hanzi]; len(usual) > 0 {
		for _, r := range w.readings {
			if r.pinyin == usual[0] {
				return r.pinyin
			}
		}
		if utf8.RuneCountInString(w.hanzi) == 1 {
			return usual[0]
		}
	}
	strong := w.strong()
	runes := []rune(w.hanzi)
	score := func(marked string) float64 {
		if strings.EqualFold(marked, src.phrases[w.hanzi]) {
			return math.Inf(1)
		}
		n := 0.0
		for i, s := range strings.Fields(strings.ToLower(marked)) {
			if usual := src.characters[string(runes[min(i, len(runes)-1)])]; len(usual) > 0 && usual[0] == s {
				n++
			}
		}
		if strings.IndexFunc(marked, unicode.IsUpper) == 0 {
			n -= 0.5
		}
		return n
	}
	return slices.MaxFunc(strong, func(a, b string) int { return cmp.Compare(score(a), score(b)) })
}

// Costs of words that the source of frequencies does not count: as if seen this often. Long ones are mostly phrases,
// which a learner reads better in parts when the parts are common.
const (
	unseen     = 3
	unseenLong = 0.02
	longWord   = 4
	maxWord    = 8
)

// nameClasses are those of persons, places, organisations and others in the source of frequencies.
var nameClasses = []string{"nr", "nrt", "nrfg", "ns", "nt", "nz"}

// weigh sets frequency, cost and level.
func (w *word) weigh(src *sources, total int) {
	w.count = src.counts[w.hanzi].n
	w.flags |= byte(src.levels[w.hanzi])
	// Days, languages, peoples and festivals are written with a capital too, and are words to learn.
	if class := src.counts[w.hanzi].class; src.levels[w.hanzi] > 0 || class != "" && !slices.Contains(nameClasses, class) {
		w.flags &^= layout.Name
	}
	n := utf8.RuneCountInString(w.hanzi)
	w.cost = layout.NoCost
	switch {
	case !isHan(w.hanzi) || w.flags&layout.Phrase != 0 || len(w.readings) == 0:
	case n > maxWord:
		w.flags |= layout.Long
	default:
		seen := float64(w.count)
		switch {
		case n >= longWord && w.count == 0:
			seen = unseenLong
			w.flags |= layout.Long
		case seen < unseen:
			seen = unseen
		}
		w.cost = uint16(math.Round(-math.Log(seen/float64(total)) * layout.CostSteps))
	}
}

// compose reads a word that no source reads by the longest words it is made of.
func compose(hanzi string, words map[string]*word) string {
	var out []string
	for runes := []rune(hanzi); len(runes) > 0; {
		n := len(runes)
		for ; n > 1; n-- {
			if w := words[string(runes[:n])]; w != nil && n < len([]rune(hanzi)) {
				break
			}
		}
		if w := words[string(runes[:n])]; w != nil {
			out = append(out, w.main)
		}
		runes = runes[n:]
	}
	return strings.Join(out, " ")
}

func isHan(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return s != ""
}
