// Package recording writes what a class relays to the object store while the class runs, in pieces of some seconds. What
// is stored stays, whatever happens to the node.
package recording

import (
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/live"
)

const (
	pieceLife = 7 * time.Second // with the time that storing takes, less than ten seconds are lost with the node
	keyLife   = 2 * time.Second // a picture's piece ends before a key frame after this, and without one
	shotLife  = 9 * time.Second // after this: screens have a key frame every eight seconds
	waiting   = 4096            // frames that may wait to be written
	closing   = 20 * time.Second
)

// Piece is some seconds of one track: of one kind of media of one person in one space, from taking the air to leaving it.
type Piece struct {
	Class, Track uuid.UUID
	Number       int // from 0
	Person       uuid.UUID
	Name         string
	Kind         string // voice, picture, screen
	Space        string
	Start        int64 // Unix ms by the log's clock
	Length       int64 // ms
	Bytes        int64
	Key          string // in the object store
}

type item struct {
	event  *live.Event
	person uuid.UUID
	space  string
	frame  []byte
	at     time.Time
}

type person struct {
	name   string
	staff  bool
	agreed *bool
}

// may says whether somebody is recorded: staff, who press the button, unless they refuse; others when they agree.
func (p *person) may() bool {
	if p == nil {
		return false
	}
	if p.agreed != nil {
		return *p.agreed
	}
	return p.staff
}

type recorder struct {
	class  uuid.UUID
	log    *slog.Logger
	items  chan item
	quit   chan struct{}
	done   chan struct{}
	once   sync.Once
	lost   atomic.Int64 // frames that found the queue full
	out    *outbox
	on     bool
	people map[uuid.UUID]*person
	tracks map[trackOf]*track
}

type trackOf struct {
	person uuid.UUID
	kind   byte
}

func newRecorder(class uuid.UUID, out *outbox, log *slog.Logger) *recorder {
	r := &recorder{class: class, log: log, items: make(chan item, waiting), quit: make(chan struct{}), done: make(chan struct{}),
		out: out, people: map[uuid.UUID]*person{}, tracks: map[trackOf]*track{}}
	go r.run()
	return r
}

// names are the events that matter here.
var names = map[string]bool{"person.joined": true, "person.role": true, "consent.given": true, "air.changed": true, "record.set": true,
	"class.ended": true, "person.removed": true, "breakout.moved": true}

// Event is Recorder's.
func (r *recorder) Event(e live.Event) {
	if names[e.Name] {
		r.put(item{event: &e})
	}
}

// Frame is Recorder's.
func (r *recorder) Frame(person uuid.UUID, space string, frame []byte, at time.Time) {
	if len(frame) > header {
		r.put(item{person: person, space: space, frame: append([]byte(nil), frame...), at: at})
	}
}

func (r *recorder) put(i item) {
	select {
	case <-r.quit:
	case r.items <- i:
	default:
		if r.lost.Add(1)%1000 == 1 {
			r.log.Warn("recording: frames left out, the node is too slow", "class", r.class, "frames", r.lost.Load())
		}
	}
}

// AtRisk is Recorder's.
func (r *recorder) AtRisk() bool { return r.out.atRisk(time.Now()) }

// Close is Recorder's. When the store does not answer, it goes on trying after Close has returned.
func (r *recorder) Close() {
	r.once.Do(func() { close(r.quit) })
	<-r.done
	r.out.close(closing)
}

func (r *recorder) run() {
	defer close(r.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case i := <-r.items:
			r.take(i)
		case now := <-tick.C:
			r.cutOld(now)
		case <-r.quit:
			for len(r.items) > 0 {
				r.take(<-r.items)
			}
			r.endAll(func(*track) bool { return true })
			return
		}
	}
}

func (r *recorder) take(i item) {
	if i.event != nil {
		r.hear(*i.event)
		return
	}
	kind, flags := i.frame[0]>>4, i.frame[0]&15
	if kindNames[kind] == "" || flags&flagConfig != 0 || !r.on || !r.people[i.person].may() {
		return
	}
	of := trackOf{i.person, kind}
	t := r.tracks[of]
	if t != nil && (t.space != i.space || r.out.isCut(t.id)) {
		r.end(of, t)
		if t.space == i.space { // cut out while it is recorded: the person is not taken up again in this stay on air
			t.cut = true
			r.tracks[of] = t
		} else {
			t = nil
		}
	}
	if t != nil && t.cut {
		return
	}
	if t == nil {
		t = newTrack(i.person, r.people[i.person].name, kind, i.space)
		r.tracks[of] = t
	}
	t.write(i.frame, flags, i.at, func(p Piece, data []byte) { r.store(p, data) })
}

func (r *recorder) store(p Piece, data []byte) {
	p.Class = r.class
	p.Key = key(p)
	r.out.put(p, data)
}

func (r *recorder) end(of trackOf, t *track) {
	t.flush(r.store)
	delete(r.tracks, of)
}

func (r *recorder) endAll(which func(*track) bool) {
	for of, t := range r.tracks {
		if which(t) {
			r.end(of, t)
		}
	}
}

func (r *recorder) cutOld(now time.Time) {
	for _, t := range r.tracks {
		if !t.began.IsZero() && now.Sub(t.began) >= t.life() {
			t.flush(r.store)
		}
	}
}

// hear follows the log.
func (r *recorder) hear(e live.Event) {
	var d struct {
		Person  uuid.UUID `json:"person"`
		Name    string    `json:"name"`
		Role    live.Role `json:"role"`
		Agree   bool      `json:"agree"`
		On      bool      `json:"on"`
		Voice   bool      `json:"voice"`
		Picture bool      `json:"picture"`
		Screen  bool      `json:"screen"`
	}
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &d) != nil {
		return
	}
	p := r.people[d.Person]
	if p == nil && d.Person != uuid.Nil {
		p = &person{}
		r.people[d.Person] = p
	}
	own := func(t *track) bool { return t.person == d.Person }
	switch e.Name {
	case "record.set":
		if r.on = d.On; !d.On {
			r.endAll(func(*track) bool { return true })
		}
	case "class.ended":
		r.on = false
		r.endAll(func(*track) bool { return true })
	case "person.removed", "breakout.moved":
		r.endAll(own)
	}
	if p == nil {
		return
	}
	switch e.Name {
	case "person.joined":
		p.name, p.staff = d.Name, d.Role.Staff()
	case "person.role":
		p.staff = d.Role.Staff()
	case "consent.given":
		p.agreed = &d.Agree
	case "air.changed":
		if d.Name != "" {
			p.name = d.Name
		}
		r.endAll(func(t *track) bool {
			on := map[byte]bool{voice: d.Voice, picture: d.Picture, screen: d.Screen}[t.kind]
			return own(t) && !on
		})
	}
	if !p.may() {
		r.endAll(own)
	}
}
