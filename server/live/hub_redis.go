package live

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

// openKey is the set of classes whose log is not in the archive to its end.
const openKey = "live:open"

// shared is what nodes tell each other beside the log.
type shared struct {
	Kind     string    `json:"kind"` // moment
	Space    string    `json:"space"`
	Person   uuid.UUID `json:"person"`
	Topic    string    `json:"topic,omitempty"`
	Fleeting bool      `json:"fleeting,omitempty"`
	Push     Push      `json:"push"`
}

// outgoing is a message to the other nodes of a class.
type outgoing struct {
	channel string
	payload string
}

// share tells the other nodes; what does not fit into the queue is dropped, as nothing hangs on it.
func (h *Hub) share(class uuid.UUID, s shared) {
	b, err := json.Marshal(s)
	if err != nil {
		return
	}
	h.queue(outgoing{key(class, "now"), h.node + "m" + string(b)})
}

// shareFrame passes a media frame to the other nodes: node, f, person, length of the space's name, space, frame.
func (h *Hub) shareFrame(class, person uuid.UUID, space string, frame []byte) {
	b := make([]byte, 0, len(frame)+64)
	b = append(b, h.node...)
	b = append(b, 'f')
	b = append(b, person[:]...)
	b = append(b, byte(len(space)))
	b = append(b, space...)
	h.queue(outgoing{key(class, "now"), string(append(b, frame...))})
}

func (h *Hub) queue(o outgoing) {
	select {
	case h.frames <- o:
	default:
	}
}

// publish sends what is queued, many in one round trip.
func (h *Hub) publish(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-h.frames:
			pipe := h.cfg.Redis.Pipeline()
			pipe.Publish(ctx, o.channel, o.payload)
			for range min(len(h.frames), 127) {
				o := <-h.frames
				pipe.Publish(ctx, o.channel, o.payload)
			}
			if _, err := pipe.Exec(ctx); err != nil && ctx.Err() == nil {
				time.Sleep(50 * time.Millisecond)
			}
		}
	}
}

// listen reads the subscriptions and hands each message to its room. It never waits for a room.
func (h *Hub) listen(ctx context.Context) {
	for ctx.Err() == nil {
		m, err := h.sub.Receive(ctx)
		if err != nil {
			if ctx.Err() == nil {
				time.Sleep(50 * time.Millisecond) // it connects and subscribes again by itself
			}
			continue
		}
		switch m := m.(type) {
		case *redis.Message:
			h.route(m.Channel, m.Payload)
		case *redis.Subscription:
			// After a cut, what was announced meanwhile is missing.
			if r := h.roomOf(m.Channel); r != nil && m.Kind == "subscribe" {
				r.look()
			}
		}
	}
}

func (h *Hub) roomOf(channel string) *Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.byChannel[channel]
}

func (h *Hub) route(channel, payload string) {
	r := h.roomOf(channel)
	if r == nil {
		return
	}
	if strings.HasSuffix(channel, ":now") {
		r.hear(payload)
		return
	}
	a, err := readAnnouncement(payload)
	if err != nil {
		r.log("announcement", "error", err)
		r.look()
		return
	}
	select {
	case r.incoming <- a:
	default:
		r.look() // it catches up from the stream
	}
}

// look asks the room to see what Redis has.
func (r *Room) look() {
	select {
	case r.behind <- struct{}{}:
	default:
	}
}

// hear takes what another node shares.
func (r *Room) hear(payload string) {
	n := len(r.hub.node)
	if len(payload) <= n || payload[:n] == r.hub.node {
		return
	}
	kind, rest := payload[n], payload[n+1:]
	if kind == 'm' {
		var s shared
		if json.Unmarshal([]byte(rest), &s) != nil {
			return
		}
		e := entry{kind: latest, topic: s.Topic, inside: true, space: s.Space, person: s.Person}
		if s.Fleeting {
			e.kind = fleeting
		}
		r.tell(e, s.Push)
		return
	}
	if kind != 'f' || len(rest) < 17 || len(rest) < 17+int(rest[16]) {
		return
	}
	person := uuid.UUID([]byte(rest[:16]))
	space, frame := rest[17:17+int(rest[16])], []byte(rest[17+int(rest[16]):])
	media, flags, ok := mediaKind(frame)
	if !ok {
		return
	}
	now := time.Now()
	r.deliver(person, space, media, flags, frame, now)
	r.mu.RLock()
	recorder := r.recorder
	r.mu.RUnlock()
	if recorder != nil {
		recorder.Frame(person, space, frame, now)
	}
}
