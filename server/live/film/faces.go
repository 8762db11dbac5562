package film

import (
	"context"
	"errors"
	"image"
	"io"
	"slices"

	"github.com/google/uuid"
)

// The speaker's picture stands in a corner, a screen that is shared over the whole.
const (
	faceWidth, faceHeight = 224, 126
	faceMargin            = 16
	faceBridge            = 2_000  // ms without a picture in which the last one stays: a line that stutters
	screenBridge          = 10_000 // a screen on which nothing moves sends little
	hold                  = 10     // pictures that somebody else must speak on for before the corner changes
)

var faceAt = image.Pt(Width-faceMargin-faceWidth, faceMargin)

// stream reads the pictures of one person, piece after piece, as the film's time goes on.
type stream struct {
	pieces        []Piece
	width, height int
	cover         bool
	open          func(ctx context.Context, key string, width, height int, cover bool) (io.ReadCloser, error)
	at            int // the piece that is open, or next
	in            io.ReadCloser
	read          int64 // pictures read of it
	picture       []byte
	broken        bool  // the piece that is open gives no more
	carried       bool  // the picture of the piece before stays until there is a new one
	bridge        int64 // ms between two pieces that are one
}

// joins reports whether a piece goes on where the one before it ends: between them the last picture stays.
func (s *stream) joins(next int) bool {
	return next < len(s.pieces) && s.pieces[next].From-s.pieces[next-1].To <= s.bridge
}

// show returns the picture at a moment of the class, or nil when there is none then.
func (s *stream) show(ctx context.Context, now int64) ([]byte, error) {
	for s.at < len(s.pieces) && s.pieces[s.at].To <= now {
		last := s.read > 0 || s.carried
		if next := s.at + 1; last && s.joins(next) && s.pieces[next].From > now {
			return s.picture, nil
		}
		s.shut()
		s.at++
		s.carried = last && s.joins(s.at)
	}
	if s.at >= len(s.pieces) || s.pieces[s.at].From > now {
		return nil, nil
	}
	if s.in == nil && !s.broken {
		in, err := s.open(ctx, s.pieces[s.at].Key, s.width, s.height, s.cover)
		if err != nil {
			return nil, err
		}
		s.in = in
		if s.picture == nil {
			s.picture = make([]byte, s.width*s.height*3/2)
		}
	}
	for want := (now-s.pieces[s.at].From)/lookMs + 1; s.read < want && !s.broken; {
		_, err := io.ReadFull(s.in, s.picture)
		switch {
		case err == nil:
			s.read++
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			s.broken = true // the last picture stays as long as the piece says
		default:
			return nil, err
		}
	}
	if s.read == 0 && !s.carried {
		return nil, nil
	}
	return s.picture, nil
}

func (s *stream) shut() {
	if s.in != nil {
		_ = s.in.Close()
	}
	s.in, s.broken, s.read = nil, false, 0
}

// faces chooses whose picture is shown.
type faces struct {
	streams map[uuid.UUID]*stream
	order   []uuid.UUID
	spoke   map[uuid.UUID][]bool
	shown   uuid.UUID
	next    uuid.UUID
	since   int
}

// newFaces makes the streams of one kind.
func (j *job) newFaces(kind string, width, height int, spoke map[uuid.UUID][]bool) *faces {
	bridge := int64(faceBridge)
	if kind == Screen {
		bridge = screenBridge
	}
	f := &faces{streams: map[uuid.UUID]*stream{}, spoke: spoke}
	for _, p := range j.pieces {
		if p.Kind != kind {
			continue
		}
		s := f.streams[p.Person]
		if s == nil {
			s = &stream{width: width, height: height, cover: kind == Picture, bridge: bridge, open: j.studio.Pictures}
			f.streams[p.Person] = s
			f.order = append(f.order, p.Person)
		}
		s.pieces = append(s.pieces, p)
	}
	for _, s := range f.streams {
		slices.SortStableFunc(s.pieces, func(a, b Piece) int { return int(a.From - b.From) })
	}
	return f
}

// show returns the picture to show at a moment: of who is shown already, unless somebody else with a picture has spoken for
// two seconds while they did not.
func (f *faces) show(ctx context.Context, number int, now int64) ([]byte, error) {
	pictures := map[uuid.UUID][]byte{}
	speaker := uuid.Nil
	for _, person := range f.order {
		picture, err := f.streams[person].show(ctx, now)
		if err != nil {
			return nil, err
		}
		if picture == nil {
			continue
		}
		pictures[person] = picture
		if heard := f.spoke[person]; number < len(heard) && heard[number] && (speaker == uuid.Nil || person == f.shown) {
			speaker = person
		}
	}
	if speaker == uuid.Nil || speaker == f.shown {
		f.since = 0
	} else if f.next != speaker {
		f.next, f.since = speaker, 1
	} else if f.since++; f.since >= hold {
		f.shown, f.since = speaker, 0
	}
	if pictures[f.shown] == nil {
		for _, person := range f.order {
			if pictures[person] != nil {
				f.shown = person
				break
			}
		}
	}
	return pictures[f.shown], nil
}

func (f *faces) close() {
	for _, s := range f.streams {
		s.shut()
	}
}
