package language

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/pinyin"
	"hanzhi/courses/language/segment"
	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// glossary is the terms in force somewhere: those of some banks, at some version of each. It never changes.
type glossary struct {
	key       string
	terms     map[string]*term // by hanzi
	segmenter *segment.Segmenter
}

// term is a term with its bank.
type term struct {
	Term
	bankID uuid.UUID
	trade  string
	sought sought
}

// sought is what a word is found by, folded once.
type sought struct {
	hanzi, key string
	glosses    []string
}

func soughtBy(hanzi, reading string, glosses []string, gloss localize.Text) sought {
	f := sought{hanzi: hanzi, key: pinyin.Key(reading)}
	for _, each := range glosses {
		f.glosses = append(f.glosses, strings.ToLower(each))
	}
	for _, each := range gloss {
		f.glosses = append(f.glosses, strings.ToLower(each))
	}
	return f
}

// bankVersion says which terms are in force; shared banks come first, so that an institution's own word wins.
type bankVersion struct {
	ID      uuid.UUID
	Version int
}

// glossaryFor returns the terms in force in a course: those of its trade, of the platform and of its institution.
func (s *Service) glossaryFor(ctx context.Context, trade string, institution uuid.UUID) (*glossary, error) {
	return s.glossaryOf(ctx, `b.trade = @trade AND (b.institution_id IS NULL OR b.institution_id = @institution)`,
		pgx.NamedArgs{"trade": trade, "institution": institution})
}

// allTerms returns the terms of all banks, for the dictionary.
func (s *Service) allTerms(ctx context.Context) (*glossary, error) {
	return s.glossaryOf(ctx, `true`, pgx.NamedArgs{})
}

func (s *Service) glossaryOf(ctx context.Context, condition string, args pgx.NamedArgs) (*glossary, error) {
	rows, err := s.db.Query(ctx, `SELECT b.id, b.version FROM term_banks b WHERE `+condition+` ORDER BY b.institution_id NULLS FIRST, b.id`, args)
	if err != nil {
		return nil, pg.Translate(err, "term banks", "")
	}
	banks, err := pgx.CollectRows(rows, pgx.RowToStructByName[bankVersion])
	if err != nil {
		return nil, pg.Translate(err, "term banks", "")
	}
	key := keyOf(banks)
	if g, found := s.glossaries.Get(key); found {
		return g, nil
	}
	terms, err := termsOf(ctx, s.db, banks)
	if err != nil {
		return nil, err
	}
	g := s.newGlossary(key, terms)
	s.glossaries.Add(key, g)
	return g, nil
}

func keyOf(banks []bankVersion) string {
	var b strings.Builder
	for _, v := range banks {
		fmt.Fprintf(&b, "%s@%d ", v.ID, v.Version)
	}
	return b.String()
}

// newGlossary makes a segmenter that keeps the terms whole. Later terms win.
func (s *Service) newGlossary(key string, terms []*term) *glossary {
	g := &glossary{key: key, terms: make(map[string]*term, len(terms)), segmenter: s.segmenter}
	for _, t := range terms {
		g.terms[t.Hanzi] = t
	}
	if len(g.terms) == 0 {
		return g
	}
	whole := make([]segment.Term, 0, len(g.terms))
	for _, t := range g.terms {
		whole = append(whole, segment.Term{ID: t.ID, Hanzi: t.Hanzi, Pinyin: t.Pinyin})
	}
	g.segmenter = s.segmenter.With(whole)
	return g
}

type termRow struct {
	ID           uuid.UUID
	BankID       uuid.UUID
	Trade        string
	Hanzi        string
	Pinyin       string
	PartOfSpeech string
	Safety       bool
	Gloss        localize.Text
	Definition   localize.Text
	PictureID    *uuid.UUID
	AudioID      *uuid.UUID
	Version      int
}

const selectTerms = `SELECT t.id, t.bank_id, b.trade, t.hanzi, t.pinyin, t.part_of_speech, t.safety, t.gloss, t.definition,
		t.picture_id, t.audio_id, t.version
	FROM terms t JOIN term_banks b ON b.id = t.bank_id `

// termsOf reads the terms of banks, in the order of the banks.
func termsOf(ctx context.Context, q pg.Querier, banks []bankVersion) ([]*term, error) {
	ids := make([]uuid.UUID, len(banks))
	for i, b := range banks {
		ids[i] = b.ID
	}
	rows, err := q.Query(ctx, selectTerms+`WHERE t.bank_id = ANY (@ids) AND t.deleted_at IS NULL
		ORDER BY array_position(@ids::uuid[], t.bank_id), t.pinyin COLLATE "C", t.hanzi COLLATE "C"`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, pg.Translate(err, "terms of banks", len(banks))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*term, error) {
		r, err := pgx.RowToStructByName[termRow](row)
		return r.term(), err
	})
	return list, pg.Translate(err, "terms of banks", len(banks))
}

func (r termRow) term() *term {
	return &term{Term: Term{ID: r.ID, Hanzi: r.Hanzi, Pinyin: r.Pinyin, PartOfSpeech: r.PartOfSpeech, Safety: r.Safety,
		Gloss: r.Gloss, Definition: r.Definition, PictureID: r.PictureID, AudioID: r.AudioID, Version: r.Version}, bankID: r.BankID, trade: r.Trade, sought: soughtBy(r.Hanzi, r.Pinyin, nil, r.Gloss)}
}

// levelOf is the level of a word in the list that is built in; 0 = not listed.
func (s *Service) levelOf(word string) int {
	id, found := s.lexicon.Find(word)
	if !found {
		return 0
	}
	return s.lexicon.Level(id)
}

// isWord reports whether the dictionary has a word.
func (s *Service) isWord(word string) bool {
	id, found := s.lexicon.Find(word)
	return found && !s.lexicon.IsPhrase(id)
}

// mostGlosses is how many glosses of the dictionary a word shows.
const mostGlosses = 4

// word describes a word as the dictionary and the terms in force have it, for nobody in particular.
func (s *Service) word(g *glossary, hanzi, reading string) Word {
	w := Word{Hanzi: hanzi, Pinyin: reading, Glosses: []string{}}
	if entry, found := s.lexicon.Word(hanzi); found {
		for _, r := range entry.Readings {
			if w.Pinyin == "" {
				w.Pinyin = r.Pinyin
			}
			// Of a word with several readings the glosses are those of the one that stands in the text.
			if strings.EqualFold(r.Pinyin, w.Pinyin) {
				w.Glosses = append(w.Glosses, r.Glosses...)
			}
		}
		if len(w.Glosses) == 0 && len(entry.Readings) > 0 {
			w.Glosses = slices.Clone(entry.Readings[0].Glosses)
		}
		w.Glosses = notNil(w.Glosses[:min(len(w.Glosses), mostGlosses)])
	}
	if t := g.terms[hanzi]; t != nil {
		w.Pinyin, w.Gloss, w.Definition, w.TermID, w.BankID = t.Pinyin, t.Gloss, t.Definition, &t.ID, &t.bankID
		w.Trade, w.PartOfSpeech, w.Safety, w.pictureID, w.audioID = t.trade, t.PartOfSpeech, t.Safety, t.PictureID, t.AudioID
	}
	return w
}
