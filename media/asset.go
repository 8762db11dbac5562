package media

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Kind is what an asset is.
type Kind string

// The kinds.
const (
	KindVideo Kind = "video"
	KindImage Kind = "image"
	KindAudio Kind = "audio" // a word or a phrase, 30 s at the most
	KindDeck  Kind = "deck"  // slides: a PDF or a picture, made into pictures of its pages
)

// State is how far an asset has come.
type State string

// The states, in order; a failed one may be retried from the check on.
const (
	StateUploading   State = "uploading"
	StateChecking    State = "checking"
	StateTranscoding State = "transcoding"
	StateReady       State = "ready"
	StateFailed      State = "failed"
)

// Asset is one uploaded source and all that was made of it, as its institution's authors see it.
type Asset struct {
	ID            uuid.UUID `json:"id"`
	InstitutionID uuid.UUID `json:"institutionId"`
	Kind          Kind      `json:"kind" enum:"video,image,audio,deck"`
	Filename      string    `json:"filename"`
	Size          int64     `json:"size" doc:"Bytes of the source."`
	State         State     `json:"state" enum:"uploading,checking,transcoding,ready,failed"`
	Playable      bool      `json:"playable" doc:"True as soon as the first renditions are published, before the state is ready."`
	Progress      float64   `json:"progress" doc:"0 to 1, of checking and transcoding together."`
	Failure       *Failure  `json:"failure,omitempty"`
	DurationMs    int64     `json:"durationMs"`
	Width         int       `json:"width" doc:"Pixels as shown."`
	Height        int       `json:"height"`
	Offset        int64     `json:"offset" doc:"Bytes stored so far while uploading."`
	// Image is where a finished picture can be seen, for the asker, for some hours; Sound where a finished sound can be heard.
	Image      string       `json:"image,omitempty"`
	Sound      string       `json:"sound,omitempty"`
	Renditions []Rendition  `json:"renditions"`
	Captions   []CaptionRef `json:"captions"`
	CreatedAt  time.Time    `json:"createdAt"`
	UsedIn     []Use        `json:"usedIn"`
	Terms      int          `json:"terms" doc:"Terms of word banks that show it or are heard in it."`
}

// Failure says why an asset failed, as a code that the front end has words for.
type Failure struct {
	Code string `json:"code"`
}

// Rendition is one stream of a video.
type Rendition struct {
	Name             string `json:"name" doc:"opus16, aac24, aac64, slides, 144p … 720p"`
	Kind             string `json:"kind" enum:"audio,video"`
	Codecs           string `json:"codecs" doc:"RFC 6381"`
	Width            int    `json:"width"`
	Height           int    `json:"height"`
	Bandwidth        int    `json:"bandwidth" doc:"Bits per second, measured peak of a segment."`
	AverageBandwidth int    `json:"averageBandwidth" doc:"Bits per second."`
	Bytes            int64  `json:"bytes"`
}

// Use is a course whose draft or published revision shows an asset.
type Use struct {
	CourseID    uuid.UUID         `json:"courseId"`
	CourseTitle map[string]string `json:"courseTitle"`
}

// AssetFilter narrows a list of assets. Zero values do not narrow.
type AssetFilter struct {
	Institution uuid.UUID
	Kind        Kind
	Query       string // part of the file name
	Page        string // cursor
	Limit       int
}

// AssetPage is one page of assets, newest first.
type AssetPage struct {
	Items    []Asset `json:"items"`
	NextPage string  `json:"nextPage,omitempty"`
}

// Assets lists the assets of the institutions that the viewer is author or coordinator of, and the slides that they have brought.
func (s *Service) Assets(ctx context.Context, viewer uuid.UUID, f AssetFilter) (AssetPage, error) {
	before, err := parsePage(f.Page)
	if err != nil {
		return AssetPage{}, err
	}
	if f.Limit < 1 || f.Limit > 100 {
		f.Limit = 30
	}
	rows, err := selectAssets(ctx, s.db, viewer, f, before)
	if err != nil {
		return AssetPage{}, err
	}
	page := AssetPage{}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		page.NextPage = rows[len(rows)-1].ID.String()
	}
	page.Items, err = s.dress(ctx, s.db, viewer, rows)
	return page, err
}

// parsePage reads the cursor of a list: the id of the last item, which is a time too.
func parsePage(page string) (uuid.UUID, error) {
	if page == "" {
		return uuid.Max, nil
	}
	id, err := uuid.Parse(page)
	if err != nil {
		return id, fault.NewInvalid("page", "invalid", "page is not one that the list gave.")
	}
	return id, nil
}

// Asset returns one asset to an author or coordinator of its institution; to a teacher, slides that they have brought.
func (s *Service) Asset(ctx context.Context, viewer, id uuid.UUID) (Asset, error) {
	return s.asset(ctx, s.db, viewer, id)
}

func (s *Service) asset(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (Asset, error) {
	row, err := selectAsset(ctx, q, viewer, id)
	if err != nil {
		return Asset{}, err
	}
	items, err := s.dress(ctx, q, viewer, []assetRow{row})
	if err != nil {
		return Asset{}, err
	}
	return items[0], nil
}

// dress adds to rows what lies in other tables.
func (s *Service) dress(ctx context.Context, q pg.Querier, viewer uuid.UUID, rows []assetRow) ([]Asset, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	renditions, err := selectRenditions(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	captions, err := selectCaptionRefs(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	uses, err := selectUses(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	terms, err := countTerms(ctx, q, ids)
	if err != nil {
		return nil, err
	}
	items := make([]Asset, len(rows))
	for i, r := range rows {
		items[i] = r.asset()
		for _, have := range renditions[r.ID] {
			items[i].Renditions = append(items[i].Renditions, have.Rendition())
		}
		items[i].Captions = append(items[i].Captions, captions[r.ID]...)
		items[i].UsedIn = append(items[i].UsedIn, uses[r.ID]...)
		items[i].Terms = terms[r.ID]
		switch {
		case (r.Kind == KindImage || r.Kind == KindDeck) && r.Playable:
			items[i].Image = s.ImageURL(viewer, r.ID)
		case r.Kind == KindAudio && r.Playable:
			items[i].Sound = s.SoundURL(viewer, r.ID)
		}
	}
	return items, nil
}

// RetryAsset sends a failed asset through the check again.
func (s *Service) RetryAsset(ctx context.Context, viewer, id uuid.UUID) (a Asset, err error) {
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		row, err := selectAsset(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if row.State != StateFailed {
			return fault.New(fault.Conflict, "not_failed", "Only what has failed can be tried again.")
		}
		if row.FailureCode == string(failCorrupted) {
			return fault.New(fault.Conflict, "upload_again", "The stored file is damaged; upload it again.")
		}
		if err := retryAsset(ctx, tx, id); err != nil {
			return err
		}
		if err := s.enqueueWork(ctx, tx, id); err != nil {
			return err
		}
		a, err = s.asset(ctx, tx, viewer, id)
		return err
	})
	return a, err
}

// DeleteAsset takes an asset away for good. One that a course or a term shows is fault.Conflict asset_in_use.
func (s *Service) DeleteAsset(ctx context.Context, viewer, id uuid.UUID) error {
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		row, err := selectAsset(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		uses, err := selectUses(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if len(uses[id]) > 0 {
			return fault.New(fault.Conflict, "asset_in_use", "A course shows this file. Take it out of the course first.")
		}
		terms, err := countTerms(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if terms[id] > 0 {
			return fault.New(fault.Conflict, "asset_in_use", "A term shows this file. Take it from the term first.")
		}
		if row.Kind == KindDeck {
			if err := notShown(ctx, tx, id); err != nil {
				return err
			}
		}
		for _, prefix := range []string{"s/" + id.String() + "-", "t/" + id.String() + "-", "v/" + id.String() + "-"} {
			if err := insertStray(ctx, tx, prefix, nil); err != nil {
				return err
			}
		}
		return deleteAsset(ctx, tx, row.ID)
	})
	if err != nil {
		return err
	}
	s.stream.forget(id)
	return s.spool.drop(id)
}
