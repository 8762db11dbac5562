package live

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
)

// follow applies what the log announces and does what is due.
func (r *Room) follow() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-r.done:
			return
		case a := <-r.incoming:
			r.take(a)
		case <-r.behind:
			r.catchUp()
		case now := <-tick.C:
			r.tick(now)
		}
	}
}

// take applies one announcement.
func (r *Room) take(a announcement) {
	epoch := r.currentEpoch()
	if a.renewed || a.epoch != epoch {
		if a.epoch != epoch {
			r.reload(context.Background())
		}
		return
	}
	r.mu.Lock()
	gap := !r.applyAll(a.events)
	r.mu.Unlock()
	if gap {
		r.catchUp()
		return
	}
	r.wakeAll()
}

// catchUp reads from the stream what announcements have not brought: they are sent at most once.
func (r *Room) catchUp() {
	r.mu.RLock()
	offset := r.state.Offset
	r.mu.RUnlock()
	var events []placedEvent
	if err := r.hub.log.Range(context.Background(), r.class, offset, func(body []byte, e Event) {
		events = append(events, placedEvent{e, body})
	}); err != nil {
		r.log("catching up failed", "error", err)
		return
	}
	r.mu.Lock()
	ok := r.applyAll(events)
	r.mu.Unlock()
	if !ok {
		// The stream does not reach back so far: what it has been folded into does.
		r.mu.Lock()
		r.epoch = ""
		r.mu.Unlock()
		r.reload(context.Background())
		return
	}
	r.wakeAll()
}

// applyAll applies events that follow on the state and skips those that are in it; false when some are missing between.
func (r *Room) applyAll(events []placedEvent) bool {
	for _, e := range events {
		if e.Offset <= r.state.Offset {
			continue
		}
		if e.Offset != r.state.Offset+1 {
			return false
		}
		r.apply(e)
	}
	return true
}

// inSpace lists events that concern only the space they happen in, by the first part of their name.
var inSpace = map[string]bool{"chat": true, "deck": true, "page": true, "stroke": true, "object": true}

func isInSpace(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	return inSpace[first] || name == "air.changed"
}

// entryOf is an event as the ring holds it.
func entryOf(e placedEvent) entry {
	x := entry{
		body: e.body, offset: e.Offset, at: time.Now(), kind: durable, inside: isInSpace(e.Name), space: e.Space, regroups: isRegrouping(e.Name),
	}
	switch e.To {
	case "":
		x.to = toAll
	case ToStaff:
		x.to = toStaff
	case ToNobody:
		x.to = toNobody
		return x
	default:
		x.to = toPerson
		x.person, _ = uuid.Parse(e.To)
	}
	body := bodyFor(e)
	x.frame = appendFrame(make([]byte, 0, len(body)+10), opText, body)
	return x
}

// bodyFor is an event as it goes down. The right answers of a poll stay in the log until they are shown.
func bodyFor(e placedEvent) []byte {
	if e.Name != "poll.opened" {
		return e.body
	}
	p, err := read[Poll](e.Event)
	if err != nil {
		return e.body
	}
	x := e.Event
	x.Data, _ = json.Marshal(PollView{Poll: p.ID, Kind: p.Kind, Question: p.Question, Options: p.Options, Picture: p.Picture, Graded: p.Graded})
	body, _ := json.Marshal(x)
	return body
}

// apply folds one event in, passes it on and does what it entails here. mu is held.
func (r *Room) apply(e placedEvent) {
	r.state.Apply(e.Event)
	r.unkept += len(e.body)
	if r.recorder != nil {
		r.recorder.Event(e.Event)
	}
	r.ringMu.Lock()
	r.ring.push(entryOf(e))
	r.ringMu.Unlock()
	if after, listed := entails[e.Name]; listed {
		after(r, e.Event)
	}
}

// entails is what some events mean for the connections of this node.
var entails = map[string]func(*Room, Event){
	"person.joined": func(r *Room, e Event) {
		d, _ := read[joinedData](e)
		r.mark(e)
		r.completeJoin(d)
		r.cutSurplus(d.Person)
	},
	"person.left":     func(r *Room, e Event) { r.mark(e) },
	"person.role":     func(r *Room, e Event) { r.refresh(r.mark(e)) },
	"person.muted":    func(r *Room, e Event) { r.mark(e) },
	"signal.set":      func(r *Room, e Event) { r.mark(e) },
	"person.removed":  func(r *Room, e Event) { r.closePerson(r.mark(e), CloseRemoved) },
	"person.admitted": func(r *Room, _ Event) { r.admitted() },
	"node.gone": func(r *Room, e Event) {
		r.markAll()
		if d, _ := read[nodeGoneData](e); d.Node == r.hub.node {
			r.rejoin()
		}
	},
	"record.set":      func(r *Room, _ Event) { r.record() },
	"breakout.opened": func(r *Room, _ Event) { r.regroup() },
	"breakout.moved":  func(r *Room, e Event) { r.regroup() },
	"breakout.closed": func(r *Room, _ Event) { r.regroup() },
	"poll.answered":   func(r *Room, _ Event) { r.tallied = true },
	"poll.opened":     func(r *Room, _ Event) { r.tallied = true },
	"class.ended":     func(r *Room, _ Event) { r.endAll() },
}

// mark says that the roster's line of the event's person has changed, and whose it is.
func (r *Room) mark(e Event) uuid.UUID {
	d, _ := read[personData](e)
	if d.Person != uuid.Nil {
		r.dirty[d.Person] = struct{}{}
	}
	if p := r.state.People[d.Person]; e.Name == "person.role" || p != nil && p.Role.Staff() {
		r.restaffed = true
	}
	return d.Person
}

func (r *Room) markAll() {
	for id := range r.state.People {
		r.dirty[id] = struct{}{}
	}
	r.restaffed = true
}

// refresh brings a person's connections in line with the state.
func (r *Room) refresh(person uuid.UUID) {
	for c := range r.conns {
		if c.person == person && c.setRights(r.state) {
			r.restate(c)
		}
	}
}

// setRights takes over what the state says of the connection's person; true when they need the state anew.
func (c *conn) setRights(s *State) bool {
	p := s.People[c.person]
	if p == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	changed := c.staff != p.Role.Staff() || c.space != p.Space || c.waiting != p.Waiting
	c.staff, c.space, c.waiting = p.Role.Staff(), p.Space, p.Waiting
	return changed && c.joined
}

func (r *Room) admitted() {
	r.markAll()
	r.regroup()
}

// regroup gives everybody whose place has changed the state of where they are now.
func (r *Room) regroup() {
	r.markAll()
	for c := range r.conns {
		if c.setRights(r.state) {
			r.restate(c)
		}
	}
}

// restate sends the whole state to a connection, which goes on from there. mu is held.
func (r *Room) restate(c *conn) {
	j := r.joined(c)
	if !j.Waiting {
		j.Room = r.state.View(c.person)
	}
	frame := textFrame(Push{"state", j})
	r.ringMu.RLock()
	c.mu.Lock()
	c.own = append(c.own, frame)
	c.cursor = r.ring.head
	c.mu.Unlock()
	r.ringMu.RUnlock()
}

func (r *Room) closePerson(person uuid.UUID, code int) {
	for c := range r.conns {
		if c.person == person {
			c.close(code)
		}
	}
}

// cutSurplus closes the devices of a person that the state counts no more, since there are too many.
func (r *Room) cutSurplus(person uuid.UUID) {
	p := r.state.People[person]
	if p == nil || len(p.Connections) < maxConnections {
		return
	}
	for c := range r.conns {
		if c.person != person || r.joining[c.id] != nil {
			continue
		}
		kept := false
		for _, x := range p.Connections {
			kept = kept || x.ID == c.id
		}
		if !kept {
			c.close(CloseTooMany)
		}
	}
}

// endAll closes everybody once they have been told that the class is over.
func (r *Room) endAll() {
	conns := make([]*conn, 0, len(r.conns))
	for c := range r.conns {
		conns = append(conns, c)
	}
	time.AfterFunc(time.Second, func() {
		for _, c := range conns {
			c.close(CloseEnded)
		}
	})
}

// wakeAll starts writers where something has come.
func (r *Room) wakeAll() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	r.ringMu.RLock()
	defer r.ringMu.RUnlock()
	now := time.Now()
	var wake []*conn
	for c := range r.conns {
		if c.needsWriter(&r.ring, now) {
			wake = append(wake, c)
		}
	}
	r.hub.writers.add(wake...)
}

// tell pushes something of this node's to those it is for.
func (r *Room) tell(e entry, p Push) {
	e.frame, e.at = textFrame(p), time.Now()
	r.ringMu.Lock()
	r.ring.push(e)
	r.ringMu.Unlock()
	r.wakeAll()
}

// archiveRing stores what this node has seen of the log, before Redis's word counts again.
func (r *Room) archiveRing(ctx context.Context) {
	var events []Event
	r.ringMu.RLock()
	for i := r.ring.tail(); i < r.ring.head; i++ {
		if e := r.ring.at(i); e.kind == durable {
			var x Event
			if json.Unmarshal(e.body, &x) == nil {
				events = append(events, x)
			}
		}
	}
	r.ringMu.RUnlock()
	if len(events) == 0 {
		return
	}
	if err := r.hub.cfg.Archive.Append(ctx, r.class, events); err != nil {
		r.log("events could not be archived", "error", err)
	}
}
