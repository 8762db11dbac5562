package live

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Joined answers join: the state of the class for one person, or how to go on.
type Joined struct {
	You       You       `json:"you"`
	Epoch     string    `json:"epoch"`
	Offset    uint64    `json:"offset"`
	Recovered bool      `json:"recovered"`
	Waiting   bool      `json:"waiting"`
	Ticket    string    `json:"ticket"`
	Class     ClassView `json:"class"`
	Room      *RoomView `json:"room,omitempty"`
}

// You is who a connection is.
type You struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	Role       Role      `json:"role"`
	Guest      bool      `json:"guest"`
	Connection uuid.UUID `json:"connection"`
}

// ClassView is what the class is called.
type ClassView struct {
	ID       uuid.UUID `json:"id"`
	Title    string    `json:"title"`
	Course   string    `json:"course,omitempty"`
	Language string    `json:"language,omitempty"`
}

// RoomView is the state as one person sees it.
type RoomView struct {
	State        string          `json:"state"`
	StartedAt    int64           `json:"startedAt,omitempty"`
	Recording    bool            `json:"recording"`
	AtRisk       bool            `json:"recordingAtRisk,omitempty"` // staff
	Consent      *bool           `json:"consent,omitempty"`         // one's own
	Locks        map[string]bool `json:"locks"`
	Muted        bool            `json:"muted"`
	Silenced     bool            `json:"silenced,omitempty"` // one is muted oneself
	Given        bool            `json:"given,omitempty"`
	Signal       string          `json:"signal,omitempty"` // one's own
	Count        int             `json:"count"`
	Waiting      int             `json:"waiting"`
	Hands        []Hand          `json:"hands"`
	Staff        []PersonView    `json:"staff"`
	Signals      map[string]int  `json:"signals,omitempty"`
	Air          []OnAir         `json:"air"`
	Spaces       []Space         `json:"spaces"`
	Space        string          `json:"space"`
	Chat         []*Message      `json:"chat"`
	Pinned       uuid.UUID       `json:"pinned,omitzero"`
	Pages        []PageView      `json:"pages"`
	Page         uuid.UUID       `json:"page,omitzero"`
	Objects      json.RawMessage `json:"objects"`
	Poll         *PollView       `json:"poll,omitempty"`
	Write        *WriteView      `json:"write,omitempty"`
	Read         *ReadRound      `json:"read,omitempty"`
	Timer        *Timer          `json:"timer,omitempty"`
	BreakoutEnds int64           `json:"breakoutEnds,omitempty"`
}

// PersonView is a line of the roster.
type PersonView struct {
	ID        uuid.UUID `json:"id"`
	Name      string    `json:"name"`
	Role      Role      `json:"role"`
	Guest     bool      `json:"guest,omitempty"`
	Waiting   bool      `json:"waiting,omitempty"`
	Muted     bool      `json:"muted,omitempty"`
	Delay     int       `json:"delay,omitempty"`
	Loss      float64   `json:"loss,omitempty"`
	Readiness *float64  `json:"readiness,omitempty"` // for staff
	Space     string    `json:"space,omitempty"`
	Signal    string    `json:"signal,omitempty"` // for staff
	Since     int64     `json:"since,omitempty"`
}

// PageView is a page without what is on it.
type PageView struct {
	Page   uuid.UUID `json:"page"`
	Kind   string    `json:"kind"`
	Hanzi  string    `json:"hanzi,omitempty"`
	Asset  uuid.UUID `json:"asset,omitzero"`
	Width  int       `json:"width,omitempty"`
	Height int       `json:"height,omitempty"`
	Deck   uuid.UUID `json:"deck,omitzero"`
}

// PollView is a poll as one person sees it.
type PollView struct {
	Poll     uuid.UUID `json:"poll"`
	Kind     string    `json:"kind"`
	Question string    `json:"question"`
	Options  []string  `json:"options"`
	Picture  uuid.UUID `json:"picture,omitzero"`
	Graded   bool      `json:"graded"`
	Closed   bool      `json:"closed"`
	Shown    bool      `json:"shown"`
	Tally    *Tally    `json:"tally,omitempty"`
	Answers  int       `json:"answers"`
	Correct  []int     `json:"correct,omitempty"`
	Mine     *Answer   `json:"mine,omitempty"`

	Answered []uuid.UUID `json:"answered,omitempty"` // for staff while the poll is open
}

// WriteView is a writing round as one person sees it.
type WriteView struct {
	Round  uuid.UUID `json:"round"`
	Hanzi  string    `json:"hanzi"`
	Ends   int64     `json:"ends,omitempty"`
	Closed bool      `json:"closed"`
	Sheets []*Sheet  `json:"sheets"`
}

// View is the state as a person sees it.
func (s *State) View(id uuid.UUID) *RoomView {
	p := s.People[id]
	if p == nil {
		p = &Person{ID: id, Role: Observer}
	}
	staff := p.Role.Staff()
	board := s.Boards[p.Space]
	v := &RoomView{
		State: s.Phase, StartedAt: s.StartedAt, Recording: s.Recording, AtRisk: staff && s.AtRisk, Consent: p.Consent, Locks: s.Locks, Muted: s.Muted,
		Silenced: p.Muted, Given: p.Given, Signal: p.Signal, Count: s.present, Waiting: s.waiting, Hands: orEmpty(s.Hands), Staff: s.staff(),
		Air: []OnAir{}, Spaces: orEmpty(s.Spaces), Space: p.Space, Chat: s.messages(p), Pages: []PageView{},
		Objects: json.RawMessage("[]"), Read: s.Read, Timer: s.Timer, BreakoutEnds: s.Ends,
	}
	for _, a := range s.Air {
		if a.Space == p.Space {
			v.Air = append(v.Air, a)
		}
	}
	if c := s.Chats[p.Space]; c != nil {
		v.Pinned = c.Pinned
	}
	if board != nil {
		for _, x := range board.Pages {
			v.Pages = append(v.Pages, PageView{x.ID, x.Kind, x.Hanzi, x.Asset, x.Width, x.Height, x.Deck})
		}
		v.Page, v.Objects = board.Shown, board.page(board.Shown).objects()
	}
	if staff {
		v.Signals = s.sums()
	}
	if s.Poll != nil {
		v.Poll = s.Poll.view(id, staff)
	}
	if s.Write != nil {
		v.Write = s.Write.view(id, staff)
	}
	return v
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// sums counts the signals of students.
func (s *State) sums() map[string]int {
	sums := map[string]int{}
	for signal, n := range s.signals {
		if signal != "" && n > 0 {
			sums[signal] = n
		}
	}
	return sums
}

func (s *State) staff() []PersonView {
	list := []PersonView{}
	for _, p := range s.People {
		if p.Role.Staff() && p.Present() {
			list = append(list, PersonView{ID: p.ID, Name: p.Name, Role: p.Role, Guest: p.Guest})
		}
	}
	slices.SortFunc(list, func(a, b PersonView) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// messages returns the chat of the person's space: what is private only to its author and to staff.
func (s *State) messages(p *Person) []*Message {
	c := s.Chats[p.Space]
	if c == nil {
		return []*Message{}
	}
	list := make([]*Message, 0, len(c.Messages))
	for _, m := range c.Messages {
		if !m.Private || m.By == p.ID || p.Role.Staff() {
			list = append(list, m)
		}
	}
	return list
}

func (p *Poll) view(id uuid.UUID, staff bool) *PollView {
	v := &PollView{
		Poll: p.ID, Kind: p.Kind, Question: p.Question, Options: orEmpty(p.Options), Picture: p.Picture, Graded: p.Graded,
		Closed: p.Closed, Shown: p.Shown, Answers: len(p.Answers),
	}
	if a, answered := p.Answers[id]; answered {
		v.Mine = &a
	}
	if staff && !p.Closed {
		v.Answered = slices.Collect(maps.Keys(p.Answers))
	}
	if staff || p.Shown {
		t := p.tally()
		v.Tally, v.Correct = &t, p.Correct
	}
	return v
}

func (w *WriteRound) view(id uuid.UUID, staff bool) *WriteView {
	v := &WriteView{Round: w.ID, Hanzi: w.Hanzi, Ends: w.Ends, Closed: w.Closed, Sheets: []*Sheet{}}
	for _, x := range w.Sheets {
		if staff || x.Shown || x.Person == id {
			v.Sheets = append(v.Sheets, x)
		}
	}
	slices.SortFunc(v.Sheets, func(a, b *Sheet) int { return strings.Compare(a.Name, b.Name) })
	return v
}

// lineOf is a person in the roster as staff or as others see it.
func (s *State) lineOf(p *Person, staff bool) PersonView {
	v := PersonView{ID: p.ID, Name: p.Name, Role: p.Role, Guest: p.Guest, Waiting: p.Waiting, Muted: p.Muted, Space: p.Space, Since: p.Since}
	if staff {
		v.Signal = p.Signal
	}
	return v
}
