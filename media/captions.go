package media

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Limits of a caption track.
const (
	maxCues    = 10000
	maxCueText = 1000 // characters
	maxCueMs   = 24 * 60 * 60 * 1000
)

// Cue is one line of a caption track. Its text is plain: what a file brings in tags is dropped.
type Cue struct {
	ID      string `json:"id" maxLength:"64" doc:"Stable within the track."`
	StartMs int64  `json:"startMs" minimum:"0" maximum:"86400000"`
	EndMs   int64  `json:"endMs" minimum:"1" maximum:"86400000" doc:"Later than startMs."`
	Text    string `json:"text" minLength:"1" maxLength:"1000" doc:"Plain text, lines parted by \\n."`
}

// CaptionRef names a track of an asset.
type CaptionRef struct {
	Lang    string `json:"lang" doc:"BCP 47; zh-Latn-pinyin for pinyin."`
	Label   string `json:"label"`
	Version int    `json:"version"`
}

// Captions is one timed track.
type Captions struct {
	CaptionRef
	Cues []Cue `json:"cues"`
}

// NewCaptions replaces a track: with Cues, or with a file (WebVTT or SubRip) in VTT.
type NewCaptions struct {
	Label   string
	Version int // the one last seen; 0 = there is none yet
	Cues    []Cue
	VTT     string
}

var langPattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// Captions returns a track to an author or coordinator of the asset's institution.
func (s *Service) Captions(ctx context.Context, viewer, asset uuid.UUID, lang string) (Captions, error) {
	if _, err := selectAsset(ctx, s.db, viewer, asset); err != nil {
		return Captions{}, err
	}
	return selectCaptions(ctx, s.db, asset, lang)
}

// PutCaptions makes or replaces a track. A stale version is fault.Conflict stale_version; a bad cue is fault.Invalid
// and named.
func (s *Service) PutCaptions(ctx context.Context, viewer, asset uuid.UUID, lang string, in NewCaptions) (c Captions, err error) {
	if !langPattern.MatchString(lang) || len(lang) > 35 {
		return c, fault.NewInvalid("lang", "invalid", "lang must be a language tag such as zh-CN.")
	}
	if utf8.RuneCountInString(in.Label) > 80 {
		return c, fault.NewInvalid("label", "too_long", "The label is longer than 80 characters.")
	}
	field := "cues"
	if in.VTT != "" {
		if field = "vtt"; in.Cues != nil {
			return c, fault.NewInvalid("vtt", "ambiguous", "Give cues or vtt, not both.")
		}
		if in.Cues, err = ParseCaptions(in.VTT); err != nil {
			return c, err
		}
	}
	cues, err := cleanCues(field, in.Cues)
	if err != nil {
		return c, err
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		row, err := selectAsset(ctx, tx, viewer, asset)
		if err != nil {
			return err
		}
		if row.Kind != KindVideo {
			return fault.NewInvalid("id", "not_a_video", "Only videos have captions.")
		}
		if err := withinVideo(field, cues, row.DurationMs); err != nil {
			return err
		}
		c, err = upsertCaptions(ctx, tx, asset, lang, strings.TrimSpace(in.Label), in.Version, cues)
		return err
	})
	if err == nil {
		s.stream.forget(asset)
	}
	return c, err
}

// DeleteCaptions takes a track away.
func (s *Service) DeleteCaptions(ctx context.Context, viewer, asset uuid.UUID, lang string) error {
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if _, err := selectAsset(ctx, tx, viewer, asset); err != nil {
			return err
		}
		return deleteCaptions(ctx, tx, asset, lang)
	})
	if err == nil {
		s.stream.forget(asset)
	}
	return err
}

// cleanCues checks cues and puts them in order. field is what the client called them.
func cleanCues(field string, cues []Cue) ([]Cue, error) {
	if len(cues) > maxCues {
		return nil, fault.NewInvalid(field, "too_many", "There are more than %d cues.", maxCues)
	}
	seen := map[string]bool{}
	out := make([]Cue, 0, len(cues))
	for i, c := range cues {
		at := fmt.Sprintf("%s[%d]", field, i)
		c.Text = cleanText(c.Text)
		switch {
		case c.StartMs < 0 || c.EndMs > maxCueMs:
			return nil, fault.NewInvalid(at+".startMs", "invalid", "Cue %d lies outside 24 hours.", i+1)
		case c.EndMs <= c.StartMs:
			return nil, fault.NewInvalid(at+".endMs", "invalid", "Cue %d ends before it begins.", i+1)
		case c.Text == "":
			return nil, fault.NewInvalid(at+".text", "required", "Cue %d has no text.", i+1)
		case utf8.RuneCountInString(c.Text) > maxCueText:
			return nil, fault.NewInvalid(at+".text", "too_long", "Cue %d has more than %d characters.", i+1, maxCueText)
		case len(c.ID) > 64:
			return nil, fault.NewInvalid(at+".id", "too_long", "The id of cue %d is longer than 64 bytes.", i+1)
		}
		if c.ID = cleanID(c.ID); c.ID == "" || seen[c.ID] {
			c.ID = freeID(seen, i+1)
		}
		seen[c.ID] = true
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Cue) int {
		if a.StartMs != b.StartMs {
			return int(a.StartMs - b.StartMs)
		}
		return int(a.EndMs - b.EndMs)
	})
	return out, nil
}

// freeID is a number that no cue has.
func freeID(seen map[string]bool, n int) string {
	for {
		if id := fmt.Sprint(n); !seen[id] {
			return id
		}
		n += maxCues
	}
}

func withinVideo(field string, cues []Cue, durationMs int64) error {
	if durationMs == 0 {
		return nil // not checked yet
	}
	for i, c := range cues {
		if c.StartMs >= durationMs {
			return fault.NewInvalid(fmt.Sprintf("%s[%d].startMs", field, i), "after_end", "Cue %d begins after the video has ended.", i+1)
		}
	}
	return nil
}

// CaptionRefs lists an asset's tracks for whoever may play it.
func selectCaptionRefs(ctx context.Context, q pg.Querier, assets []uuid.UUID) (map[uuid.UUID][]CaptionRef, error) {
	rows, err := q.Query(ctx, `
		SELECT asset_id, lang, label, version FROM captions WHERE asset_id = ANY (@assets) ORDER BY asset_id, lang`,
		pgx.NamedArgs{"assets": assets})
	if err != nil {
		return nil, pg.Translate(err, "captions", len(assets))
	}
	found := map[uuid.UUID][]CaptionRef{}
	var asset uuid.UUID
	var c CaptionRef
	_, err = pgx.ForEachRow(rows, []any{&asset, &c.Lang, &c.Label, &c.Version}, func() error {
		found[asset] = append(found[asset], c)
		return nil
	})
	return found, pg.Translate(err, "captions", len(assets))
}

func selectCaptions(ctx context.Context, q pg.Querier, asset uuid.UUID, lang string) (Captions, error) {
	var c Captions
	err := q.QueryRow(ctx, `SELECT lang, label, version, cues FROM captions WHERE asset_id = @asset AND lang = @lang`,
		pgx.NamedArgs{"asset": asset, "lang": lang}).Scan(&c.Lang, &c.Label, &c.Version, &c.Cues)
	return c, pg.Translate(err, "caption track "+lang+" of", asset)
}

// upsertCaptions writes the next version, if the caller has seen the last one.
func upsertCaptions(ctx context.Context, q pg.Querier, asset uuid.UUID, lang, label string, seen int, cues []Cue) (Captions, error) {
	var c Captions
	err := q.QueryRow(ctx, `
		INSERT INTO captions (asset_id, lang, label, cues) SELECT @asset, @lang, @label, @cues
		WHERE @seen = 0 OR EXISTS (SELECT FROM captions WHERE asset_id = @asset AND lang = @lang)
		ON CONFLICT (asset_id, lang) DO UPDATE SET label = excluded.label, cues = excluded.cues,
		       version = captions.version + 1, updated_at = now()
		WHERE captions.version = @seen
		RETURNING lang, label, version, cues`,
		pgx.NamedArgs{"asset": asset, "lang": lang, "label": label, "cues": cues, "seen": seen}).Scan(&c.Lang, &c.Label, &c.Version, &c.Cues)
	if err == pgx.ErrNoRows {
		return c, fault.New(fault.Conflict, "stale_version", "Somebody else has changed these captions. Load them again.")
	}
	return c, pg.Translate(err, "caption track "+lang+" of", asset)
}

func deleteCaptions(ctx context.Context, q pg.Querier, asset uuid.UUID, lang string) error {
	tag, err := q.Exec(ctx, `DELETE FROM captions WHERE asset_id = @asset AND lang = @lang`, pgx.NamedArgs{"asset": asset, "lang": lang})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.NewNotFound("caption track")
	}
	return pg.Translate(err, "caption track "+lang+" of", asset)
}
