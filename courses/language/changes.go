package language

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// mostShown is how many terms of each kind are shown.
const mostShown = 100

// plan is what a change of a bank comes to.
type plan struct {
	added     []Term
	changed   []TermPair
	removed   []Term
	unchanged int
	removes   bool // those that are missing go
}

// ChangeTerms shows what a table would change in a bank, and in the lessons of its trade, and changes it when told to
// apply. Lines with problems change nothing, and while there are any nothing is removed. Undo takes the last table back;
// Conflict nothing_to_undo when there is none, or the bank has changed since.
func (s *Service) ChangeTerms(ctx context.Context, viewer, bank uuid.UUID, in BankChange) (BankChanges, error) {
	read, err := s.readTable(in)
	if err != nil {
		return BankChanges{}, err
	}
	var p plan
	answer := BankChanges{Applied: in.Apply}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := checkEditable(ctx, tx, viewer, bank); err != nil {
			return err
		}
		version, err := versionOf(ctx, tx, bank, in.Version)
		if err != nil {
			return err
		}
		old, err := termsOf(ctx, tx, []bankVersion{{ID: bank}})
		if err != nil {
			return err
		}
		wanted, complete, err := s.wanted(ctx, tx, viewer, bank, old, read, in.Undo)
		if err != nil {
			return err
		}
		p = compare(old, wanted, complete)
		p.removes = in.RemoveMissing || in.Undo
		if answer.Version = version; !in.Apply {
			return nil
		}
		answer.Version, err = p.apply(ctx, tx, bank, version, !in.Undo)
		return err
	})
	if err != nil {
		return BankChanges{}, err
	}
	s.show(&answer, p, read)
	answer.Lines, err = s.changedLines(ctx, bank, p)
	return answer, err
}

// versionOf is the version of a bank; Conflict bank_changed when another one was seen.
func versionOf(ctx context.Context, q pg.Querier, bank uuid.UUID, seen int) (version int, err error) {
	err = q.QueryRow(ctx, `SELECT version FROM term_banks WHERE id = @bank`, pgx.NamedArgs{"bank": bank}).Scan(&version)
	if err == nil && seen != 0 && seen != version {
		return version, fault.New(fault.Conflict, "bank_changed", "Somebody has changed the bank since; look at the changes again.")
	}
	return version, pg.Translate(err, "term bank", bank)
}

// wanted are the terms as they shall be; complete = those that are missing are not wanted.
func (s *Service) wanted(ctx context.Context, tx pgx.Tx, viewer, bank uuid.UUID, old []*term, read *reading, undo bool) (wanted []Term, complete bool, err error) {
	if undo {
		wanted, err = termsBefore(ctx, tx, bank, old)
		return wanted, true, err
	}
	wanted, err = read.over(ctx, tx, viewer, old)
	return wanted, len(read.table.Problems) == 0, err // what a line with a problem means to keep is not known
}

// compare finds out what is new, what differs and what is missing. Terms that were there before keep their ids.
func compare(old []*term, wanted []Term, complete bool) (p plan) {
	known := make(map[string]Term, len(old))
	for _, t := range old {
		known[t.Hanzi] = t.Term
	}
	listed := make(map[string]bool, len(wanted))
	for _, after := range wanted {
		listed[after.Hanzi] = true
		before, exists := known[after.Hanzi]
		switch {
		case exists && sameTerm(before, after):
			p.unchanged++
		case exists:
			after.ID, after.Version = before.ID, before.Version+1
			p.changed = append(p.changed, TermPair{before, after})
		default:
			if after.ID == uuid.Nil {
				after.ID = uuid.Must(uuid.NewV7())
			} else {
				after.Version++ // it was changed once more when it went
			}
			after.Version++
			p.added = append(p.added, after)
		}
	}
	for _, t := range old {
		if complete && !listed[t.Hanzi] {
			p.removed = append(p.removed, t.Term)
		}
	}
	return p
}

// show tells the plan: how much, and the first of each kind.
func (s *Service) show(answer *BankChanges, p plan, read *reading) {
	answer.Counts = ChangeCounts{Added: len(p.added), Changed: len(p.changed), Removed: len(p.removed), Unchanged: p.unchanged, Refused: len(read.table.Problems)}
	answer.Added, answer.Changed, answer.Removed = []Term{}, []TermPair{}, []Term{}
	for _, t := range p.added[:min(len(p.added), mostShown)] {
		answer.Added = append(answer.Added, s.levelled(t))
	}
	for _, pair := range p.changed[:min(len(p.changed), mostShown)] {
		answer.Changed = append(answer.Changed, TermPair{s.levelled(pair.Before), s.levelled(pair.After)})
	}
	for _, t := range p.removed[:min(len(p.removed), mostShown)] {
		answer.Removed = append(answer.Removed, s.levelled(t))
	}
	answer.Problems, answer.Notes = shownProblems(read.table.Problems), notNil(read.notes)
}

// apply writes the plan, with a note of how it was when it can be undone, and returns the version of the bank then.
func (p *plan) apply(ctx context.Context, q pg.Querier, bank uuid.UUID, version int, note bool) (int, error) {
	var removed, added []uuid.UUID
	before := []Term{}
	if p.removes {
		for _, t := range p.removed {
			removed = append(removed, t.ID)
			before = append(before, t)
		}
	}
	save := slices.Clone(p.added)
	for _, t := range p.added {
		added = append(added, t.ID)
	}
	for _, pair := range p.changed {
		save, before = append(save, pair.After), append(before, pair.Before)
	}
	if len(save)+len(removed) == 0 {
		return version, nil
	}
	if err := deleteTerms(ctx, q, bank, notNil(removed)); err != nil {
		return 0, err
	}
	if err := storeTerms(ctx, q, bank, save); err != nil {
		return 0, err
	}
	version, err := raise(ctx, q, bank)
	if err != nil || !note {
		return version, err
	}
	records, err := json.Marshal(before)
	if err != nil {
		return 0, pg.Translate(err, "changes of", bank)
	}
	_, err = q.Exec(ctx, `INSERT INTO term_bank_changes (bank_id, version, added, before) VALUES (@bank, @version, @added, @before)`,
		pgx.NamedArgs{"bank": bank, "version": version, "added": notNil(added), "before": string(records)})
	return version, pg.Translate(err, "changes of", bank)
}

// termsBefore is the whole bank as it was before the last table.
func termsBefore(ctx context.Context, q pg.Querier, bank uuid.UUID, now []*term) ([]Term, error) {
	var added []uuid.UUID
	var records []byte
	err := q.QueryRow(ctx, `SELECT x.added, x.before FROM term_bank_changes x JOIN term_banks b ON b.id = x.bank_id AND b.version = x.version
		WHERE x.bank_id = @bank`, pgx.NamedArgs{"bank": bank}).Scan(&added, &records)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "nothing_to_undo", "There is no table to take back, or the bank has changed since.")
	}
	var before []Term
	if err == nil {
		err = json.Unmarshal(records, &before)
	}
	if err != nil {
		return nil, pg.Translate(err, "changes of", bank)
	}
	terms := map[uuid.UUID]Term{}
	for _, t := range now {
		terms[t.ID] = t.Term
	}
	for _, id := range added {
		delete(terms, id)
	}
	for _, t := range before {
		terms[t.ID] = t
	}
	return slices.SortedFunc(maps.Values(terms), func(a, b Term) int { return strings.Compare(a.Hanzi, b.Hanzi) }), nil
}
