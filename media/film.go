package media

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Filmer makes the film of a recorded class.
type Filmer interface {
	// MakeFilm draws the film with what the studio has, and returns what goes with it. It begins anew each time.
	MakeFilm(ctx context.Context, o FilmOrder, studio Studio) (FilmNotes, error)
}

// FilmNotes go with a film: what was said as captions, and its chapters.
type FilmNotes struct {
	Tracks   []FilmTrack
	Chapters []VideoChapter
}

// FilmOrder says what a film is to show.
type FilmOrder struct {
	Class    uuid.UUID
	From, To time.Duration // since the class was started; To 0 = up to the end
}

// FilmTrack is what was said in one language.
type FilmTrack struct {
	Language string
	Cues     []Cue
}

// FilmFormat is what a film's pictures are like: planes of 4:2:0, BT.709.
type FilmFormat struct {
	Width, Height, PerSecond int
	LengthMs                 int64
}

// Studio decodes what was recorded and encodes the film, all in the jail.
type Studio interface {
	// Voice returns a recorded voice as samples, 48,000 a second. One that cannot be read is silent.
	Voice(ctx context.Context, key string) ([]int16, error)
	// Pictures returns recorded pictures as planes of this size, five a second from the first on: cover = cut to fill it.
	Pictures(ctx context.Context, key string, width, height int, cover bool) (io.ReadCloser, error)
	// Page returns the picture of a deck's page.
	Page(ctx context.Context, page uuid.UUID) ([]byte, error)
	// Sound takes the voices of the whole film, as samples; it is closed before Encode.
	Sound() (io.WriteCloser, error)
	// Encode makes the film of the pictures that draw writes, and the sound.
	Encode(ctx context.Context, f FilmFormat, draw func(context.Context, io.Writer) error) error
	// Report says how far the film is, 0 to 1.
	Report(part float64)
}

// ErrNothingRecorded ends a film of a class, or of a part of it, in which nothing was recorded.
var ErrNothingRecorded error = failNothingRecorded

// filmShare is how much of an asset's progress the making of a film is, before the ordinary work on a video.
const filmShare = 0.3

// NewFilm orders the film of a class.
type NewFilm struct {
	Asset uuid.UUID `json:"asset" format:"uuid" doc:"Of the video; a UUIDv7 made by the client."`
	From  int64     `json:"from,omitempty" minimum:"0" maximum:"86400000" doc:"ms since the class was started."`
	To    int64     `json:"to,omitempty" minimum:"0" maximum:"86400000" doc:"ms; 0 = up to the end."`
}

// OrderFilm makes the asset of a class's film and sets the work going, for the class's staff. The same order again is the same
// film.
func (s *Service) OrderFilm(ctx context.Context, viewer, class uuid.UUID, in NewFilm) (a Asset, err error) {
	switch {
	case in.Asset.Version() != 7:
		return a, fault.NewInvalid("asset", "invalid", "asset must be a UUIDv7 made by the client.")
	case in.To != 0 && in.To-in.From < 1000:
		return a, fault.NewInvalid("to", "invalid", "The end must be at least a second after the start.")
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		made, err := insertFilm(ctx, tx, viewer, class, in)
		if err != nil {
			return err
		}
		if made && s.cfg.Films == nil {
			return fault.New(fault.Conflict, string(failNothingRecorded), "Nothing is recorded here, so there is nothing to make a film of.")
		}
		if made {
			if err := s.cfg.Queue.EnqueueFilm(ctx, tx, in.Asset); err != nil {
				return err
			}
		}
		a, err = s.asset(ctx, tx, viewer, in.Asset)
		return err
	})
	return a, err
}

// MakeFilm makes the film of a class that an asset is waiting for, and hands it to the check as its source. It may be stopped
// anywhere and called again.
func (s *Service) MakeFilm(ctx context.Context, asset uuid.UUID) error {
	a, ctx, err := s.begin(ctx, asset, StateChecking)
	if errors.Is(err, errOvertaken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer a.end()
	if a.SourceKey != "" { // made already; the check is on its way
		return pg.InTx(ctx, s.db, func(tx pgx.Tx) error { return s.cfg.Queue.EnqueueCheck(ctx, tx, asset) })
	}
	return a.settle(ctx, a.film(ctx))
}

func (a *attempt) film(ctx context.Context) error {
	order, err := selectFilm(ctx, a.s.db, a.ID)
	if err != nil {
		return err
	}
	if a.s.cfg.Films == nil {
		return errors.New("media: nobody makes films here")
	}
	st := &studio{a: a}
	notes, err := a.s.cfg.Films.MakeFilm(ctx, order, st)
	if err != nil {
		return err
	}
	return a.publishFilm(ctx, st.made, notes)
}

// publishFilm stores the film as the asset's source.
func (a *attempt) publishFilm(ctx context.Context, path string, notes FilmNotes) error {
	size, sum, err := hashFile(path)
	if err != nil {
		return err
	}
	key, w := sourceKey(a.ID), a.worker()
	if err := insertStray(ctx, a.s.db, key, &w); err != nil {
		return err
	}
	if _, err := a.s.store.PutFile(ctx, key, path, "video/mp4"); err != nil {
		return err
	}
	return pg.InTx(ctx, a.s.db, func(tx pgx.Tx) error {
		if err := updateSource(ctx, tx, w, key, size, sum); err != nil {
			return err
		}
		if err := updateChapters(ctx, tx, w, notes.Chapters); err != nil {
			return err
		}
		for _, t := range notes.Tracks {
			cues, err := cleanCues("cues", t.Cues)
			if err != nil || !langPattern.MatchString(t.Language) || len(t.Language) > 35 {
				a.s.log.Warn("captions of a class left out", "asset", a.ID, "language", t.Language, "error", err)
				continue
			}
			if _, err := upsertCaptions(ctx, tx, a.ID, t.Language, "", 0, cues); err != nil {
				return err
			}
		}
		if err := deleteStray(ctx, tx, key); err != nil {
			return err
		}
		return a.s.cfg.Queue.EnqueueCheck(ctx, tx, a.ID)
	})
}

// enqueueWork asks for what an asset that is being checked needs: its film, when it has no source yet, or the check.
func (s *Service) enqueueWork(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error {
	var film bool
	err := tx.QueryRow(ctx, `SELECT source_key = '' AND EXISTS (SELECT FROM class_films f WHERE f.asset_id = a.id) FROM assets a WHERE a.id = @asset`,
		pgx.NamedArgs{"asset": asset}).Scan(&film)
	switch {
	case err != nil:
		return pg.Translate(err, "asset", asset)
	case film:
		return s.cfg.Queue.EnqueueFilm(ctx, tx, asset)
	}
	return s.cfg.Queue.EnqueueCheck(ctx, tx, asset)
}
