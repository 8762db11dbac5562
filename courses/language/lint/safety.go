package lint

import (
	"strings"
	"unicode"

	"github.com/google/uuid"
)

// voice is what is said aloud in a course, to be searched.
type voice struct {
	spoken string          // without marks and spaces; activities are parted by a line feed
	terms  map[string]bool // safety terms that are heard: in a spoken line, or recorded in their bank
}

func voiceOf(lessons []placed) voice {
	var b strings.Builder
	v := voice{terms: map[string]bool{}}
	var activity uuid.UUID
	for _, l := range lessons {
		for _, line := range l.Lines {
			if !line.Said {
				continue
			}
			if line.ActivityID != activity {
				activity = line.ActivityID
				b.WriteByte('\n')
			}
			b.WriteString(bare(line.Text)) // a sentence may go on in the next cue
			for _, s := range line.Sentences {
				for _, term := range s.Safety {
					v.terms[term] = true
				}
			}
		}
		for _, w := range l.Words {
			if w.Term != nil && w.Term.Safety && w.Term.Audio {
				v.terms[w.Hanzi] = true
			}
		}
	}
	v.spoken = b.String()
	return v
}

// says reports whether a sentence is said, whatever its marks.
func (v voice) says(sentence string) bool { return strings.Contains(v.spoken, bare(sentence)) }

// bare is a text without marks and spaces.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, text)
}

// safetyWithoutAudio finds sentences with a safety term that are only written, and safety terms that stand by themselves,
// as in a word list, and are never heard. A sentence is reported once, and its terms with it.
func safetyWithoutAudio(o *Outline) []Finding {
	v := voiceOf(o.lessons)
	var found []Finding
	reported := map[string]bool{}
	for _, l := range o.lessons {
		for _, line := range l.Lines {
			if line.Said {
				continue
			}
			for _, s := range line.Sentences {
				if s.Words < 2 || len(s.Safety) == 0 || reported[s.Text] || v.says(s.Text) {
					continue
				}
				reported[s.Text] = true
				f := l.at(SafetyWithoutAudio, Serious)
				f.ActivityID, f.StartMs, f.Line, f.Words = line.ActivityID, line.StartMs, s.Text, s.Safety
				found = append(found, f)
				for _, term := range s.Safety {
					reported[term] = true
				}
			}
		}
	}
	for _, l := range o.lessons {
		for _, w := range l.Words {
			if w.Term != nil && w.Term.Safety && !v.terms[w.Hanzi] && !reported[w.Hanzi] {
				reported[w.Hanzi] = true
				found = append(found, l.about(SafetyWithoutAudio, Serious, w))
			}
		}
	}
	return found
}
