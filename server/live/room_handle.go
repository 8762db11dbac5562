package live

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
)

// handlers are the commands that become no event of the log: they ask, or they tell a moment.
var handlers = map[string]func(*Room, *conn, Command) error{
	"join":         (*Room).joinAgain,
	"view":         (*Room).view,
	"roster.watch": (*Room).watch,
	"page.get":     (*Room).page,
	"react":        (*Room).react,
	"typing":       (*Room).typing,
	"pointer":      (*Room).pointer,
	"speaking":     (*Room).speaking,
}

func (r *Room) joinAgain(*conn, Command) error { return errBad }

func (r *Room) view(c *conn, cmd Command) error {
	var w joinWith
	if json.Unmarshal(cmd.With, &w) != nil {
		return errBad
	}
	c.mu.Lock()
	c.pictures, c.hungry = w.Video, 0xffff
	c.mu.Unlock()
	c.reply(cmd, 0, nil, nil)
	return nil
}

func (r *Room) watch(c *conn, cmd Command) error {
	var d switchData
	if json.Unmarshal(cmd.With, &d) != nil {
		return errBad
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.state.People[c.person]; p == nil || p.Waiting {
		return errForbidden
	}
	people := []PersonView{}
	if d.On {
		people = r.people(c.isStaff())
	}
	c.mu.Lock()
	c.watching = d.On
	c.mu.Unlock()
	// Changes that are under way and come after this are in it already; they say the same again.
	c.reply(cmd, 0, map[string]any{"people": people, "count": r.state.present}, nil)
	return nil
}

func (c *conn) isStaff() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.staff
}

func (r *Room) page(c *conn, cmd Command) error {
	var d pageData
	if json.Unmarshal(cmd.With, &d) != nil {
		return errBad
	}
	r.mu.Lock() // objects keeps what it has encoded
	defer r.mu.Unlock()
	p := r.state.People[c.person]
	if p == nil || p.Waiting {
		return errForbidden
	}
	page := r.state.Boards[p.Space].page(d.Page)
	if page == nil {
		return errNotFound
	}
	c.reply(cmd, r.state.Offset, map[string]any{"objects": page.objects()}, nil)
	return nil
}

// moment passes on what has no place in the log, here and on the other nodes that hold the class.
func (r *Room) moment(c *conn, name string, check func(*State, *Person) error, e entry, data map[string]any) error {
	r.mu.RLock()
	p := r.state.People[c.person]
	var err error
	switch {
	case p == nil || p.Waiting || p.Removed || r.state.Phase == PhaseEnded:
		err = errForbidden
	case check != nil:
		err = check(r.state, p)
	}
	others := len(r.state.Nodes) > 1
	if err == nil {
		e.inside, e.space = true, p.Space
	}
	r.mu.RUnlock()
	if err != nil {
		return err
	}
	data["person"] = c.person
	e.person = c.person
	r.tell(e, Push{name, data})
	if others {
		r.hub.share(r.class, shared{Kind: "moment", Space: e.space, Person: c.person, Topic: e.topic, Fleeting: e.kind == fleeting, Push: Push{name, data}})
	}
	return nil
}

func (r *Room) react(c *conn, cmd Command) error {
	var d struct {
		Emoji string `json:"emoji"`
	}
	if json.Unmarshal(cmd.With, &d) != nil || !slices.Contains(reactions, d.Emoji) {
		return errBad
	}
	err := r.moment(c, "reaction", nil, entry{kind: fleeting}, map[string]any{"emoji": d.Emoji})
	if err == nil {
		c.reply(cmd, 0, nil, nil)
	}
	return err
}

func (r *Room) typing(c *conn, cmd Command) error {
	err := r.moment(c, "typing", func(s *State, p *Person) error {
		if p.Role == Observer || s.Locks["chat"] && !p.Role.Staff() {
			return errLocked
		}
		return nil
	}, entry{kind: fleeting}, map[string]any{"name": c.who.Name})
	if err == nil {
		c.reply(cmd, 0, nil, nil)
	}
	return err
}

func (r *Room) pointer(c *conn, cmd Command) error {
	var d struct {
		Page uuid.UUID `json:"page"`
		X    float64   `json:"x"`
		Y    float64   `json:"y"`
	}
	if json.Unmarshal(cmd.With, &d) != nil {
		return errBad
	}
	drawing := rule{who: drawers, before: true}
	err := r.moment(c, "pointer", drawing.check, entry{kind: latest, topic: "pointer:" + c.person.String()}, map[string]any{"page": d.Page, "x": d.X, "y": d.Y})
	if err == nil {
		c.reply(cmd, 0, nil, nil)
	}
	return err
}

func (r *Room) speaking(c *conn, cmd Command) error {
	var d switchData
	if json.Unmarshal(cmd.With, &d) != nil {
		return errBad
	}
	err := r.moment(c, "speaking", func(s *State, p *Person) error {
		if !slices.ContainsFunc(s.Air, func(a OnAir) bool { return a.Person == p.ID }) {
			return errForbidden
		}
		return nil
	}, entry{kind: latest, topic: "speaking:" + c.person.String()}, map[string]any{"on": d.On})
	if err == nil {
		c.reply(cmd, 0, nil, nil)
	}
	return err
}

// tick does what is due ten times a second.
func (r *Room) tick(now time.Time) {
	r.mu.Lock()
	out := r.tellRoster()
	if counts := [2]int{r.state.present, r.state.waiting}; r.restaffed || counts != r.counted && now.Sub(r.lastCount) >= countEvery(r.state.present) {
		r.counted, r.lastCount, r.restaffed = counts, now, false
		out = append(out, entry{kind: steady, at: now, frame: r.countFrame()})
	}
	if p := r.state.Poll; r.tallied && p != nil && now.Sub(r.lastTally) >= 500*time.Millisecond {
		r.tallied, r.lastTally = false, now
		to := toStaff
		if p.Shown {
			to = toAll
		}
		out = append(out, entry{kind: steady, to: to, at: now, frame: textFrame(Push{"tally", map[string]any{"poll": p.ID, "tally": p.tally(), "answers": len(p.Answers)}})})
	}
	if now.Sub(r.lastPing) >= pingEvery {
		r.lastPing = now
		out = append(out, entry{kind: steady, at: now, frame: textFrame(Push{"ping", map[string]int64{"sent": now.UnixMilli()}})})
		r.cutSilent(now)
	}
	gone := r.gone
	if !r.down {
		r.gone = nil
	} else {
		gone = nil
	}
	r.ringMu.Lock()
	for _, e := range out {
		r.ring.push(e)
	}
	r.ringMu.Unlock()
	r.mu.Unlock()
	for _, e := range gone {
		r.note(e)
	}
	if len(out) > 0 {
		r.wakeAll()
	}
}

// countFrame tells how many there are and who leads. mu is held.
func (r *Room) countFrame() []byte {
	return textFrame(Push{"count", map[string]any{"people": r.state.present, "waiting": r.state.waiting, "staff": r.state.staff()}})
}

// countEvery is how often people are told how many they are: a crowd that comes at once is told less often.
func countEvery(present int) time.Duration {
	if present > fewEnough {
		return 2 * time.Second
	}
	return 500 * time.Millisecond
}

// cutSilent closes connections that have not been heard for too long. mu is held.
func (r *Room) cutSilent(now time.Time) {
	for c := range r.conns {
		if now.UnixMilli()-c.heard.Load() > cutAfter.Milliseconds() {
			c.close(CloseSilent)
			// A line that is dead takes no close frame either.
			time.AfterFunc(time.Second, c.hangUp)
		}
	}
}
