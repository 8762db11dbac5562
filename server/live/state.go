package live

import (
	"encoding/json"
	"slices"

	"github.com/google/uuid"
)

// Phases of a class.
const (
	PhaseWaiting = "waiting" // nobody has begun it
	PhaseOpen    = "open"
	PhaseEnded   = "ended"
)

// State is the fold of a class's log. It has no clock, no sockets and no chance: the same events give the same state on
// every node. What does not apply changes nothing, since commands are checked against a state that may be a moment old.
type State struct {
	Class     uuid.UUID             `json:"class"`
	Offset    uint64                `json:"offset"`
	Phase     string                `json:"phase"`
	StartedAt int64                 `json:"startedAt,omitempty"`
	Recording bool                  `json:"recording,omitempty"`
	AtRisk    bool                  `json:"atRisk,omitempty"` // what is recorded is in the memory of a node alone
	Locks     map[string]bool       `json:"locks"`
	Muted     bool                  `json:"muted,omitempty"`
	People    map[uuid.UUID]*Person `json:"people"`
	Hands     []Hand                `json:"hands,omitempty"`
	Air       []OnAir               `json:"air,omitempty"`
	Spaces    []Space               `json:"spaces,omitempty"`
	Ends      int64                 `json:"ends,omitempty"` // of the breakout rooms
	Chats     map[string]*Chat      `json:"chats"`
	Boards    map[string]*Board     `json:"boards"`
	Poll      *Poll                 `json:"poll,omitempty"`
	Write     *WriteRound           `json:"write,omitempty"`
	Read      *ReadRound            `json:"read,omitempty"`
	Timer     *Timer                `json:"timer,omitempty"`
	Nodes     map[string]int        `json:"nodes"` // connections by node
	present   int                   // people with a connection who do not wait
	waiting   int                   // people with a connection who wait
	signals   map[string]int        // of students
}

// Person is somebody who has been in the class.
type Person struct {
	ID          uuid.UUID    `json:"id"`
	Name        string       `json:"name"`
	Role        Role         `json:"role"`
	Guest       bool         `json:"guest,omitempty"`
	Waiting     bool         `json:"waiting,omitempty"`
	Removed     bool         `json:"removed,omitempty"`
	Muted       bool         `json:"muted,omitempty"`
	Given       bool         `json:"given,omitempty"` // the air
	Set         bool         `json:"set,omitempty"`   // the role was set in this class
	Space       string       `json:"space,omitempty"`
	Signal      string       `json:"signal,omitempty"`
	Consent     *bool        `json:"consent,omitempty"`
	Since       int64        `json:"since"`
	Connections []Connection `json:"connections"` // oldest first
}

// Connection is one device of a person, and the node that it is connected to.
type Connection struct {
	ID   uuid.UUID `json:"id"`
	Node string    `json:"node"`
}

// Present reports whether the person is connected.
func (p *Person) Present() bool { return len(p.Connections) > 0 }

// Hand is a raised hand.
type Hand struct {
	Person uuid.UUID `json:"person"`
	Name   string    `json:"name"`
	At     int64     `json:"at"`
}

// OnAir is somebody who is heard or seen.
type OnAir struct {
	Person  uuid.UUID `json:"person"`
	Name    string    `json:"name"`
	Slot    int       `json:"slot"`
	Voice   bool      `json:"voice"`
	Picture bool      `json:"picture"`
	Screen  bool      `json:"screen"`
	Space   string    `json:"space,omitempty"`
}

// Space is a breakout room.
type Space struct {
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	People []uuid.UUID `json:"people"`
}

// Timer counts down for everybody.
type Timer struct {
	Ends    int64 `json:"ends"`
	Seconds int   `json:"seconds"`
}

// NewState is a class before its first event: chat and hands are open, board and voice are the teacher's.
func NewState(class uuid.UUID) *State {
	return &State{
		Class: class, Phase: PhaseWaiting,
		Locks:  map[string]bool{"chat": false, "board": true, "voice": true, "hands": false},
		People: map[uuid.UUID]*Person{}, Chats: map[string]*Chat{}, Boards: map[string]*Board{},
		Nodes: map[string]int{}, signals: map[string]int{},
	}
}

// LoadState reads a state that was written as JSON.
func LoadState(b []byte) (*State, error) {
	s := NewState(uuid.Nil)
	if err := json.Unmarshal(b, s); err != nil {
		return nil, err
	}
	for _, b := range s.Boards {
		b.index()
	}
	for _, p := range s.People {
		s.count(p, 1)
		s.signals[p.Signal]++
	}
	return s, nil
}

// appliers is how each event changes the state.
var appliers = map[string]func(*State, Event) error{
	"class.opened":    (*State).applyOpened,
	"class.started":   (*State).applyStarted,
	"class.ended":     (*State).applyEnded,
	"person.joined":   (*State).applyJoined,
	"person.left":     (*State).applyLeft,
	"person.admitted": (*State).applyAdmitted,
	"person.role":     (*State).applyRole,
	"person.muted":    (*State).applyMuted,
	"person.removed":  (*State).applyRemoved,
	"node.gone":       (*State).applyNodeGone,
	"room.locked":     (*State).applyLocked,
	"hand.raised":     (*State).applyHandRaised,
	"hand.lowered":    (*State).applyHandLowered,
	"signal.set":      (*State).applySignal,
	"chat.posted":     (*State).applyChatPosted,
	"chat.deleted":    (*State).applyChatDeleted,
	"chat.pinned":     (*State).applyChatPinned,
	"deck.added":      (*State).applyDeckAdded,
	"page.added":      (*State).applyPageAdded,
	"page.shown":      (*State).applyPageShown,
	"page.removed":    (*State).applyPageRemoved,
	"stroke.added":    (*State).applyStrokeAdded,
	"object.put":      (*State).applyObjectPut,
	"object.removed":  (*State).applyObjectRemoved,
	"object.restored": (*State).applyObjectRestored,
	"page.cleared":    (*State).applyPageCleared,
	"poll.opened":     (*State).applyPollOpened,
	"poll.answered":   (*State).applyPollAnswered,
	"poll.closed":     (*State).applyPollClosed,
	"poll.shown":      (*State).applyPollShown,
	"write.opened":    (*State).applyWriteOpened,
	"write.submitted": (*State).applyWriteSubmitted,
	"write.closed":    (*State).applyWriteClosed,
	"write.shown":     (*State).applyWriteShown,
	"read.opened":     (*State).applyReadOpened,
	"read.called":     (*State).applyReadCalled,
	"read.closed":     (*State).applyReadClosed,
	"air.given":       (*State).applyAirGiven,
	"air.changed":     (*State).applyAirChanged,
	"breakout.opened": (*State).applyBreakoutOpened,
	"breakout.moved":  (*State).applyBreakoutMoved,
	"breakout.closed": (*State).applyBreakoutClosed,
	"broadcast":       (*State).applyNothing,
	"timer.set":       (*State).applyTimer,
	"caption.said":    (*State).applyNothing,
	"record.set":      (*State).applyRecord,
	"record.risk":     (*State).applyRecordRisk,
	"consent.given":   (*State).applyConsent,
}

// Apply folds one event in. An event that is not known, or whose data cannot be read, only moves the offset: a newer
// node may have written it.
func (s *State) Apply(e Event) {
	s.Offset = e.Offset
	if apply, known := appliers[e.Name]; known {
		_ = apply(s, e)
	}
}

// read decodes the data of an event.
func read[T any](e Event) (T, error) {
	var d T
	err := json.Unmarshal(e.Data, &d)
	return d, err
}

func (s *State) applyNothing(Event) error { return nil }

type openedData struct {
	Page uuid.UUID `json:"page"`
}

func (s *State) applyOpened(e Event) error {
	d, err := read[openedData](e)
	if err == nil && s.Boards[""] == nil {
		s.Boards[""] = newBoard(d.Page)
	}
	return err
}

func (s *State) applyStarted(e Event) error {
	if s.Phase == PhaseWaiting {
		s.Phase, s.StartedAt = PhaseOpen, e.At
	}
	return nil
}

func (s *State) applyEnded(Event) error {
	s.Phase, s.Recording, s.AtRisk, s.Air = PhaseEnded, false, false, nil
	return nil
}

type lockData struct {
	What string `json:"what"`
	On   bool   `json:"on"`
}

func (s *State) applyLocked(e Event) error {
	d, err := read[lockData](e)
	if err != nil {
		return err
	}
	s.Locks[d.What] = d.On
	if d.What == "voice" && d.On {
		// Who was given the air keeps it.
		s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool {
			p := s.People[a.Person]
			return p != nil && !p.Role.Staff() && !p.Given
		})
	}
	return nil
}

type switchData struct {
	On bool `json:"on"`
}

func (s *State) applyRecord(e Event) error {
	d, err := read[switchData](e)
	if err == nil {
		s.Recording, s.AtRisk = d.On && s.Phase == PhaseOpen, false
	}
	return err
}

func (s *State) applyRecordRisk(e Event) error {
	d, err := read[switchData](e)
	if err == nil {
		s.AtRisk = d.On && s.Recording
	}
	return err
}

type consentData struct {
	Person uuid.UUID `json:"person"`
	Agree  bool      `json:"agree"`
}

func (s *State) applyConsent(e Event) error {
	d, err := read[consentData](e)
	if p := s.People[d.Person]; err == nil && p != nil {
		p.Consent = &d.Agree
	}
	return err
}

func (s *State) applyTimer(e Event) error {
	d, err := read[Timer](e)
	if err != nil {
		return err
	}
	s.Timer = nil
	if d.Seconds > 0 {
		s.Timer = &d
	}
	return nil
}
