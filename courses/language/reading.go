package language

import (
	"context"
	"maps"
	"strings"

	"github.com/google/uuid"

	"hanzhi/courses/language/banks"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// reading is a table that has been read, with what there is to say of its lines.
type reading struct {
	table banks.Table
	notes []TableProblem
}

// readTable reads the one table that a change names.
func (s *Service) readTable(in BankChange) (*reading, error) {
	if in.CSV != "" && in.TBX != "" {
		return nil, fault.NewInvalid("tbx", "one_table", "A change has one table: csv or tbx.")
	}
	r := &reading{}
	switch {
	case in.Undo:
	case in.TBX != "":
		r.table = banks.ParseTBX([]byte(in.TBX), s.readingOf)
	default:
		r.table = banks.Parse([]byte(in.CSV))
	}
	for _, line := range r.table.Guessed {
		r.note(line, "pinyin", "pinyin_guessed")
	}
	return r, nil
}

// readingOf is how the dictionary reads a word, put together of its parts when it does not have it; "" = it cannot.
func (s *Service) readingOf(hanzi string) string {
	var syllables []string
	for _, token := range s.segmenter.Segment(hanzi) {
		if token.Pinyin != "" {
			syllables = append(syllables, token.Pinyin)
		} else {
			syllables = append(syllables, token.Text) // Latin stands for itself
		}
	}
	return strings.Join(syllables, " ")
}

const mostNotes = 200

func (r *reading) note(line int, field, code string) {
	if len(r.notes) < mostNotes {
		r.notes = append(r.notes, TableProblem{Line: line, Field: field, Code: code})
	}
}

func shownProblems(problems []banks.Problem) []TableProblem {
	shown := make([]TableProblem, len(problems))
	for i, each := range problems {
		shown[i] = TableProblem{Line: each.Line, Field: each.Field, Code: each.Code}
	}
	return shown
}

// over lays the table over the terms that there are: what it says nothing of stays. A picture or a sound that is none of
// the viewer's is left out: tables come from other platforms too.
func (r *reading) over(ctx context.Context, q pg.Querier, viewer uuid.UUID, old []*term) ([]Term, error) {
	known := make(map[string]Term, len(old))
	for _, t := range old {
		known[t.Hanzi] = t.Term
	}
	pictures, err := r.usable(ctx, q, viewer, "image", func(t banks.Term) *uuid.UUID { return t.Picture })
	if err != nil {
		return nil, err
	}
	sounds, err := r.usable(ctx, q, viewer, "audio", func(t banks.Term) *uuid.UUID { return t.Audio })
	if err != nil {
		return nil, err
	}
	wanted := make([]Term, len(r.table.Terms))
	for i, row := range r.table.Terms {
		before := known[row.Hanzi]
		t := Term{Hanzi: row.Hanzi, Pinyin: row.Pinyin, PartOfSpeech: before.PartOfSpeech, Safety: before.Safety}
		if r.table.Has("pos") {
			t.PartOfSpeech = row.PartOfSpeech
		}
		if r.table.Has("safety") {
			t.Safety = row.Safety
		}
		t.Gloss = r.text("gloss", before.Gloss, row.Gloss)
		t.Definition = r.text("definition", before.Definition, row.Definition)
		t.PictureID = r.asset(row.Line, "picture", before.PictureID, row.Picture, pictures)
		t.AudioID = r.asset(row.Line, "audio", before.AudioID, row.Audio, sounds)
		wanted[i] = t
	}
	return wanted, nil
}

// text is a text of a term with the languages that the table has put in.
func (r *reading) text(field string, before, row localize.Text) localize.Text {
	text := maps.Clone(row)
	if text == nil {
		text = localize.Text{}
	}
	for locale, s := range before {
		if !r.table.Has(field + ":" + locale) {
			text[locale] = s
		}
	}
	return text
}

// usable are the assets of a column that the viewer may give to terms.
func (r *reading) usable(ctx context.Context, q pg.Querier, viewer uuid.UUID, kind string, of func(banks.Term) *uuid.UUID) (map[uuid.UUID]bool, error) {
	var ids []uuid.UUID
	for _, row := range r.table.Terms {
		if id := of(row); id != nil {
			ids = append(ids, *id)
		}
	}
	return usableAssets(ctx, q, viewer, kind, ids)
}

func (r *reading) asset(line int, column string, before, row *uuid.UUID, usable map[uuid.UUID]bool) *uuid.UUID {
	switch {
	case !r.table.Has(column) || sameID(before, row):
		return before
	case row == nil || usable[*row]:
		return row
	}
	r.note(line, column, "unknown_asset")
	return before
}
