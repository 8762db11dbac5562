package live

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// relay passes a media frame of somebody on air on to the room, here and on the other nodes.
func (r *Room) relay(c *conn, kind, flags byte, frame []byte, now time.Time) {
	r.mu.RLock()
	i := slices.IndexFunc(r.state.Air, func(a OnAir) bool { return a.Person == c.person && onAirWith(a, kind) })
	var slot int
	var space string
	if i >= 0 {
		slot, space = r.state.Air[i].Slot, r.state.Air[i].Space
	}
	others := len(r.state.Nodes) > 1
	p := r.state.People[c.person]
	recorder := r.recorder
	open := r.state.Phase == PhaseOpen
	r.mu.RUnlock()
	if i < 0 || p == nil || p.Space != space || !open {
		return
	}
	frame[1] = byte(slot)
	r.deliver(c.person, space, kind, flags, frame, now)
	if recorder != nil {
		recorder.Frame(c.person, space, frame, now)
	}
	if others {
		r.hub.shareFrame(r.class, c.person, space, frame)
	}
}

// onAirWith reports whether somebody is on air with this kind of media.
func onAirWith(a OnAir, kind byte) bool {
	switch kind {
	case kindVoice:
		return a.Voice
	case kindPicture:
		return a.Picture
	}
	return a.Screen
}

// deliver puts a frame into the ring for everybody in the space but its sender.
func (r *Room) deliver(person uuid.UUID, space string, kind, flags byte, frame []byte, now time.Time) {
	e := entry{
		frame: appendFrame(make([]byte, 0, len(frame)+4), opBinary, frame),
		at:    now, inside: true, space: space, person: person, kind: voice,
	}
	if kind != kindVoice {
		e.kind = picture
		e.slot = frame[1]
		if kind == kindScreen {
			e.slot += maxAir
		}
		e.slot %= 16
		e.key = flags&(flagKey|flagConfig) != 0
	}
	r.ringMu.Lock()
	r.ring.push(e)
	r.ringMu.Unlock()
	r.wakeAll()
}
