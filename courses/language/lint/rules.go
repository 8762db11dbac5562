package lint

import (
	"hanzhi/courses/language/coverage"
)

// usedBeforeTaught finds words of vocational lessons that nothing teaches in time, each where it is used first.
func usedBeforeTaught(o *Outline) []Finding {
	var found []Finding
	reported := map[string]bool{}
	for _, l := range o.lessons {
		if l.unit.Language {
			continue
		}
		k := o.knowledge(l, func(word string) bool { return o.taughtFor(l, word) })
		for _, w := range l.unknown(k) {
			if reported[w.Text] {
				continue
			}
			reported[w.Text] = true
			word, severity := l.word(w.Text), Warning
			if word.Term != nil && word.Term.Safety {
				severity = Serious
			}
			f := l.about(UsedBeforeTaught, severity, word)
			f.Count, f.TeachIn = w.Count, o.teachIn(l)
			found = append(found, f)
		}
	}
	return found
}

// taughtNeverUsed finds words above the entry level that stand in language units and in no vocational lesson, not even as
// part of another word. A course without vocational lessons is about the words themselves.
func taughtNeverUsed(o *Outline) []Finding {
	used, vocational := map[string]bool{}, false
	for _, l := range o.lessons {
		if !l.unit.Language {
			vocational = vocational || len(l.Text.Words) > 0
			for _, unit := range l.Text.Units() {
				used[unit] = true
			}
		}
	}
	if !vocational {
		return nil
	}
	var found []Finding
	for _, l := range o.lessons {
		if !l.unit.Language {
			continue
		}
		for _, w := range l.unknown(o.knowledge(l, func(string) bool { return false })) {
			if !used[w.Text] {
				used[w.Text] = true
				f := l.about(TaughtNeverUsed, Note, l.word(w.Text))
				f.Count = w.Count
				found = append(found, f)
			}
		}
	}
	return found
}

// overBudget finds units with more new words than a unit may bring: words above the entry level that stand in no unit
// before it nor in one that is paired with it.
func overBudget(o *Outline) []Finding {
	var found []Finding
	start := 0
	for i := range o.Units {
		unit := &o.Units[i]
		lessons := o.lessons[start : start+len(unit.Lessons)]
		if words := o.newWords(lessons, start); len(words) > o.Budget {
			found = append(found, Finding{Code: OverBudget, Severity: Warning, UnitID: unit.ID, Words: named(words), Count: len(words), Limit: o.Budget})
		}
		start += len(lessons)
	}
	return found
}

// newWords are the words of a unit that a learner of all units before it does not know.
func (o *Outline) newWords(lessons []placed, start int) []coverage.Word {
	index := map[string]int{}
	var words []coverage.Word
	for _, l := range lessons {
		k := o.knowledge(l, func(word string) bool { return o.seenBefore(start, word) || o.prepared(l.unit, word) })
		for _, w := range l.unknown(k) {
			i, known := index[w.Text]
			if !known {
				i = len(words)
				index[w.Text] = i
				words = append(words, coverage.Word{Text: w.Text})
			}
			words[i].Count += w.Count
		}
	}
	return words
}

// measured is a lesson with the coverage of a learner who has learnt everything before it and its word list.
type measured struct {
	placed
	coverage float64
	unknown  []coverage.Word
}

func (o *Outline) measure(l placed) *measured {
	k := o.knowledge(l, func(word string) bool {
		return o.seenBefore(l.place, word) || l.listed[word] || o.prepared(l.unit, word)
	})
	covered, _ := l.Text.Measure(k)
	return &measured{l, covered, l.unknown(k)}
}

// coverageCliff finds lessons of which a learner who has learnt everything before understands much less than of the
// last lesson of the same kind: language lessons are full of new words on purpose. The first vocational lesson is
// compared with whatever comes before it.
func coverageCliff(o *Outline) []Finding {
	var found []Finding
	var last *measured
	kinds := map[bool]*measured{} // the last language lesson, the last vocational one
	for _, l := range o.lessons {
		if l.Text.Tokens == 0 {
			continue
		}
		now, from := o.measure(l), kinds[l.unit.Language]
		if from == nil && !l.unit.Language {
			from = last
		}
		if from != nil && from.coverage-now.coverage > Cliff+1e-9 {
			f := l.at(CoverageCliff, Warning)
			f.Before, f.After, f.From = from.coverage, now.coverage, from.ID
			f.Words, f.Count, f.TeachIn = named(now.unknown), len(now.unknown), o.teachIn(l)
			found = append(found, f)
		}
		last, kinds[l.unit.Language] = now, now
	}
	return found
}

// glossMissing finds terms without a meaning in a language of the course, each where it stands first.
func glossMissing(o *Outline) []Finding {
	var found []Finding
	looked := map[string]bool{}
	for _, l := range o.lessons {
		for _, w := range l.Words {
			if w.Term == nil || looked[w.Hanzi] {
				continue
			}
			looked[w.Hanzi] = true
			var missing []string
			for _, language := range o.Languages {
				if !w.Term.Glossed(language) {
					missing = append(missing, language)
				}
			}
			if len(missing) > 0 {
				f := l.about(GlossMissing, Warning, w)
				f.Languages = missing
				found = append(found, f)
			}
		}
	}
	return found
}
