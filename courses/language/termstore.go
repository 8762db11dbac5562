package language

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hanzhi/courses/language/banks"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// stored is a term as the statements take it.
type stored struct {
	ID           uuid.UUID     `json:"id"`
	Hanzi        string        `json:"hanzi"`
	Pinyin       string        `json:"pinyin"`
	PartOfSpeech string        `json:"part_of_speech"`
	Safety       bool          `json:"safety"`
	Gloss        localize.Text `json:"gloss"`
	Definition   localize.Text `json:"definition"`
	PictureID    *uuid.UUID    `json:"picture_id"`
	AudioID      *uuid.UUID    `json:"audio_id"`
	Version      int           `json:"version"`
}

const recordset = `jsonb_to_recordset(@terms::jsonb) AS n (id uuid, hanzi text, pinyin text, part_of_speech text, safety boolean, gloss jsonb, definition jsonb, picture_id uuid, audio_id uuid, version int)`

func recordsOf(terms []Term) (string, error) {
	list := make([]stored, len(terms))
	for i, t := range terms {
		list[i] = stored{t.ID, t.Hanzi, t.Pinyin, t.PartOfSpeech, t.Safety, notNilText(t.Gloss), notNilText(t.Definition), t.PictureID, t.AudioID, t.Version}
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func notNilText(t localize.Text) localize.Text {
	if t == nil {
		return localize.Text{}
	}
	return t
}

// atOnce is how many terms one statement writes.
const atOnce = 5000

// storeTerms writes terms of a bank as people have made them, deleted ones come back. Conflict term_exists when two
// would have the same hanzi. A picture or a sound is no edit of the text: a newer shipped file may still mend that.
func storeTerms(ctx context.Context, q pg.Querier, bank uuid.UUID, terms []Term) error {
	for some := range slices.Chunk(terms, atOnce) {
		records, err := recordsOf(some)
		if err != nil {
			return pg.Translate(err, "terms of", bank)
		}
		_, err = q.Exec(ctx, `
			INSERT INTO terms (id, bank_id, hanzi, pinyin, part_of_speech, safety, gloss, definition, picture_id, audio_id, version)
			SELECT n.id, @bank, n.hanzi, n.pinyin, n.part_of_speech, n.safety, n.gloss, n.definition, n.picture_id, n.audio_id, n.version FROM `+recordset+`
			ON CONFLICT (id) DO UPDATE SET hanzi = excluded.hanzi, pinyin = excluded.pinyin, part_of_speech = excluded.part_of_speech, safety = excluded.safety,
				gloss = excluded.gloss, definition = excluded.definition, picture_id = excluded.picture_id, audio_id = excluded.audio_id, version = excluded.version,
				edited = terms.edited OR terms.deleted_at IS NOT NULL
					OR (terms.hanzi, terms.pinyin, terms.part_of_speech, terms.safety, terms.gloss, terms.definition)
					IS DISTINCT FROM (excluded.hanzi, excluded.pinyin, excluded.part_of_speech, excluded.safety, excluded.gloss, excluded.definition),
				deleted_at = NULL, updated_at = now()`,
			pgx.NamedArgs{"bank": bank, "terms": records})
		if err != nil {
			return termFault(err, bank)
		}
	}
	return nil
}

// termFault names what the index of hanzi refuses.
func termFault(err error, bank uuid.UUID) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.ConstraintName == "terms_hanzi" {
		return fault.New(fault.Conflict, "term_exists", "The bank has a term with these hanzi already.")
	}
	return pg.Translate(err, "terms of", bank)
}

// seedLock is the advisory lock of the copy that reads the shipped banks in ("banks" in ASCII).
const seedLock int64 = 0x62616e6b73

// Seed reads the shipped banks into the database: a bank whose file has changed gets the new terms, but what people have
// edited or deleted stays as they left it. Any number of copies may call it at once.
func (s *Service) Seed(ctx context.Context) error {
	all, err := banks.All()
	if err != nil {
		return err
	}
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(@lock)`, pgx.NamedArgs{"lock": seedLock}); err != nil {
			return pg.Translate(err, "term banks", "")
		}
		for _, b := range all {
			if err := seed(ctx, tx, b); err != nil {
				return err
			}
		}
		return nil
	})
}

func seed(ctx context.Context, q pg.Querier, b banks.Shipped) error {
	tag, err := q.Exec(ctx, `
		INSERT INTO term_banks (id, trade, name, seed_hash) VALUES (@id, @trade, @name, @hash)
		ON CONFLICT (id) DO UPDATE SET trade = excluded.trade, name = excluded.name, seed_hash = excluded.seed_hash, version = term_banks.version + 1, updated_at = now()
		WHERE term_banks.seed_hash IS DISTINCT FROM excluded.seed_hash`, pgx.NamedArgs{"id": b.ID, "trade": b.Trade, "name": b.Name, "hash": b.Hash})
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Translate(err, "term bank", b.ID)
	}
	terms := make([]Term, len(b.Terms))
	ids := make([]uuid.UUID, len(b.Terms))
	for i, t := range b.Terms {
		ids[i] = banks.TermID(b.ID, t.Hanzi)
		terms[i] = Term{ID: ids[i], Hanzi: t.Hanzi, Pinyin: t.Pinyin, PartOfSpeech: t.PartOfSpeech, Safety: t.Safety, Gloss: t.Gloss, Definition: t.Definition}
	}
	records, err := recordsOf(terms)
	if err != nil {
		return pg.Translate(err, "term bank", b.ID)
	}
	_, err = q.Exec(ctx, `DELETE FROM terms WHERE bank_id = @bank AND NOT edited AND id <> ALL (@ids)`, pgx.NamedArgs{"bank": b.ID, "ids": slices.Clone(ids)})
	if err != nil {
		return pg.Translate(err, "term bank", b.ID)
	}
	// A word that people have added under an id of theirs keeps the shipped one out.
	_, err = q.Exec(ctx, `
		INSERT INTO terms (id, bank_id, hanzi, pinyin, part_of_speech, safety, gloss, definition, edited)
		SELECT n.id, @bank, n.hanzi, n.pinyin, n.part_of_speech, n.safety, n.gloss, n.definition, false FROM `+recordset+`
		WHERE NOT EXISTS (SELECT FROM terms t WHERE t.bank_id = @bank AND t.hanzi = n.hanzi AND t.id <> n.id AND t.deleted_at IS NULL)
		ON CONFLICT (id) DO UPDATE SET pinyin = excluded.pinyin, part_of_speech = excluded.part_of_speech, safety = excluded.safety,
			gloss = excluded.gloss, definition = excluded.definition, version = terms.version + 1, updated_at = now()
		WHERE NOT terms.edited`, pgx.NamedArgs{"bank": b.ID, "terms": records})
	return pg.Translate(err, "term bank", b.ID)
}
