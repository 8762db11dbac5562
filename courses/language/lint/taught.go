package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hanzhi/courses/language/coverage"
)

// Outline is a course with an index of where its words are taught and where they stand.
type Outline struct {
	Course
	lessons []placed
	taught  map[string]int                // the first lesson that teaches a word, by its place in lessons
	seen    map[string]int                // the first lesson with the word
	units   map[uuid.UUID]map[string]bool // words of each language unit
}

// placed is a lesson with its unit.
type placed struct {
	*Lesson
	unit   *Unit
	place  int
	listed map[string]bool // words of its word lists
}

// newOutline decides what is taught where. A lesson of a language unit teaches every word that stands in it; any lesson
// teaches the words of its word lists.
func newOutline(c Course) *Outline {
	o := &Outline{Course: c, taught: map[string]int{}, seen: map[string]int{}, units: map[uuid.UUID]map[string]bool{}}
	for i := range c.Units {
		unit := &c.Units[i]
		words := map[string]bool{}
		for _, l := range unit.Lessons {
			at := placed{l, unit, len(o.lessons), map[string]bool{}}
			o.lessons = append(o.lessons, at)
			for _, w := range l.Words {
				words[w.Hanzi] = true
				first(o.seen, w.Hanzi, at.place)
				if w.Listed {
					at.listed[w.Hanzi] = true
				}
				if unit.Language || w.Listed {
					first(o.taught, w.Hanzi, at.place)
				}
			}
		}
		if unit.Language {
			o.units[unit.ID] = words
		}
	}
	return o
}

func first(places map[string]int, word string, place int) {
	if _, known := places[word]; !known {
		places[word] = place
	}
}

// entry reports whether whoever begins the course knows words of a level.
func (o *Outline) entry(level int) bool { return level > 0 && level <= o.Entry }

// taughtFor reports whether a word is taught in time for a lesson: before it, in its own word list, or in a language
// unit that is paired with its unit.
func (o *Outline) taughtFor(l placed, word string) bool {
	place, taught := o.taught[word]
	return taught && place < l.place || l.listed[word] || o.prepared(l.unit, word)
}

// seenBefore reports whether a word stands in a lesson before the one at a place.
func (o *Outline) seenBefore(place int, word string) bool {
	at, seen := o.seen[word]
	return seen && at < place
}

// prepared reports whether a word is taught in a language unit that is paired with a unit, wherever it stands.
func (o *Outline) prepared(unit *Unit, word string) bool {
	return slices.ContainsFunc(unit.PreparedBy, func(id uuid.UUID) bool { return o.units[id][word] })
}

// knowledge is that of a learner who begins at the entry level and has learnt the words for which learnt holds.
func (o *Outline) knowledge(l placed, learnt func(word string) bool) coverage.Knowledge {
	k := make(coverage.Knowledge, len(l.Levels))
	for i, unit := range l.Text.Units() {
		if o.entry(l.Levels[i]) || learnt(unit) {
			k[i] = 1
		}
	}
	return k
}

// unknown lists the words of a lesson that somebody does not know, neither by themselves nor as made of known words.
func (l placed) unknown(k coverage.Knowledge) []coverage.Word {
	var list []coverage.Word
	for i, w := range l.Text.Words {
		if known, _ := l.Text.Knows(k, i); !known {
			list = append(list, w)
		}
	}
	return list
}

// teachIn is the language lesson where words for a lesson could be taught in time: the last one of a unit paired with its
// unit, else the nearest before it; uuid.Nil when there is none.
func (o *Outline) teachIn(l placed) uuid.UUID {
	var found uuid.UUID
	for _, other := range o.lessons {
		if slices.Contains(l.unit.PreparedBy, other.unit.ID) {
			found = other.ID
		}
	}
	if found != uuid.Nil {
		return found
	}
	for _, other := range o.lessons[:l.place] {
		if other.unit.Language {
			found = other.ID
		}
	}
	return found
}

// at is a finding about a lesson.
func (l placed) at(code, severity string) Finding {
	return Finding{Code: code, Severity: severity, UnitID: l.unit.ID, LessonID: l.ID}
}

// about is a finding about a word where it stands first in a lesson.
func (l placed) about(code, severity string, w Word) Finding {
	f := l.at(code, severity)
	line := l.Lines[w.Line]
	f.Word, f.Term, f.ActivityID, f.StartMs, f.Line = w.Hanzi, w.Term, line.ActivityID, line.StartMs, line.with(w.Hanzi)
	return f
}

// with is the sentence of a line that holds a word; a paragraph would bury it.
func (l Line) with(word string) string {
	for _, s := range l.Sentences {
		if strings.Contains(s.Text, word) {
			return s.Text
		}
	}
	return l.Text
}

// word finds a distinct word of a lesson.
func (l placed) word(hanzi string) Word {
	i := slices.IndexFunc(l.Words, func(w Word) bool { return w.Hanzi == hanzi })
	return l.Words[i]
}

// named lists words with the most frequent first, as many as a finding names.
func named(words []coverage.Word) []string {
	sorted := slices.SortedStableFunc(slices.Values(words), func(a, b coverage.Word) int { return cmp.Compare(b.Count, a.Count) })
	list := []string{}
	for _, w := range sorted[:min(len(sorted), mostWords)] {
		list = append(list, w.Text)
	}
	return list
}
