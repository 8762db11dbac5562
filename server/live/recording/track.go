package recording

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// apart is how far the sender's clock may run from ours before the track follows ours anew, ms.
const apart = 1500

// track is what is being written of one person.
type track struct {
	id     uuid.UUID
	person uuid.UUID
	name   string
	kind   byte
	space  string
	cut    bool

	start  int64 // Unix ms of its first frame
	base   int64 // what the sender's clock lacks to ours
	last   int64 // time of the last frame
	seen   bool
	format format

	number      int
	began       time.Time // of the piece; zero = none is open
	first       int64     // time of the piece's first frame
	end         int64     // where what is in it ends
	blocks      []byte
	clusters    []byte
	clusterFrom int64
}

func newTrack(person uuid.UUID, name string, kind byte, space string) *track {
	return &track{id: uuid.Must(uuid.NewV7()), person: person, name: name, kind: kind, space: space}
}

func key(p Piece) string { return fmt.Sprintf("r/%s/%s/%d.webm", p.Class, p.Track, p.Number) }

// time is when a frame was made, by our clock: its sender's clock tells frames apart better than their arrival, which the
// line makes late.
func (t *track) time(frame []byte, at time.Time) int64 {
	now, sent := at.UnixMilli(), int64(binary.BigEndian.Uint32(frame[4:]))
	made := sent + t.base
	if d := now - made; !t.seen || d > apart || d < -apart {
		t.base = now - sent
		made = now
	} else if d < 0 { // earlier than it can be: the first frame was late
		t.base += d
		made = now
	}
	if t.seen && made <= t.last {
		made = t.last + 1
	}
	t.seen, t.last = true, made
	return made
}

func (t *track) write(frame []byte, flags byte, at time.Time, store func(Piece, []byte)) {
	payload, keyFrame := frame[header:], true
	if t.kind != voice {
		f := t.format
		payload, f, keyFrame = pictureOf(payload, flags, f)
		changed := !f.equal(t.format)
		if f.codec == "" || len(payload) == 0 || changed && !keyFrame {
			return
		}
		if changed {
			t.flush(store)
			t.format = f
		}
	}
	life := t.life()
	if t.kind != voice && keyFrame {
		life = keyLife
	}
	if !t.began.IsZero() && at.Sub(t.began) >= life {
		t.flush(store)
	}
	if t.began.IsZero() && !keyFrame {
		return // nothing of a piece can be seen before its first key frame
	}
	made := t.time(frame, at)
	if t.began.IsZero() {
		t.began, t.first = at, made
		if t.number == 0 {
			t.start = made
		}
		t.clusterFrom = made
	}
	if made-t.clusterFrom > 30_000 { // a block counts in 16 bits
		t.shut()
		t.clusterFrom = made
	}
	t.blocks = block(t.blocks, made-t.clusterFrom, keyFrame, payload)
	t.end = made + 1
	if t.kind == voice {
		t.end = made + opusMs(payload)
	}
}

// pictureOf is a frame as it is stored, and its format: that of the frames before unless it says another.
func pictureOf(payload []byte, flags byte, known format) (frame []byte, f format, key bool) {
	if flags&flagH264 != 0 {
		return h264Frame(payload, known)
	}
	if w, h, ok := vp8Size(payload); ok {
		return payload, format{codec: codecVP8, width: w, height: h}, true
	}
	if known.codec != codecVP8 {
		return payload, format{}, false
	}
	return payload, known, false
}

// life is how long a piece grows at most.
func (t *track) life() time.Duration {
	if t.kind == voice {
		return pieceLife
	}
	return shotLife
}

func (t *track) shut() {
	if len(t.blocks) > 0 {
		t.clusters = append(t.clusters, cluster(t.clusterFrom-t.start, t.blocks)...)
		t.blocks = nil
	}
}

// flush hands the piece on.
func (t *track) flush(store func(Piece, []byte)) {
	if t.began.IsZero() {
		return
	}
	t.shut()
	data := append(begin(t.kind, t.format), t.clusters...)
	length := t.end - t.first
	p := Piece{Track: t.id, Number: t.number, Person: t.person, Name: t.name, Kind: kindNames[t.kind], Space: t.space,
		Start: t.first, Length: length, Bytes: int64(len(data))}
	t.clusters, t.began = nil, time.Time{}
	t.number++
	store(p, data)
}
