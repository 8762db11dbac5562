// Package film makes an ordinary video of a recorded class: the board as it was drawn, the speaker's picture in a corner, and
// the voices of all at their times. It knows the class by its log and the pieces that were recorded, and asks a studio, which
// has a jailed ffmpeg, to decode and encode.
package film

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/fault"
	"hanzhi/server/live"
)

// Kinds of pieces.
const (
	Voice   = "voice"
	Picture = "picture"
	Screen  = "screen"
)

// Piece is a stretch of what one person sent, as it lies in the object store: a WebM file that can be read alone, whose time 0
// is From and whose pictures begin with a key frame. Voice and picture may lie in one file, which then is two pieces.
type Piece struct {
	Person   uuid.UUID
	Kind     string
	From, To int64 // Unix ms
	Key      string
}

// Recordings knows what happened in classes.
type Recordings interface {
	// Events returns the log of a class in its order.
	Events(ctx context.Context, class uuid.UUID) ([]live.Event, error)
	// Pieces returns what was recorded of it, without what was cut out.
	Pieces(ctx context.Context, class uuid.UUID) ([]Piece, error)
}

// Maker makes films.
type Maker struct {
	Recordings Recordings
	// Strokes says how the characters of a text are written, as SVG paths in the order of writing; nil = all are set in type.
	Strokes func(text string) (map[string][]string, error)
}

// job is one film that is being made.
type job struct {
	studio media.Studio
	events []live.Event
	pieces []Piece
	time   timeline
	board  *board
	turns  []turn
}

// perSecond is how many pictures a second the film has: ink and slides need no more.
const perSecond = 1000 / lookMs

// MakeFilm makes the film that is ordered.
func (m *Maker) MakeFilm(ctx context.Context, o media.FilmOrder, studio media.Studio) (media.FilmNotes, error) {
	var none media.FilmNotes
	j := &job{studio: studio}
	var err error
	if j.events, err = m.Recordings.Events(ctx, o.Class); err != nil {
		return none, err
	}
	if j.pieces, err = m.Recordings.Pieces(ctx, o.Class); err != nil {
		return none, err
	}
	if j.time = newTimeline(j.events, j.pieces, o.From.Milliseconds(), o.To.Milliseconds()); j.time.length() < 1000 {
		return none, media.ErrNothingRecorded
	}
	types, err := typesetters()
	if err != nil {
		return none, fault.Wrap(err, fault.Internal, "fonts", "film: the system's fonts")
	}
	picture := func(id uuid.UUID) ([]byte, error) { return studio.Page(ctx, id) }
	j.board = newBoard(o.Class, picture, m.Strokes, types)

	sound, err := studio.Sound()
	if err != nil {
		return none, err
	}
	defer sound.Close()
	spoke, err := j.mix(ctx, sound, slices.DeleteFunc(slices.Clone(j.pieces), func(p Piece) bool { return p.Kind != Voice }))
	if err != nil {
		return none, err
	}
	err = studio.Encode(ctx, media.FilmFormat{Width: Width, Height: Height, PerSecond: perSecond, LengthMs: j.time.length()},
		func(ctx context.Context, w io.Writer) error { return j.draw(ctx, w, spoke) })
	return media.FilmNotes{Tracks: j.captions(), Chapters: j.chapters()}, err
}

// draw writes picture after picture, as planes.
func (j *job) draw(ctx context.Context, w io.Writer, spoke map[uuid.UUID][]bool) error {
	plain, out := newPlanes(Width, Height), newPlanes(Width, Height)
	people := j.newFaces(Picture, faceWidth, faceHeight, spoke)
	screens := j.newFaces(Screen, Width, Height, spoke)
	defer people.close()
	defer screens.close()
	count := int((j.time.length() + lookMs - 1) / lookMs)
	for n, next := 0, 0; n < count; n++ {
		now := j.time.class(int64(n) * lookMs)
		for ; next < len(j.events) && j.events[next].At <= now; next++ {
			j.board.apply(j.events[next])
		}
		j.noteTurn(int64(n) * lookMs)
		if dirty := j.board.refresh(); !dirty.Empty() {
			plain.convert(j.board.frame, dirty)
		}
		copy(out.pix, plain.pix)
		screen, err := screens.show(ctx, n, now)
		if err != nil {
			return err
		}
		if screen != nil {
			copy(out.pix, screen)
		}
		face, err := people.show(ctx, n, now)
		if err != nil {
			return err
		}
		if face != nil {
			out.paste(face, faceWidth, faceHeight, faceAt)
		}
		if _, err := w.Write(out.pix); err != nil {
			return err
		}
		j.studio.Report(0.3 + 0.7*float64(n+1)/float64(count))
	}
	return nil
}

// captions are what was said, by language.
func (j *job) captions() []media.FilmTrack {
	var tracks []media.FilmTrack
	for _, e := range j.events {
		var d struct {
			Text     string `json:"text"`
			Language string `json:"language"`
		}
		if e.Name != "caption.said" || e.Space != "" || json.Unmarshal(e.Data, &d) != nil || d.Text == "" || d.Language == "" {
			continue
		}
		if !slices.ContainsFunc(j.time, func(s span) bool { return e.At >= s.from && e.At < s.to }) {
			continue
		}
		i := slices.IndexFunc(tracks, func(t media.FilmTrack) bool { return t.Language == d.Language })
		if i < 0 {
			i = len(tracks)
			tracks = append(tracks, media.FilmTrack{Language: d.Language})
		}
		at, cues := j.time.film(e.At), tracks[i].Cues
		if n := len(cues); n > 0 {
			cues[n-1].EndMs = max(cues[n-1].StartMs+1, min(cues[n-1].EndMs, at))
		}
		// As long as reading takes: a caption that nobody follows must go.
		until := min(at+1500+int64(len([]rune(d.Text)))*250, at+10_000, j.time.length())
		tracks[i].Cues = append(cues, media.Cue{StartMs: at, EndMs: max(until, at+1), Text: d.Text})
	}
	return tracks
}
