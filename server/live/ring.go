package live

import (
	"time"

	"github.com/google/uuid"
)

// ringSize is how many entries a room keeps for those who are slow. With voice and pictures on air that is some twenty
// seconds; who is further behind is cut and resumes.
const ringSize = 4096

// audience says which connections get an entry.
type audience uint8

const (
	toAll          audience = iota
	toStaff                 // staff
	toPerson                // one person, and staff
	toWatchers              // those who watch the roster and are no staff
	toStaffWatches          // staff who watch the roster
	toNobody                // the log alone
)

// importance says what may be left out for whom.
type importance uint8

const (
	durable  importance = iota // of the log: never left out
	steady                     // state of this node: never left out
	fleeting                   // left out first
	latest                     // only the newest of its topic matters, and left out first
	voice                      // left out when it is not live any more
	picture                    // left out up to the next key frame for whoever is behind
)

// entry is one frame of a room, made once for everybody.
type entry struct {
	frame    []byte // with its WebSocket header
	body     []byte // the event's JSON; durable entries only
	offset   uint64 // durable entries only
	at       time.Time
	to       audience
	kind     importance
	inside   bool      // only for those in the space
	space    string    // when inside
	person   uuid.UUID // of toPerson; of others: who is spared it, since it is their own
	topic    string    // of latest
	regroups bool      // durable: changes who is where
	slot     uint8     // of pictures: slot and kind, for waiting for a key frame
	key      bool      // of pictures: a key frame, or a description of the codec
}

// ring is the latest entries of a room. Connections hold only how far they have got.
type ring struct {
	entries []entry // grows up to ringSize: most rooms are small
	head    uint64  // of the next entry
	newest  map[string]uint64
}

func (r *ring) push(e entry) {
	if e.kind == latest {
		if r.newest == nil {
			r.newest = map[string]uint64{}
		}
		if len(r.newest) > 4*ringSize {
			clear(r.newest)
		}
		r.newest[e.topic] = r.head
	}
	if n := uint64(len(r.entries)); r.head >= n && n < ringSize {
		r.grow(n)
	}
	r.entries[r.head%uint64(len(r.entries))] = e
	r.head++
}

// grow doubles the ring; n is its length.
func (r *ring) grow(n uint64) {
	wider := make([]entry, max(64, 2*n))
	for i := r.head - n; i < r.head; i++ {
		wider[i%uint64(len(wider))] = r.entries[i%n]
	}
	r.entries = wider
}

func (r *ring) at(i uint64) *entry { return &r.entries[i%uint64(len(r.entries))] }

// tail is the oldest entry that is still there.
func (r *ring) tail() uint64 {
	if r.head > ringSize {
		return r.head - ringSize
	}
	return 0
}

// stale reports whether an entry is to be left out for somebody who gets it only now.
func (r *ring) stale(i uint64, e *entry, now time.Time) bool {
	late := now.Sub(e.at)
	switch e.kind {
	case fleeting:
		return late > 2*time.Second || r.head-i > ringSize/2
	case latest:
		return late > 2*time.Second || r.newest[e.topic] != i
	case voice:
		return late > 5*time.Second
	}
	return false
}

// after returns the place of the first durable entry after an offset; ok is false when the ring does not reach back so far.
func (r *ring) after(offset, current uint64) (i uint64, ok bool) {
	if offset == current {
		return r.head, true
	}
	for i := r.head; i > r.tail(); {
		i--
		if e := r.at(i); e.kind == durable && e.offset == offset+1 {
			return i, true
		}
	}
	return 0, false
}
