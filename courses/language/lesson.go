package language

import (
	"cmp"
	"context"
	"hash/crc32"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/language/coverage"
	"hanzhi/courses/language/lint"
	"hanzhi/courses/language/segment"
)

// lessonKey names what the words of a lesson depend on: a change of any part is another key, so nothing stale is found.
type lessonKey struct {
	lesson   uuid.UUID
	revision int
	tracks   string
	readings string
	glossary string
}

// line is a passage that has been cut into tokens.
type line struct {
	passage
	tokens []segment.Token
}

// lesson is the Chinese of a lesson, for nobody in particular. It never changes.
type lesson struct {
	lines    []line
	words    []Word           // distinct words and names, in order of first appearance
	text     *coverage.Text   // what counts
	index    map[string][]int // lines by word
	check    func() *lint.Lesson
	searched func() *lineIndex
	// others are words of the trade to be mistaken for those on the lesson's pictures.
	others []Word

	// levels is what a declared level of a list is worth, worked out when the first visitor asks.
	levels levelCache
}

// lessonsOf returns the Chinese of lessons, parallel to rows; what is not in memory is read in one query.
func (s *Service) lessonsOf(ctx context.Context, rows []lessonRow) ([]*lesson, []*glossary, error) {
	found, glossaries := make([]*lesson, len(rows)), make([]*glossary, len(rows))
	type place struct {
		trade       string
		institution uuid.UUID
	}
	known := map[place]*glossary{}
	var missing []lessonRow
	keys := make([]lessonKey, len(rows))
	for i, row := range rows {
		at := place{row.Trade, row.InstitutionID}
		if known[at] == nil {
			g, err := s.glossaryFor(ctx, row.Trade, row.InstitutionID)
			if err != nil {
				return nil, nil, err
			}
			known[at] = g
		}
		glossaries[i] = known[at]
		keys[i] = lessonKey{row.LessonID, row.Revision, row.Tracks, row.Readings, glossaries[i].key}
		if l, cached := s.lessons.Get(keys[i]); cached {
			found[i] = l
		} else {
			missing = append(missing, row)
		}
	}
	if len(missing) == 0 {
		return found, glossaries, nil
	}
	texts, err := passages(ctx, s.db, missing)
	if err != nil {
		return nil, nil, err
	}
	readings, err := placeReadings(ctx, s.db, lessonIDs(missing))
	if err != nil {
		return nil, nil, err
	}
	for i, row := range rows {
		if found[i] == nil {
			found[i] = s.newLesson(glossaries[i], texts[row.LessonID], readings[row.LessonID])
			s.lessons.Add(keys[i], found[i])
		}
	}
	return found, glossaries, nil
}

// newLesson cuts passages into words, reads them as authors have set and counts them.
func (s *Service) newLesson(g *glossary, texts []passage, readings []placed) *lesson {
	l := &lesson{index: map[string][]int{}}
	at := map[string]int{}
	cut := map[string][]segment.Token{} // a line that comes again is cut once
	for _, p := range texts {
		if _, again := cut[p.text]; !again {
			cut[p.text] = g.segmenter.Segment(p.text)
		}
	}
	override(cut, readings)
	var counted []coverage.Token
	for _, p := range texts {
		tokens := cut[p.text]
		for _, t := range tokens {
			if t.Kind == segment.Number && p.counted {
				counted = append(counted, coverage.Token{Number: true})
			}
			if t.Kind != segment.Word && (t.Kind != segment.Name || !s.isWord(t.Text)) {
				continue
			}
			i, seen := at[t.Text]
			if !seen {
				i = len(l.words)
				at[t.Text] = i
				l.words = append(l.words, s.word(g, t.Text, t.Pinyin))
			}
			if lines := l.index[t.Text]; len(lines) == 0 || lines[len(lines)-1] != len(l.lines) {
				l.index[t.Text] = append(lines, len(l.lines))
			}
			if p.counted {
				l.words[i].Count++
				if t.Kind == segment.Word {
					counted = append(counted, coverage.Token{Word: t.Text, Term: t.Term != uuid.Nil})
				}
			}
		}
		l.lines = append(l.lines, line{p, tokens})
	}
	l.others = s.besides(g, l)
	l.text = coverage.Count(counted, s.isWord)
	l.searched = sync.OnceValue(l.indexLines)
	l.check = sync.OnceValue(func() *lint.Lesson { return l.forRules(g) })
	return l
}

// Lesson returns the Chinese of a lesson with what the viewer knows of it, and how ready the viewer is on a day: the one
// that is asked for or, when at is zero, the date of the lesson in the viewer's run. Levels are those of the viewer's
// list, and else of the institution's. While a gate bars the viewer from the lesson, its words are told, to be learnt,
// but not its lines. The errors are those of opening the lesson.
func (s *Service) Lesson(ctx context.Context, viewer, id uuid.UUID, at time.Time) (LessonLanguage, error) {
	return s.LessonByList(ctx, viewer, id, "", at)
}

// LessonByList is Lesson for a visitor who has chosen a list on their device.
func (s *Service) LessonByList(ctx context.Context, viewer, id uuid.UUID, list string, at time.Time) (LessonLanguage, error) {
	if err := s.checkDay(at); err != nil {
		return LessonLanguage{}, err
	}
	row, err := knownLesson(ctx, s.db, viewer, id)
	if err != nil {
		return LessonLanguage{}, err
	}
	lessons, _, err := s.lessonsOf(ctx, []lessonRow{row})
	if err != nil {
		return LessonLanguage{}, err
	}
	answer, who, err := s.forViewer(ctx, viewer, lessons[0], cmp.Or(list, row.WordList))
	if err != nil {
		return LessonLanguage{}, err
	}
	answer.Readiness.OnDay = lessons[0].onDay(who, row.day(at))
	if row.Barred {
		if row.Barred, err = s.bars(ctx, viewer, row, answer.Readiness.Coverage); err != nil {
			return LessonLanguage{}, err
		}
	}
	if row.Barred {
		answer.Lines = []Line{}
	}
	return answer, nil
}

// forViewer adds to the Chinese of a lesson what the viewer knows of it; list is the one of levels for who has chosen none.
func (s *Service) forViewer(ctx context.Context, viewer uuid.UUID, l *lesson, list string) (LessonLanguage, learner, error) {
	learner, err := s.learner(ctx, viewer, list, l.vocabulary())
	if err != nil {
		return LessonLanguage{}, learner, err
	}
	k := learner.knowledge(l.text.Units())
	answer := LessonLanguage{List: learner.list.List, Level: learner.level, LostList: learner.lost, Lines: l.distinctLines(), Words: make(map[string]Word, len(l.words)), Readiness: l.readiness(k)}
	levels := learner.levels(l)
	answer.ByLevel = levels.readiness
	counted := map[string]int{}
	for i, w := range l.text.Words {
		counted[w.Text] = i
	}
	for _, w := range l.words {
		byParts := false
		if i, counts := counted[w.Hanzi]; counts {
			_, byParts = l.text.Knows(k, i)
		}
		shown := learner.shown(w, byParts)
		shown.KnownFrom = levels.from[w.Hanzi]
		answer.Words[w.Hanzi] = shown
	}
	for _, w := range l.others {
		answer.Others = append(answer.Others, learner.shown(w, false))
	}
	return answer, learner, nil
}

// mostOthers is how many words of the trade stand by to be mistaken for those on a picture.
const mostOthers = 12

// besides picks words of the trade's bank that are not in the lesson, when the lesson has pictures to label. The choice
// is the same for everybody, and another one for another lesson.
func (s *Service) besides(g *glossary, l *lesson) []Word {
	labels := ""
	for _, each := range l.lines {
		if each.label {
			labels += each.text
		}
	}
	if labels == "" {
		return nil
	}
	var list []string
	for hanzi := range g.terms {
		if len(l.index[hanzi]) == 0 {
			list = append(list, hanzi)
		}
	}
	rank := func(hanzi string) uint32 { return crc32.ChecksumIEEE([]byte(labels + hanzi)) }
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	words := make([]Word, 0, mostOthers)
	for _, hanzi := range list[:min(len(list), mostOthers)] {
		words = append(words, s.word(g, hanzi, ""))
	}
	return words
}

// vocabulary is every word whose knowledge matters in the lesson.
func (l *lesson) vocabulary() []string {
	list := append([]string(nil), l.text.Units()...)
	for _, w := range l.words {
		list = append(list, w.Hanzi)
	}
	return list
}

// distinctLines are the texts of the lesson, each once.
func (l *lesson) distinctLines() []Line {
	seen := make(map[string]bool, len(l.lines))
	lines := make([]Line, 0, len(l.lines))
	for _, each := range l.lines {
		if !seen[each.text] {
			seen[each.text] = true
			lines = append(lines, Line{Text: each.text, Tokens: shownTokens(each.tokens)})
		}
	}
	return lines
}

func shownTokens(tokens []segment.Token) []Token {
	shown := make([]Token, len(tokens))
	for i, t := range tokens {
		shown[i] = Token{Text: t.Text, Pinyin: t.Pinyin}
		if t.Kind != segment.Word {
			shown[i].Kind = t.Kind.String()
		}
	}
	return shown
}

// readiness measures a learner against the lesson.
func (l *lesson) readiness(k coverage.Knowledge) Readiness {
	r := Readiness{Tokens: l.text.Tokens, Words: len(l.text.Words), Learn: []string{}}
	r.Coverage, r.Expected = l.text.Measure(k)
	r.Band = coverage.Band(r.Coverage)
	learn, after := l.text.Learn(k)
	for _, i := range learn {
		r.Learn = append(r.Learn, l.text.Words[i].Text)
	}
	r.CoverageAfter = after
	return r
}
