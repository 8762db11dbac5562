package live

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// joinWith is what comes along with join.
type joinWith struct {
	Epoch  string `json:"epoch"`
	Offset uint64 `json:"offset"`
	Video  bool   `json:"video"`
}

// resume is where somebody who comes back stands, and what the stream has for them from there on.
type resume struct {
	cmd    Command
	with   joinWith
	events []placedEvent
	ok     bool // events reach back to where they stand
}

// join begins to let a connection in: the log is told, and when it tells us, completeJoin answers.
func (r *Room) join(c *conn, cmd Command, w joinWith) {
	back := &resume{cmd: cmd, with: w}
	r.mu.RLock()
	epoch, offset, p := r.epoch, r.state.Offset, r.state.People[c.person]
	phase, removed := r.state.Phase, p != nil && p.Removed
	r.ringMu.RLock()
	_, near := r.ring.after(w.Offset, offset)
	r.ringMu.RUnlock()
	r.mu.RUnlock()
	switch {
	case phase == PhaseEnded:
		c.close(CloseEnded)
		return
	case removed:
		c.close(CloseRemoved)
		return
	}
	if w.Epoch == epoch && w.Offset < offset && !near {
		next := w.Offset + 1
		err := r.hub.log.Range(context.Background(), r.class, w.Offset, func(body []byte, e Event) {
			back.events = append(back.events, placedEvent{e, body})
		})
		back.ok = err == nil && len(back.events) > 0 && back.events[0].Offset == next
	}
	r.mu.Lock()
	c.pictures = w.Video
	r.joining[c.id], r.missed[c.id] = c, back
	r.conns[c] = struct{}{}
	r.mu.Unlock()
	data, _ := json.Marshal(joinedData{
		Person: c.person, Name: c.who.Name, Role: c.who.Role, Guest: c.who.Guest, Node: r.hub.node, Connection: c.id, Waiting: c.who.WaitingRoom && !c.who.Role.Staff(),
	})
	r.note(Event{Name: "person.joined", By: c.person, To: ToNobody, Key: c.id, Data: data})
}

// completeJoin answers join at the place in the log where the person has joined. mu is held.
func (r *Room) completeJoin(d joinedData) {
	c := r.joining[d.Connection]
	if c == nil {
		return
	}
	back := r.missed[d.Connection]
	delete(r.joining, d.Connection)
	delete(r.missed, d.Connection)
	c.setRights(r.state)
	j := r.joined(c)
	place, recovered := r.placeOf(c, back)
	j.Recovered = recovered
	if !recovered && !j.Waiting {
		j.Room = r.state.View(c.person)
	}
	if !recovered {
		place = r.head()
	}
	frames := [][]byte{textFrame(Reply{ID: back.cmd.ID, Offset: r.state.Offset, Result: j})}
	if recovered {
		frames = append(frames, r.countFrame()) // pushes are not in the log
	}
	c.mu.Lock()
	if recovered {
		for _, e := range back.events {
			if x := entryOf(e); x.frame != nil && c.gets(&x) {
				frames = append(frames, x.frame)
			}
		}
	}
	c.own = append(c.own, frames...)
	c.cursor, c.joined = place, true
	c.mu.Unlock()
	c.wake()
}

func (r *Room) head() uint64 {
	r.ringMu.RLock()
	defer r.ringMu.RUnlock()
	return r.ring.head
}

// placeOf finds where somebody who comes back goes on in the ring, after what the stream has brought; false when a part
// is missing, or when the rooms have been regrouped meanwhile, so that the whole state is the better answer.
func (r *Room) placeOf(c *conn, back *resume) (uint64, bool) {
	w := back.with
	if w.Epoch == "" || w.Epoch != r.epoch || w.Offset > r.state.Offset || c.waiting {
		return 0, false
	}
	last := w.Offset
	if back.ok {
		for _, e := range back.events {
			if isRegrouping(e.Name) {
				return 0, false
			}
			last = e.Offset
		}
	} else {
		back.events = nil
	}
	r.ringMu.RLock()
	defer r.ringMu.RUnlock()
	place, ok := r.ring.after(last, r.state.Offset)
	if !ok {
		return 0, false
	}
	for i := place; i < r.ring.head; i++ {
		if e := r.ring.at(i); e.kind == durable && e.regroups {
			return 0, false
		}
	}
	return place, true
}

func isRegrouping(name string) bool {
	return name == "breakout.opened" || name == "breakout.moved" || name == "breakout.closed" || name == "person.role" || name == "person.admitted"
}

// joined is what a connection is told of itself and the class, without the state.
func (r *Room) joined(c *conn) Joined {
	role, waiting := c.who.Role, false
	if p := r.state.People[c.person]; p != nil {
		role, waiting = p.Role, p.Waiting
	}
	return Joined{
		You:   You{c.person, c.who.Name, role, c.who.Guest, c.id},
		Epoch: r.epoch, Offset: r.state.Offset, Waiting: waiting,
		Ticket: r.hub.tickets.issue(r.class, *c.who, c.session, resumeTicketLife),
		Class:  ClassView{r.class, c.who.Title, c.who.Course, c.who.Language},
	}
}

// leave takes a connection out; whoever reads from it calls it once.
func (r *Room) leave(c *conn) {
	_ = c.net.Close()
	r.mu.Lock()
	delete(r.conns, c)
	delete(r.joining, c.id)
	delete(r.missed, c.id)
	if len(r.conns) == 0 {
		r.emptySince = time.Now()
	}
	r.mu.Unlock()
	r.hub.forget(c)
	data, _ := json.Marshal(leftData{Person: c.person, Connection: c.id, Seen: c.heard.Load()})
	r.note(Event{Name: "person.left", By: c.person, To: ToNobody, Data: data})
}

// personMay takes from the bucket of a person, which all their devices share.
func (r *Room) personMay(person uuid.UUID, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.persons[person]
	if b == nil {
		b = &bucket{}
		r.persons[person] = b
	}
	return b.take(personRate, now)
}

// pong notes how well somebody is connected.
func (r *Room) pong(c *conn, cmd Command, now time.Time) {
	var d struct {
		Sent  int64   `json:"sent"`
		Delay int     `json:"delay"`
		Loss  float64 `json:"loss"`
	}
	if json.Unmarshal(cmd.With, &d) != nil {
		return
	}
	q := quality{delay: int(min(60_000, max(0, now.UnixMilli()-d.Sent))), loss: min(1, max(0, d.Loss))}
	r.mu.Lock()
	if old := r.quality[c.person]; grade(old) != grade(q) {
		r.dirty[c.person] = struct{}{}
	}
	r.quality[c.person] = q
	r.mu.Unlock()
}

// grade is what the bars of a connection show; the roster is told when it changes.
func grade(q quality) int {
	switch {
	case q.delay == 0:
		return 0
	case q.loss > 0.1 || q.delay > 1500:
		return 1
	case q.loss > 0.02 || q.delay > 500:
		return 2
	}
	return 3
}

// line is a person's line in the roster.
func (r *Room) line(p *Person, staff bool) PersonView {
	v := r.state.lineOf(p, staff)
	q := r.quality[p.ID]
	v.Delay, v.Loss = q.delay, q.loss
	if share, known := r.readiness[p.ID]; staff && known && share >= 0 {
		v.Readiness = &share
	}
	return v
}

// fewEnough is up to how many people students see who is there; above that they see how many.
const fewEnough = 300

// people is the roster as staff or as others see it.
func (r *Room) people(staff bool) []PersonView {
	list := []PersonView{}
	if !staff && r.state.present > fewEnough {
		return list
	}
	for _, p := range r.state.People {
		if p.Present() && !p.Removed && (staff || !p.Waiting) {
			list = append(list, r.line(p, staff))
		}
	}
	return list
}

// tellRoster pushes the lines that have changed. mu is held.
func (r *Room) tellRoster() []entry {
	if len(r.dirty) == 0 {
		return nil
	}
	var out []entry
	for _, staff := range []bool{true, false} {
		if !staff && r.state.present > fewEnough {
			continue
		}
		changed, gone := []PersonView{}, []uuid.UUID{}
		for id := range r.dirty {
			if p := r.state.People[id]; p == nil || !p.Present() || p.Removed || !staff && p.Waiting {
				gone = append(gone, id)
			} else {
				changed = append(changed, r.line(p, staff))
			}
		}
		to := toWatchers
		if staff {
			to = toStaffWatches
		}
		out = append(out, entry{to: to, kind: steady, at: time.Now(), frame: textFrame(Push{"roster", map[string]any{"people": changed, "gone": gone}})})
	}
	clear(r.dirty)
	return out
}
