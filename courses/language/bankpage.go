package language

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/banks"
	"hanzhi/courses/language/pinyin"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// BankFilter narrows the terms of a bank and says which page is asked for. Zero values do not narrow.
type BankFilter struct {
	Query     string // part of hanzi, pinyin with or without tones, gloss or definition
	Safety    bool
	Unglossed string // without a gloss in this language
	Silent    bool   // without audio
	IDs       []uuid.UUID
	Page      string // cursor
	Skip      int    // terms after it
	Limit     int
}

const maxBankPage = 500

// bankCursor is the last term of a page.
type bankCursor struct {
	Pinyin string `json:"p"`
	Hanzi  string `json:"h"`
}

func (c bankCursor) String() string {
	b, _ := json.Marshal(c) // two strings cannot fail
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseBankCursor(page string) (c bankCursor, err error) {
	if page == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(page)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Hanzi == "" || strings.ContainsRune(c.Hanzi+c.Pinyin, 0) {
		return c, fault.NewInvalid("page", "bad_page", "This is no page of this list; start again without it.")
	}
	return c, nil
}

// fitting is the condition of a filter.
const fitting = `t.bank_id = @bank AND t.deleted_at IS NULL AND (NOT @safety OR t.safety) AND (@unglossed = '' OR coalesce(t.gloss->>@unglossed, '') = '')
	AND (NOT @silent OR t.audio_id IS NULL) AND (cardinality(@ids::uuid[]) = 0 OR t.id = ANY (@ids))
	AND (@text = '' OR strpos(t.sought, @text) > 0 OR @key <> '' AND strpos(t.sought, @key) > 0) `

// Bank returns a bank with a page of its terms.
func (s *Service) Bank(ctx context.Context, viewer, id uuid.UUID, f BankFilter) (BankDetail, error) {
	after, err := parseBankCursor(f.Page)
	if err != nil {
		return BankDetail{}, err
	}
	detail := BankDetail{Items: []Term{}}
	if detail.Bank, err = selectBank(ctx, s.db, viewer, id); err != nil {
		return BankDetail{}, err
	}
	text := strings.ToLower(strings.TrimSpace(f.Query))
	limit := min(max(f.Limit, 1), maxBankPage)
	args := pgx.NamedArgs{"bank": id, "safety": f.Safety, "unglossed": f.Unglossed, "silent": f.Silent, "ids": notNil(f.IDs), "text": text, "key": pinyin.Key(text),
		"pinyin": after.Pinyin, "hanzi": after.Hanzi, "skip": f.Skip, "limit": limit + 1}
	rows, err := s.db.Query(ctx, selectTerms+`WHERE `+fitting+`
		AND (@hanzi = '' OR (t.pinyin COLLATE "C", t.hanzi COLLATE "C") > (@pinyin, @hanzi))
		ORDER BY t.pinyin COLLATE "C", t.hanzi COLLATE "C" OFFSET @skip LIMIT @limit`, args)
	if err != nil {
		return BankDetail{}, pg.Translate(err, "terms of", id)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[termRow])
	if err != nil {
		return BankDetail{}, pg.Translate(err, "terms of", id)
	}
	if len(list) > limit {
		list = list[:limit]
		detail.NextPage = bankCursor{list[limit-1].Pinyin, list[limit-1].Hanzi}.String()
	}
	for _, row := range list {
		detail.Items = append(detail.Items, s.levelled(row.term().Term))
	}
	if f.Page == "" && f.Skip == 0 {
		var n int
		if err := s.db.QueryRow(ctx, `SELECT count(*)::int FROM terms t WHERE `+fitting, args).Scan(&n); err != nil {
			return BankDetail{}, pg.Translate(err, "terms of", id)
		}
		detail.Matching = &n
	}
	detail.Languages, err = glossLanguages(ctx, s.db, id)
	return detail, err
}

// glossLanguages looks at some terms: a bank has glosses in the same languages all over.
func glossLanguages(ctx context.Context, q pg.Querier, bank uuid.UUID) ([]string, error) {
	rows, err := q.Query(ctx, `SELECT DISTINCT jsonb_object_keys(t.gloss) FROM (SELECT gloss FROM terms WHERE bank_id = @bank AND deleted_at IS NULL LIMIT 300) t ORDER BY 1`,
		pgx.NamedArgs{"bank": bank})
	if err != nil {
		return nil, pg.Translate(err, "languages of", bank)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return notNil(list), pg.Translate(err, "languages of", bank)
}

// levelled is a term with its level, and where it is seen and heard.
func (s *Service) levelled(t Term) Term {
	t.Level = s.levelOf(t.Hanzi)
	t.Picture, t.Audio = s.places.of(t.PictureID, t.AudioID)
	return t
}

// WriteTerms writes a bank as a table. Cells that a spreadsheet would take for a formula are made text.
func (s *Service) WriteTerms(ctx context.Context, id uuid.UUID, to io.Writer) error {
	_, rows, err := s.bankRows(ctx, id)
	if err != nil {
		return err
	}
	return banks.Write(to, rows)
}

// WriteTBX writes a bank as a termbase for the tools of translators.
func (s *Service) WriteTBX(ctx context.Context, id uuid.UUID, to io.Writer) error {
	b, rows, err := s.bankRows(ctx, id)
	if err != nil {
		return err
	}
	return banks.WriteTBX(to, b.Name.In("en"), rows)
}

func (s *Service) bankRows(ctx context.Context, id uuid.UUID) (Bank, []banks.Term, error) {
	b, err := selectBank(ctx, s.db, uuid.Nil, id)
	if err != nil {
		return b, nil, err
	}
	terms, err := termsOf(ctx, s.db, []bankVersion{{ID: id}})
	rows := make([]banks.Term, len(terms))
	for i, t := range terms {
		rows[i] = banks.Term{Hanzi: t.Hanzi, Pinyin: t.Pinyin, PartOfSpeech: t.PartOfSpeech, Level: s.levelOf(t.Hanzi), Safety: t.Safety,
			Gloss: t.Gloss, Definition: t.Definition, Picture: t.PictureID, Audio: t.AudioID}
	}
	return b, rows, err
}

// termMedia are the assets that a term shows and is heard in.
type termMedia struct{ picture, audio *uuid.UUID }

func (t Term) media() termMedia { return termMedia{t.PictureID, t.AudioID} }

// check refuses an asset that is new to the term and that the viewer may not give it: one term makes it public.
func (m termMedia) check(ctx context.Context, q pg.Querier, viewer uuid.UUID, old termMedia) error {
	for _, each := range []struct {
		field, kind string
		id, old     *uuid.UUID
	}{{"pictureId", "image", m.picture, old.picture}, {"audioId", "audio", m.audio, old.audio}} {
		if each.id == nil || sameID(each.id, each.old) {
			continue
		}
		usable, err := usableAssets(ctx, q, viewer, each.kind, []uuid.UUID{*each.id})
		if err != nil {
			return err
		}
		if !usable[*each.id] {
			return fault.NewInvalid(each.field, "unknown_asset", "There is no such file in a library that you may use.")
		}
	}
	return nil
}

// usableAssets are those of a kind that lie in libraries the viewer authors for.
func usableAssets(ctx context.Context, q pg.Querier, viewer uuid.UUID, kind string, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	usable := map[uuid.UUID]bool{}
	if len(ids) == 0 {
		return usable, nil
	}
	rows, err := q.Query(ctx, `SELECT a.id FROM assets a WHERE a.id = ANY (@ids) AND a.kind = @kind AND a.deleted_at IS NULL
		AND has_role(@viewer, a.institution_id, 'author', 'coordinator')`, pgx.NamedArgs{"ids": ids, "kind": kind, "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "assets of terms", len(ids))
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	for _, id := range list {
		usable[id] = true
	}
	return usable, pg.Translate(err, "assets of terms", len(ids))
}
