package lexicon

import (
	"strings"

	"hanzhi/courses/language/lexicon/layout"
)

// Entry reads an entry whole.
func (l *Lexicon) Entry(id ID) Word {
	w := Word{Hanzi: l.Hanzi(id), Frequency: int(l.freqs[id]), Level: l.Level(id)}
	w.Traditional, w.Readings = l.details(id)
	if len(w.Readings) == 0 {
		w.Readings = []Reading{{Pinyin: l.Pinyin(id)}}
	}
	return w
}

func (l *Lexicon) details(id ID) (traditional string, readings []Reading) {
	traditional, rest, _ := strings.Cut(string(l.table.text(layout.Details, int(id))), "\n")
	for line := range strings.SplitSeq(rest, "\n") {
		marked, glosses, _ := strings.Cut(line, "\t")
		if marked == "" {
			continue
		}
		// The same reading twice, as of a word and of a surname, is one reading.
		list := strings.FieldsFunc(glosses, func(r rune) bool { return r == '\t' })
		if n := len(readings); n > 0 && readings[n-1].Pinyin == marked {
			readings[n-1].Glosses = append(readings[n-1].Glosses, list...)
			continue
		}
		readings = append(readings, Reading{marked, list})
	}
	return traditional, readings
}
