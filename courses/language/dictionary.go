package language

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/pinyin"
	"hanzhi/server/fault"
)

// WordFilter narrows the list of own words.
type WordFilter struct {
	All   bool // also words that are remembered and not kept
	Query string
	After string
	Limit int
}

// Words returns a page of the viewer's own words, in the order of hanzi.
func (s *Service) Words(ctx context.Context, viewer uuid.UUID, f WordFilter) (OwnWords, error) {
	after, err := base64.RawURLEncoding.DecodeString(f.After)
	if err != nil || !utf8.Valid(after) {
		return OwnWords{}, fault.NewInvalid("after", "bad_page", "This is no page of this list; start again without it.")
	}
	states, err := memoryList(ctx, s.db, viewer, `(m.kept OR @all) ORDER BY m.word COLLATE "C"`, pgx.NamedArgs{"all": f.All})
	if err != nil {
		return OwnWords{}, err
	}
	words, err := s.ownWords(ctx, viewer, states)
	if err != nil {
		return OwnWords{}, err
	}
	page := OwnWords{Items: []OwnWord{}}
	limit, query := min(max(f.Limit, 1), maxDue), newQuery(f.Query)
	for i, w := range words {
		if !query.finds(w) {
			continue
		}
		page.Total++
		switch {
		case f.After != "" && w.Hanzi <= string(after):
		case len(page.Items) < limit:
			page.Items = append(page.Items, OwnWord{Word: w, Memory: shownMemory(states[i])})
		case page.Next == "":
			page.Next = base64.RawURLEncoding.EncodeToString([]byte(page.Items[limit-1].Hanzi))
		}
	}
	return page, nil
}

// query is what somebody looks for: hanzi, pinyin or a meaning.
type query struct{ text, key string }

func newQuery(text string) query {
	text = strings.ToLower(strings.TrimSpace(text))
	return query{text: text, key: pinyin.Key(text)}
}

func (q query) finds(w Word) bool {
	return q.text == "" || q.rank(soughtBy(w.Hanzi, w.Pinyin, w.Glosses, w.Gloss)) > 0
}

// rank says how well a word fits: 3 as a whole, 2 at its beginning, 1 somewhere, 0 not at all.
func (q query) rank(s sought) int {
	best := rankIn(s.hanzi, q.text)
	// Inside a word a few letters of pinyin mean nothing.
	if r := rankIn(s.key, q.key); q.key != "" && r > 1 {
		best = max(best, r)
	}
	for _, gloss := range s.glosses {
		best = max(best, rankIn(gloss, q.text))
	}
	return best
}

func rankIn(text, part string) int {
	switch {
	case text == part:
		return 3
	case strings.HasPrefix(text, part):
		return 2
	case strings.Contains(text, part):
		return 1
	}
	return 0
}

// Search finds words by hanzi, by pinyin with or without tones, and by meaning: English for the dictionary, any language
// for the terms of the banks, which come first among equals.
func (s *Service) Search(ctx context.Context, viewer uuid.UUID, text string, limit int) ([]Word, error) {
	limit = min(max(limit, 1), maxDue)
	terms, err := s.allTerms(ctx)
	if err != nil {
		return nil, err
	}
	q := newQuery(text)
	if q.text == "" {
		return []Word{}, nil
	}
	type hit struct {
		word Word
		rank int
	}
	var hits []hit
	seen := map[string]bool{}
	for _, t := range terms.terms {
		if rank := q.rank(t.sought); rank > 0 {
			hits = append(hits, hit{s.word(terms, t.Hanzi, t.Pinyin), rank})
			seen[t.Hanzi] = true
		}
	}
	slices.SortFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(len(a.word.Hanzi), len(b.word.Hanzi)), strings.Compare(a.word.Hanzi, b.word.Hanzi))
	})
	// What fits as a whole stays before what only begins so, in both lists.
	var rest []hit
	for _, m := range s.lexicon.Search(text, limit) {
		if !seen[m.Hanzi] {
			w := s.word(terms, m.Hanzi, "")
			rest = append(rest, hit{w, q.rank(soughtBy(w.Hanzi, w.Pinyin, w.Glosses, nil))})
		}
	}
	hits = append(hits, rest...)
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.rank/3, a.rank/3) })
	found := make([]Word, 0, limit)
	for _, h := range hits[:min(len(hits), limit)] {
		found = append(found, h.word)
	}
	return s.shownTo(ctx, viewer, found)
}

// shownTo adds to words what the viewer knows of them.
func (s *Service) shownTo(ctx context.Context, viewer uuid.UUID, words []Word) ([]Word, error) {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = w.Hanzi
	}
	who, err := s.learner(ctx, viewer, "", list)
	if err != nil {
		return nil, err
	}
	for i := range words {
		words[i] = who.shown(words[i], false)
	}
	return notNil(words), nil
}

// mostRelated and mostOccurrences bound a page of the dictionary.
const (
	mostRelated     = 12
	mostOccurrences = 20
	longestWord     = 12
)

// Entry returns a word with all its readings, its parts, and where it stands in lessons that the viewer may open.
// NotFound when neither the dictionary nor a bank has it.
func (s *Service) Entry(ctx context.Context, viewer uuid.UUID, hanzi string) (Entry, error) {
	terms, err := s.allTerms(ctx)
	if err != nil {
		return Entry{}, err
	}
	inLexicon, found := s.lexicon.Word(hanzi)
	if !found && terms.terms[hanzi] == nil {
		return Entry{}, fault.NewNotFound("word")
	}
	e := Entry{Readings: []Reading{}, Traditional: inLexicon.Traditional}
	for _, r := range inLexicon.Readings {
		e.Readings = append(e.Readings, Reading{Pinyin: r.Pinyin, Glosses: notNil(r.Glosses)})
	}
	if t := terms.terms[hanzi]; t != nil && len(e.Readings) == 0 {
		e.Readings = append(e.Readings, Reading{Pinyin: t.Pinyin, Glosses: []string{}})
	}
	if e.Occurrences, err = s.occurrences(ctx, viewer, hanzi); err != nil {
		return Entry{}, err
	}
	words := append([]Word{s.word(terms, hanzi, "")}, s.characters(terms, hanzi)...)
	parts := len(words)
	words, err = s.shownTo(ctx, viewer, append(words, s.related(terms, hanzi)...))
	if err != nil {
		return Entry{}, err
	}
	words[0].Count = len(e.Occurrences)
	e.Word, e.Characters, e.Related = words[0], notNil(words[1:parts]), notNil(words[parts:])
	return e, nil
}

// characters describes the characters of a longer word, each once.
func (s *Service) characters(terms *glossary, hanzi string) []Word {
	var list []Word
	if utf8.RuneCountInString(hanzi) < 2 {
		return nil
	}
	for _, r := range hanzi {
		one := string(r)
		if s.isWord(one) && !slices.ContainsFunc(list, func(w Word) bool { return w.Hanzi == one }) {
			list = append(list, s.word(terms, one, ""))
		}
	}
	return list
}

// related lists words that contain the word: terms first, then those of the dictionary.
func (s *Service) related(terms *glossary, hanzi string) []Word {
	var list []string
	for _, t := range terms.terms {
		if t.Hanzi != hanzi && strings.Contains(t.Hanzi, hanzi) {
			list = append(list, t.Hanzi)
		}
	}
	slices.Sort(list)
	for _, m := range s.lexicon.Search(hanzi, 2*mostRelated) {
		if m.Hanzi != hanzi && strings.Contains(m.Hanzi, hanzi) && !slices.Contains(list, m.Hanzi) {
			list = append(list, m.Hanzi)
		}
	}
	words := make([]Word, 0, mostRelated)
	for _, word := range list[:min(len(list), mostRelated)] {
		words = append(words, s.word(terms, word, ""))
	}
	return words
}

// occurrences finds a word in the lessons that the viewer may open: those whose texts hold the characters are read, and
// then only lines in which they are this word count.
func (s *Service) occurrences(ctx context.Context, viewer uuid.UUID, word string) ([]Occurrence, error) {
	list := []Occurrence{}
	if utf8.RuneCountInString(word) > longestWord {
		return list, nil
	}
	rows, err := queryLessons(ctx, s.db, viewer, `(c.state = 'published' AND l.preview OR may_learn(@viewer, c.id) AND NOT is_barred(@viewer, l.lesson_id)) AND l.lesson_id IN (
		SELECT x.lesson_id FROM courses k JOIN revision_lessons x ON x.course_id = k.id AND x.revision = k.revision
		WHERE position(@word IN x.activities::text) > 0
		UNION
		SELECT ra.lesson_id FROM captions t JOIN revision_activities ra ON ra.asset_id = t.asset_id
		WHERE is_chinese(t.lang) AND position(@word IN t.cues::text) > 0) LIMIT @limit`, pgx.NamedArgs{"word": word, "limit": mostOccurrences})
	if err != nil {
		return nil, err
	}
	lessons, _, err := s.lessonsOf(ctx, rows)
	if err != nil {
		return nil, err
	}
	for i, l := range lessons {
		seen := map[string]bool{}
		for _, n := range l.index[word] {
			at := l.lines[n]
			if seen[at.text] || len(list) == mostOccurrences {
				continue
			}
			seen[at.text] = true
			o := Occurrence{LessonID: rows[i].LessonID, LessonTitle: rows[i].LessonTitle, CourseSlug: rows[i].CourseSlug, CourseTitle: rows[i].CourseTitle, Text: at.text}
			if at.assetID != nil {
				o.StartMs = &at.startMs
			}
			list = append(list, o)
		}
	}
	return list, nil
}
