// Package live runs classrooms: rules without sockets, the loop of a client, the hub of a node, the log in Redis, and
// what is recorded. The protocol is docs/live-protocol.md.
package live

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Admission is what somebody may be in a class, before anything that happens in it.
type Admission struct {
	Person   uuid.UUID // account, or the guest's id
	Name     string
	Role     Role
	Guest    bool
	Title    string // of the class
	Course   string // slug, for words and terms; "" = none
	Language string // of instruction, BCP 47
	// WaitingRoom says that guests and students wait for a teacher to let them in.
	WaitingRoom bool
}

// Membership is what the room asks about people. courses/classes answers; live never sees a database.
type Membership interface {
	// Roles returns the present roles of those who still have one: who is missing is no member (any more). Guests are asked by
	// their ids too.
	Roles(ctx context.Context, class uuid.UUID, people []uuid.UUID) (map[uuid.UUID]Role, error)
	// Readiness returns the share of the class's lesson that students understand, 0–1; who is missing is not known.
	Readiness(ctx context.Context, class uuid.UUID, people []uuid.UUID) (map[uuid.UUID]float64, error)
}

// Archive keeps the log for good. Both methods may be repeated.
type Archive interface {
	// Append stores events; those that are there already stay as they are.
	Append(ctx context.Context, class uuid.UUID, events []Event) error
	// Load returns what is stored of a class, in order; it is asked when the log is begun anew, after Redis has lost it.
	Load(ctx context.Context, class uuid.UUID) ([]Event, error)
	// End says that the class is over and its log complete: attendance and results are computed from it.
	End(ctx context.Context, class uuid.UUID, at time.Time) error
}

// Recorder is what a class is recorded with. One node of all has it at a time; after a node's death another one takes over.
// Its methods do not block: they are called while the room is locked.
type Recorder interface {
	// Event sees the log as it grows.
	Event(Event)
	// Frame sees what is relayed: a media frame as it goes down, of a person in a space. The bytes must not be kept.
	Frame(person uuid.UUID, space string, frame []byte, at time.Time)
	// AtRisk says that some of the recording would be lost with this node: it is neither stored nor on the disk.
	AtRisk() bool
	// Close writes what is left.
	Close()
}

// NewRecorder makes the recorder of a class; from is where this node takes over.
type NewRecorder func(class uuid.UUID, from time.Time) Recorder
