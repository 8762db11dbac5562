package language

import (
	"sync"

	"hanzhi/courses/language/coverage"
)

// perLevel is what the levels of a list are worth in a lesson, to somebody of whom nothing else is known. A visitor's level
// stays on their device; with this it finds there what the server would tell an account of that level.
type perLevel struct {
	readiness []Readiness    // by level, from 1
	from      map[string]int // the lowest level at which a word is known
}

// levelCache keeps the levels of a lesson by list: they are the same for all visitors.
type levelCache struct {
	mu    sync.Mutex
	lists map[*wordList]perLevel
}

// levels returns nothing for who has an account: their readiness has been measured.
func (l learner) levels(of *lesson) perLevel {
	if !l.isVisitor {
		return perLevel{}
	}
	of.levels.mu.Lock()
	defer of.levels.mu.Unlock()
	all, known := of.levels.lists[l.list]
	if !known {
		all = of.measureLevels(l.list)
		// A list that was imported anew is another one: no more than one is kept of each lesson besides.
		if len(of.levels.lists) > 1 {
			clear(of.levels.lists)
		}
		if of.levels.lists == nil {
			of.levels.lists = map[*wordList]perLevel{}
		}
		of.levels.lists[l.list] = all
	}
	return all
}

func (l *lesson) measureLevels(list *wordList) perLevel {
	all := perLevel{from: map[string]int{}}
	for level := 1; level <= len(list.Levels); level++ {
		who := learner{list: list, level: level}
		k := who.knowledge(l.text.Units())
		all.readiness = append(all.readiness, l.readiness(k))
		for _, w := range l.words {
			if all.from[w.Hanzi] == 0 && who.byLevel(list.level(w.Hanzi)) {
				all.from[w.Hanzi] = level
			}
		}
		l.addKnown(k, level, all.from)
	}
	return all
}

// addKnown notes the words that are known by their parts.
func (l *lesson) addKnown(k coverage.Knowledge, level int, from map[string]int) {
	for i, w := range l.text.Words {
		if known, _ := l.text.Knows(k, i); known && from[w.Text] == 0 {
			from[w.Text] = level
		}
	}
}
