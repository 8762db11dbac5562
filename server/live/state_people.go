package live

import (
	"slices"

	"github.com/google/uuid"
)

// count adds a person to the sums, or takes them out with -1; whatever decides where somebody is counted changes
// between the two.
func (s *State) count(p *Person, n int) {
	for _, c := range p.Connections {
		s.Nodes[c.Node] += n
		if s.Nodes[c.Node] == 0 {
			delete(s.Nodes, c.Node)
		}
	}
	if !p.Present() || p.Removed {
		return
	}
	if p.Waiting {
		s.waiting += n
	} else {
		s.present += n
	}
}

// change alters a person and keeps the sums.
func (s *State) change(id uuid.UUID, do func(*Person)) {
	if p := s.People[id]; p != nil {
		s.count(p, -1)
		do(p)
		s.count(p, 1)
	}
}

type joinedData struct {
	Person     uuid.UUID `json:"person"`
	Name       string    `json:"name"`
	Role       Role      `json:"role"`
	Guest      bool      `json:"guest,omitempty"`
	Node       string    `json:"node"`
	Connection uuid.UUID `json:"connection"`
	Waiting    bool      `json:"waiting,omitempty"`
}

func (s *State) applyJoined(e Event) error {
	d, err := read[joinedData](e)
	if err != nil {
		return err
	}
	if s.People[d.Person] == nil {
		s.People[d.Person] = &Person{ID: d.Person, Role: d.Role, Waiting: d.Waiting, Since: e.At}
		s.signals[""]++
	}
	s.change(d.Person, func(p *Person) {
		p.Name, p.Guest = d.Name, d.Guest
		if !p.Set {
			p.Role = d.Role
		}
		if p.Role.Staff() {
			p.Waiting = false
		}
		p.Connections = append(p.Connections, Connection{d.Connection, d.Node})
		if len(p.Connections) > maxConnections {
			p.Connections = slices.Delete(p.Connections, 0, 1) // its node closes it
		}
	})
	return nil
}

type leftData struct {
	Person     uuid.UUID `json:"person"`
	Connection uuid.UUID `json:"connection"`
	Seen       int64     `json:"seen"`
}

func (s *State) applyLeft(e Event) error {
	d, err := read[leftData](e)
	if err != nil {
		return err
	}
	s.change(d.Person, func(p *Person) {
		p.Connections = slices.DeleteFunc(p.Connections, func(c Connection) bool { return c.ID == d.Connection })
	})
	return nil
}

type nodeGoneData struct {
	Node string `json:"node"`
	Seen int64  `json:"seen"`
}

func (s *State) applyNodeGone(e Event) error {
	d, err := read[nodeGoneData](e)
	if err != nil {
		return err
	}
	for id := range s.People {
		s.change(id, func(p *Person) {
			p.Connections = slices.DeleteFunc(p.Connections, func(c Connection) bool { return c.Node == d.Node })
		})
	}
	return nil
}

type personData struct {
	Person uuid.UUID `json:"person,omitzero"`
}

func (s *State) applyAdmitted(e Event) error {
	d, err := read[personData](e)
	if err != nil {
		return err
	}
	for id, p := range s.People {
		if p.Waiting && (d.Person == uuid.Nil || d.Person == id) {
			s.change(id, func(p *Person) { p.Waiting = false })
		}
	}
	return nil
}

type roleData struct {
	Person uuid.UUID `json:"person"`
	Name   string    `json:"name,omitempty"`
	Role   Role      `json:"role"`
}

func (s *State) applyRole(e Event) error {
	d, err := read[roleData](e)
	if err != nil {
		return err
	}
	s.change(d.Person, func(p *Person) {
		p.Role, p.Set = d.Role, true
		if d.Role.Staff() {
			p.Waiting = false
		}
	})
	if d.Role == Observer {
		s.lower(d.Person)
		s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { return a.Person == d.Person })
	}
	return nil
}

type mutedData struct {
	Person uuid.UUID `json:"person,omitzero"`
	On     bool      `json:"on"`
}

func (s *State) applyMuted(e Event) error {
	d, err := read[mutedData](e)
	if err != nil {
		return err
	}
	if d.Person == uuid.Nil {
		s.Muted = d.On
	} else {
		s.change(d.Person, func(p *Person) { p.Muted, p.Given = d.On, p.Given && !d.On })
	}
	if d.On {
		for i, a := range s.Air {
			p := s.People[a.Person]
			if a.Person == d.Person || d.Person == uuid.Nil && p != nil && !p.Role.Staff() {
				s.Air[i].Voice = false
			}
		}
		s.dropSilent()
	}
	return nil
}

// dropSilent frees the slots of those who are neither heard nor seen.
func (s *State) dropSilent() {
	s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { return !a.Voice && !a.Picture && !a.Screen })
}

func (s *State) applyRemoved(e Event) error {
	d, err := read[personData](e)
	if err != nil {
		return err
	}
	s.change(d.Person, func(p *Person) { p.Removed = true })
	s.lower(d.Person)
	s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { return a.Person == d.Person })
	return nil
}

type handData struct {
	Person uuid.UUID `json:"person,omitzero"`
	Name   string    `json:"name,omitempty"`
}

func (s *State) applyHandRaised(e Event) error {
	d, err := read[handData](e)
	if err == nil && !slices.ContainsFunc(s.Hands, func(h Hand) bool { return h.Person == d.Person }) {
		s.Hands = append(s.Hands, Hand{d.Person, d.Name, e.At})
	}
	return err
}

func (s *State) applyHandLowered(e Event) error {
	d, err := read[handData](e)
	if err != nil {
		return err
	}
	if d.Person == uuid.Nil {
		s.Hands = nil
	}
	s.lower(d.Person)
	return nil
}

func (s *State) lower(person uuid.UUID) {
	s.Hands = slices.DeleteFunc(s.Hands, func(h Hand) bool { return h.Person == person })
}

type signalData struct {
	Person uuid.UUID `json:"person"`
	Value  string    `json:"value"`
}

func (s *State) applySignal(e Event) error {
	d, err := read[signalData](e)
	if p := s.People[d.Person]; err == nil && p != nil {
		s.signals[p.Signal]--
		p.Signal = d.Value
		s.signals[p.Signal]++
	}
	return err
}

func (s *State) applyAirGiven(e Event) error {
	d, err := read[personData](e)
	if p := s.People[d.Person]; err == nil && p != nil {
		p.Given, p.Muted = true, false
		s.lower(d.Person)
	}
	return err
}

func (s *State) applyAirChanged(e Event) error {
	d, err := read[OnAir](e)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.Air, func(a OnAir) bool { return a.Person == d.Person })
	switch {
	case !d.Voice && !d.Picture && !d.Screen:
		if i >= 0 {
			s.Air = slices.Delete(s.Air, i, i+1)
		}
		if p := s.People[d.Person]; p != nil && e.By != d.Person {
			p.Given = false
		}
	case i >= 0:
		d.Slot, d.Space = s.Air[i].Slot, s.Air[i].Space
		s.Air[i] = d
	case d.Slot < maxAir && !slices.ContainsFunc(s.Air, func(a OnAir) bool { return a.Slot == d.Slot && a.Space == e.Space }):
		d.Space = e.Space
		s.Air = append(s.Air, d)
	}
	return nil
}

// freeSlot returns the first slot that nobody has in a space; ok is false when all are taken.
func (s *State) freeSlot(space string) (slot int, ok bool) {
	for slot := range maxAir {
		if !slices.ContainsFunc(s.Air, func(a OnAir) bool { return a.Slot == slot && a.Space == space }) {
			return slot, true
		}
	}
	return 0, false
}

type breakoutData struct {
	Spaces []breakoutSpace `json:"spaces"`
	Ends   int64           `json:"ends,omitempty"`
}

type breakoutSpace struct {
	Space
	Page uuid.UUID `json:"page"`
}

func (s *State) applyBreakoutOpened(e Event) error {
	d, err := read[breakoutData](e)
	if err != nil {
		return err
	}
	s.Spaces, s.Ends = nil, d.Ends
	for _, p := range s.People {
		p.Space = ""
	}
	for _, sp := range d.Spaces {
		s.Spaces = append(s.Spaces, sp.Space)
		// Opened again, as to call all back in a minute, a room keeps what was made in it.
		if s.Boards[sp.ID] == nil {
			s.Boards[sp.ID] = newBoard(sp.Page)
			s.Chats[sp.ID] = &Chat{}
		}
		for _, id := range sp.People {
			if p := s.People[id]; p != nil {
				p.Space = sp.ID
			}
		}
	}
	s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { p := s.People[a.Person]; return p != nil && p.Space != "" })
	return nil
}

type movedData struct {
	Person uuid.UUID `json:"person"`
	Space  string    `json:"space"`
}

func (s *State) applyBreakoutMoved(e Event) error {
	d, err := read[movedData](e)
	p := s.People[d.Person]
	if err != nil || p == nil || d.Space != "" && !slices.ContainsFunc(s.Spaces, func(x Space) bool { return x.ID == d.Space }) {
		return err
	}
	p.Space = d.Space
	for i := range s.Spaces {
		x := &s.Spaces[i]
		x.People = slices.DeleteFunc(x.People, func(id uuid.UUID) bool { return id == d.Person })
		if x.ID == d.Space {
			x.People = append(x.People, d.Person)
		}
	}
	s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { return a.Person == d.Person })
	return nil
}

func (s *State) applyBreakoutClosed(Event) error {
	for _, x := range s.Spaces {
		delete(s.Boards, x.ID)
		delete(s.Chats, x.ID)
	}
	for _, p := range s.People {
		if p.Space != "" {
			p.Space = ""
			s.Air = slices.DeleteFunc(s.Air, func(a OnAir) bool { return a.Person == p.ID })
		}
	}
	s.Spaces, s.Ends = nil, 0
	return nil
}
