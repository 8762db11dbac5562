package live

import (
	"encoding/json"

	"github.com/google/uuid"
)

// Event is one entry of a class's log. All nodes and all clients apply the same events in the same order.
type Event struct {
	Name   string          `json:"event"`
	Offset uint64          `json:"offset"`          // rises by one; the place in the log
	At     int64           `json:"at"`              // Unix ms by the log's clock
	By     uuid.UUID       `json:"by,omitzero"`     // who did it; zero = the platform
	Space  string          `json:"space,omitempty"` // breakout room; "" = the class
	To     string          `json:"to,omitempty"`    // who gets it: "" = everybody in the space, Staff, Nobody, or a person's id
	Key    uuid.UUID       `json:"key,omitzero"`    // of the command; the same key is appended once
	Data   json.RawMessage `json:"data,omitempty"`
}

// Audiences of events besides everybody and single people.
const (
	ToStaff  = "staff"
	ToNobody = "nobody"
)

// Role is what somebody may do in a class.
type Role string

const (
	Teacher   Role = "teacher"
	CoTeacher Role = "coteacher"
	Student   Role = "student"
	Observer  Role = "observer"
)

// Staff reports whether the role leads the class.
func (r Role) Staff() bool { return r == Teacher || r == CoTeacher }
