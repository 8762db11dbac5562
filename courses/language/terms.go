package language

import (
	"context"
	"errors"
	"maps"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/banks"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

const selectBanks = `
	SELECT b.id, b.trade, b.name, b.institution_id, b.version, may_edit_bank(@viewer, b.id) AS editable,
	       (SELECT count(*) FROM terms t WHERE t.bank_id = b.id AND t.deleted_at IS NULL)::int AS terms
	FROM term_banks b `

// Banks returns all banks, the platform's first.
func (s *Service) Banks(ctx context.Context, viewer uuid.UUID) ([]Bank, error) {
	rows, err := s.db.Query(ctx, selectBanks+`ORDER BY b.institution_id NULLS FIRST, b.trade, b.id`, pgx.NamedArgs{"viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "term banks", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[Bank])
	return notNil(list), pg.Translate(err, "term banks", "")
}

func selectBank(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (Bank, error) {
	rows, err := q.Query(ctx, selectBanks+`WHERE b.id = @id`, pgx.NamedArgs{"viewer": viewer, "id": id})
	if err != nil {
		return Bank{}, pg.Translate(err, "term bank", id)
	}
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Bank])
	return b, pg.Translate(err, "term bank", id)
}

var bankName = localize.Rule{MaxRunes: 120, Required: true}

// PutBank makes a bank of an institution under an id of the client, or changes its trade and name. Forbidden unless the
// viewer is an author or coordinator of the institution; the platform's own banks keep trade and name.
func (s *Service) PutBank(ctx context.Context, viewer, id uuid.UUID, in NewBank) (Bank, error) {
	name, err := bankName.Clean("name", in.Name)
	switch {
	case err != nil:
		return Bank{}, err
	case id == uuid.Nil:
		return Bank{}, fault.NewInvalid("id", "invalid", "A bank needs an id of its own.")
	case !s.trades[in.Trade]:
		return Bank{}, fault.NewInvalid("trade", "unknown_trade", "%.10q is no trade of the list.", in.Trade)
	}
	var b Bank
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		// A bank of another trade is in force in other lessons: that is another version.
		tag, err := tx.Exec(ctx, `
			INSERT INTO term_banks (id, institution_id, trade, name)
			SELECT @id, i.id, @trade, @name FROM institutions i WHERE i.id = @institution AND has_role(@viewer, i.id, 'author', 'coordinator')
			ON CONFLICT (id) DO UPDATE SET trade = excluded.trade, name = excluded.name, updated_at = now(),
				version = term_banks.version + ((term_banks.trade, term_banks.name) IS DISTINCT FROM (excluded.trade, excluded.name))::int
			WHERE term_banks.institution_id = excluded.institution_id`,
			pgx.NamedArgs{"id": id, "institution": in.InstitutionID, "trade": in.Trade, "name": name, "viewer": viewer})
		if err != nil {
			return pg.Translate(err, "term bank", id)
		}
		if tag.RowsAffected() == 0 {
			return whyNoBank(ctx, tx, viewer, id, in.InstitutionID)
		}
		b, err = selectBank(ctx, tx, viewer, id)
		return err
	})
	return b, err
}

// whyNoBank tells why a bank was neither made nor changed.
func whyNoBank(ctx context.Context, q pg.Querier, viewer, id, institution uuid.UUID) error {
	var allowed bool
	err := q.QueryRow(ctx, `SELECT has_role(@viewer, i.id, 'author', 'coordinator') FROM institutions i WHERE i.id = @institution`,
		pgx.NamedArgs{"viewer": viewer, "institution": institution}).Scan(&allowed)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fault.NewNotFound("institution")
	case err != nil:
		return pg.Translate(err, "institution", institution)
	case allowed:
		return fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	}
	return fault.New(fault.Forbidden, "forbidden", "Only authors and coordinators of the institution may keep its term banks.")
}

// checkEditable locks a bank for a change of its terms. NotFound when there is none, Forbidden when it is not the
// viewer's to change: banks are public.
func checkEditable(ctx context.Context, q pg.Querier, viewer, bank uuid.UUID) error {
	var editable bool
	err := q.QueryRow(ctx, `SELECT may_edit_bank(@viewer, b.id) FROM term_banks b WHERE b.id = @bank FOR UPDATE`,
		pgx.NamedArgs{"viewer": viewer, "bank": bank}).Scan(&editable)
	if err == nil && !editable {
		return fault.New(fault.Forbidden, "forbidden", "This term bank is kept by others.")
	}
	return pg.Translate(err, "term bank", bank)
}

// raise gives a bank its next version: from now on lessons are cut with its new terms.
func raise(ctx context.Context, q pg.Querier, bank uuid.UUID) (version int, err error) {
	err = q.QueryRow(ctx, `UPDATE term_banks SET version = version + 1, updated_at = now() WHERE id = @bank RETURNING version`,
		pgx.NamedArgs{"bank": bank}).Scan(&version)
	return version, pg.Translate(err, "term bank", bank)
}

// termState is a term of a bank, deleted ones too.
type termState struct {
	termRow
	Deleted bool
}

func selectTerm(ctx context.Context, q pg.Querier, bank, id uuid.UUID) (termState, bool, error) {
	rows, err := q.Query(ctx, `SELECT x.*, t.deleted_at IS NOT NULL AS deleted FROM (`+selectTerms+`WHERE t.id = @id) x JOIN terms t ON t.id = x.id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return termState{}, false, pg.Translate(err, "term", id)
	}
	t, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[termState])
	if errors.Is(err, pgx.ErrNoRows) {
		return termState{}, false, nil
	}
	if err == nil && t.BankID != bank {
		return termState{}, false, fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	}
	return t, err == nil, pg.Translate(err, "term", id)
}

// PutTerm makes a term (version 0) under an id of the client, or changes it. Conflicts: stale_version, term_exists,
// term_deleted, id_taken. Asking for what is there already changes nothing.
func (s *Service) PutTerm(ctx context.Context, viewer, bank, id uuid.UUID, in TermInput) (Term, error) {
	row := banks.Term{Hanzi: in.Hanzi, Pinyin: in.Pinyin, PartOfSpeech: in.PartOfSpeech, Safety: in.Safety, Gloss: in.Gloss, Definition: in.Definition}
	if f := row.Check(); f != nil {
		return Term{}, f
	}
	if id == uuid.Nil {
		return Term{}, fault.NewInvalid("term", "invalid", "A term needs an id of its own.")
	}
	media := termMedia{in.PictureID, in.AudioID}
	var saved Term
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := checkEditable(ctx, tx, viewer, bank); err != nil {
			return err
		}
		old, exists, err := selectTerm(ctx, tx, bank, id)
		if err != nil {
			return err
		}
		saved = Term{ID: id, Hanzi: row.Hanzi, Pinyin: row.Pinyin, PartOfSpeech: row.PartOfSpeech, Safety: row.Safety, Gloss: row.Gloss, Definition: row.Definition,
			PictureID: in.PictureID, AudioID: in.AudioID, Version: old.Version + 1}
		switch {
		case exists && old.Deleted:
			return fault.New(fault.Conflict, "term_deleted", "This term has been deleted; restore it first.")
		case exists && sameTerm(old.term().Term, saved):
			saved.Version = old.Version
			return nil
		case old.Version != in.Version:
			return fault.New(fault.Conflict, "stale_version", "Somebody has changed this term meanwhile; look at it again.")
		}
		if err := media.check(ctx, tx, viewer, old.term().media()); err != nil {
			return err
		}
		if err := storeTerms(ctx, tx, bank, []Term{saved}); err != nil {
			return err
		}
		_, err = raise(ctx, tx, bank)
		return err
	})
	return s.levelled(saved), err
}

// sameTerm reports whether two terms say the same, whatever their ids and versions.
func sameTerm(a, b Term) bool {
	return a.Hanzi == b.Hanzi && a.Pinyin == b.Pinyin && a.PartOfSpeech == b.PartOfSpeech && a.Safety == b.Safety &&
		maps.Equal(a.Gloss, b.Gloss) && maps.Equal(a.Definition, b.Definition) && sameID(a.PictureID, b.PictureID) && sameID(a.AudioID, b.AudioID)
}

func sameID(a, b *uuid.UUID) bool { return a == b || a != nil && b != nil && *a == *b }

// DeleteTerm takes a term out of its bank; it can be restored. Deleting twice is deleting once.
func (s *Service) DeleteTerm(ctx context.Context, viewer, bank, id uuid.UUID) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := checkEditable(ctx, tx, viewer, bank); err != nil {
			return err
		}
		old, exists, err := selectTerm(ctx, tx, bank, id)
		switch {
		case err != nil:
			return err
		case !exists:
			return fault.NewNotFound("term")
		case old.Deleted:
			return nil
		}
		if err := deleteTerms(ctx, tx, bank, []uuid.UUID{id}); err != nil {
			return err
		}
		_, err = raise(ctx, tx, bank)
		return err
	})
}

func deleteTerms(ctx context.Context, q pg.Querier, bank uuid.UUID, ids []uuid.UUID) error {
	_, err := q.Exec(ctx, `UPDATE terms SET deleted_at = now(), edited = true, version = version + 1, updated_at = now()
		WHERE bank_id = @bank AND id = ANY (@ids) AND deleted_at IS NULL`, pgx.NamedArgs{"bank": bank, "ids": ids})
	return pg.Translate(err, "terms of", bank)
}

// RestoreTerm brings a deleted term back. Conflict term_exists when another has its hanzi now.
func (s *Service) RestoreTerm(ctx context.Context, viewer, bank, id uuid.UUID) (Term, error) {
	var restored Term
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if err := checkEditable(ctx, tx, viewer, bank); err != nil {
			return err
		}
		old, exists, err := selectTerm(ctx, tx, bank, id)
		switch {
		case err != nil:
			return err
		case !exists:
			return fault.NewNotFound("term")
		}
		restored = old.term().Term
		if !old.Deleted {
			return nil
		}
		restored.Version++
		if err := storeTerms(ctx, tx, bank, []Term{restored}); err != nil {
			return err
		}
		_, err = raise(ctx, tx, bank)
		return err
	})
	return s.levelled(restored), err
}
