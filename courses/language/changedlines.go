package language

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/segment"
)

// mostLines is how many changed lines of lessons are shown.
const mostLines = 50

// changedLines cuts every line of the published lessons of the bank's trade that holds one of the changed words, as it
// was and as it will be.
func (s *Service) changedLines(ctx context.Context, bank uuid.UUID, p plan) ([]ChangedLine, error) {
	changed := p.cutting()
	if len(changed) == 0 {
		return []ChangedLine{}, nil
	}
	rows, err := queryLessons(ctx, s.db, uuid.Nil, `c.state = 'published' AND EXISTS (SELECT FROM term_banks b WHERE b.id = @bank AND b.trade = v.course->>'trade'
		AND (b.institution_id IS NULL OR b.institution_id = c.institution_id))`, pgx.NamedArgs{"bank": bank})
	if err != nil || len(rows) == 0 {
		return []ChangedLine{}, err
	}
	texts, err := passages(ctx, s.db, rows)
	if err != nil {
		return nil, err
	}
	readings, err := placeReadings(ctx, s.db, lessonIDs(rows))
	if err != nil {
		return nil, err
	}
	lines := []ChangedLine{}
	cuts := map[uuid.UUID][2]*segment.Segmenter{} // by institution
	for _, row := range rows {
		cut, known := cuts[row.InstitutionID]
		if !known {
			if cut, err = s.beforeAndAfter(ctx, row, bank, p); err != nil {
				return nil, err
			}
			cuts[row.InstitutionID] = cut
		}
		set := readings[row.LessonID]
		was, willBe := changed.cutIn(texts[row.LessonID], cut[0], set), changed.cutIn(texts[row.LessonID], cut[1], set)
		seen := map[string]bool{}
		for _, text := range texts[row.LessonID] {
			if seen[text.text] || !changed.in(text.text) {
				continue
			}
			seen[text.text] = true
			before, after := was[text.text], willBe[text.text]
			if slices.EqualFunc(before, after, sameToken) {
				continue
			}
			withReading := slices.EqualFunc(before, after, func(a, b segment.Token) bool { return a.Text == b.Text })
			lines = append(lines, ChangedLine{LessonID: row.LessonID, LessonTitle: row.LessonTitle, Before: joined(before, withReading), After: joined(after, withReading)})
			if len(lines) == mostLines {
				return lines, nil
			}
		}
	}
	return lines, nil
}

// cutIn cuts the lines that hold one of the words, and reads them as authors have set; to find the places of these, all
// lines are needed.
func (h hanziSet) cutIn(texts []passage, by *segment.Segmenter, readings []placed) map[string][]segment.Token {
	cut := map[string][]segment.Token{}
	for _, p := range texts {
		if _, again := cut[p.text]; !again && (len(readings) > 0 || h.in(p.text)) {
			cut[p.text] = by.Segment(p.text)
		}
	}
	override(cut, readings)
	return cut
}

func sameToken(a, b segment.Token) bool { return a.Text == b.Text && a.Pinyin == b.Pinyin }

// joined is the tokens of a line parted by |.
func joined(tokens []segment.Token, withReading bool) string {
	parts := make([]string, len(tokens))
	for i, t := range tokens {
		parts[i] = t.Text
		if withReading && t.Pinyin != "" {
			parts[i] += " " + t.Pinyin
		}
	}
	return strings.Join(parts, "|")
}

// hanziSet is words whose coming, going or reading changes how lines are cut or read.
type hanziSet []string

// manyWords is from how many changed words on it is quicker to cut a line than to look for them.
const manyWords = 300

func (h hanziSet) in(text string) bool {
	return len(h) > manyWords || slices.ContainsFunc(h, func(word string) bool { return strings.Contains(text, word) })
}

func (p plan) cutting() hanziSet {
	var list hanziSet
	for _, t := range p.added {
		list = append(list, t.Hanzi)
	}
	for _, pair := range p.changed {
		if pair.Before.Pinyin != pair.After.Pinyin {
			list = append(list, pair.After.Hanzi)
		}
	}
	if p.removes {
		for _, t := range p.removed {
			list = append(list, t.Hanzi)
		}
	}
	return list
}

// beforeAndAfter makes the segmenters of a course without the plan and with it, whichever of them the database has now.
func (s *Service) beforeAndAfter(ctx context.Context, row lessonRow, bank uuid.UUID, p plan) ([2]*segment.Segmenter, error) {
	g, err := s.glossaryFor(ctx, row.Trade, row.InstitutionID)
	if err != nil {
		return [2]*segment.Segmenter{}, err
	}
	without, with := maps.Clone(g.terms), maps.Clone(g.terms)
	set := func(terms map[string]*term, t Term) {
		if other := terms[t.Hanzi]; other == nil || other.bankID == bank {
			terms[t.Hanzi] = &term{Term: t, bankID: bank}
		}
	}
	remove := func(terms map[string]*term, t Term) {
		if other := terms[t.Hanzi]; other != nil && other.bankID == bank {
			delete(terms, t.Hanzi)
		}
	}
	for _, t := range p.added {
		remove(without, t)
		set(with, t)
	}
	for _, pair := range p.changed {
		set(without, pair.Before)
		set(with, pair.After)
	}
	if p.removes {
		for _, t := range p.removed {
			set(without, t)
			remove(with, t)
		}
	}
	return [2]*segment.Segmenter{
		s.newGlossary("", slices.Collect(maps.Values(without))).segmenter,
		s.newGlossary("", slices.Collect(maps.Values(with))).segmenter,
	}, nil
}
