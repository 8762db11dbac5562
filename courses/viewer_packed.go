package courses

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
)

// The lists of a viewer's row come as one value each: the columns of every element as PostgreSQL sends them in binary,
// one behind the other. The same as arrays, one for each column, costs PostgreSQL a fifth more and pgx three times as
// much.

const (
	packedSeats = 16 + 4                // of every run: id, seats taken
	packedFixed = 16 + 4 + 8 + 4        // of every activity: id, position, its time, number of ranges
	packedRange = 4 + 1 + 4 + 4 + 4 + 4 // a range: its length, flags, and two bounds with their lengths
	// halfOpen is the flags of [from, to), the only form that an int4range with both bounds has.
	halfOpen = 0x02
)

// postgresEpoch is where PostgreSQL begins to count microseconds.
var postgresEpoch = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

var errPacked = errors.New("courses: a list of a viewer's row is packed in a form that is not known")

// unpackSeats returns the seats that are taken, by run.
func unpackSeats(b []byte) (map[uuid.UUID]int, error) {
	if len(b) == 0 {
		return nil, nil
	}
	seats := make(map[uuid.UUID]int, len(b)/packedSeats)
	for ; len(b) >= packedSeats; b = b[packedSeats:] {
		seats[uuid.UUID(b[:16])] = int(int32(binary.BigEndian.Uint32(b[16:])))
	}
	if len(b) > 0 {
		return nil, errPacked
	}
	return seats, nil
}

// unpackProgress returns what was watched, by activity.
func unpackProgress(b []byte) (map[uuid.UUID]watched, error) {
	seen := make(map[uuid.UUID]watched, len(b)/(packedFixed+packedRange))
	all := make(spans, 0, len(b)/packedRange) // one array for the sets of all
	for len(b) > 0 {
		if len(b) < packedFixed {
			return nil, errPacked
		}
		id := uuid.UUID(b[:16])
		at := postgresEpoch.Add(time.Duration(binary.BigEndian.Uint64(b[20:])) * time.Microsecond)
		w := watched{ActivityID: id, PositionMs: int(int32(binary.BigEndian.Uint32(b[16:]))), PositionAt: at}
		ranges := int(binary.BigEndian.Uint32(b[28:]))
		b = b[packedFixed:]
		if len(b)/packedRange < ranges {
			return nil, errPacked
		}
		from := len(all)
		for range ranges {
			if b[4] != halfOpen {
				return nil, errPacked
			}
			all = append(all, [2]int{int(int32(binary.BigEndian.Uint32(b[9:]))), int(int32(binary.BigEndian.Uint32(b[17:])))})
			b = b[packedRange:]
		}
		w.Watched = all[from:len(all):len(all)]
		seen[id] = w
	}
	return seen, nil
}
