package live

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/auth"
)

const (
	nodeLife      = 5 * time.Second  // a node that says nothing for so long is gone
	leaseLife     = 6 * time.Second  // of who archives and records a class
	recheckEvery  = 3 * time.Second  // how soon a suspension or demotion reaches a socket
	emptyRoom     = time.Minute      // a node keeps a room that it has nobody in
	abandoned     = 10 * time.Minute // a class that nobody is in is over after this
	keepEvery     = 5 * time.Second
	readinessEach = 30 * time.Second
)

// every calls do until ctx ends.
func every(ctx context.Context, d time.Duration, do func(context.Context)) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		do(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func nodeKey(node string) string { return "live:node:" + node }

// keepAlive tells the other nodes that this one is there.
func (h *Hub) keepAlive(ctx context.Context) {
	every(ctx, time.Second, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, redisWithin)
		defer cancel()
		h.cfg.Redis.Set(ctx, nodeKey(h.node), time.Now().UnixMilli(), nodeLife)
	})
}

// recheck closes connections whose session has ended or whose person is no member any more, and follows changes of role.
func (h *Hub) recheck(ctx context.Context) {
	every(ctx, recheckEvery, func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		for _, r := range h.roomsNow() {
			r.recheckSessions(ctx)
			r.recheckRoles(ctx)
		}
	})
}

func (r *Room) recheckSessions(ctx context.Context) {
	var conns []*conn
	var sessions []auth.Session
	r.mu.RLock()
	for c := range r.conns {
		if !c.who.Guest {
			conns, sessions = append(conns, c), append(sessions, c.session)
		}
	}
	r.mu.RUnlock()
	if len(conns) == 0 {
		return
	}
	alive, err := r.hub.cfg.Alive(ctx, sessions)
	if err != nil {
		return // who cannot be asked about stays
	}
	for i, c := range conns {
		if !alive[i] {
			c.close(CloseNotAllowed)
		}
	}
}

func (r *Room) recheckRoles(ctx context.Context) {
	people := map[uuid.UUID]Role{}
	r.mu.RLock()
	for c := range r.conns {
		people[c.person] = c.who.Role
	}
	r.mu.RUnlock()
	if len(people) == 0 {
		return
	}
	ids := make([]uuid.UUID, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	roles, err := r.hub.cfg.Members.Roles(ctx, r.class, ids)
	if err != nil {
		return
	}
	var changed []Event
	r.mu.Lock()
	for id, had := range people {
		role, member := roles[id]
		if !member {
			r.closePerson(id, CloseNotAllowed)
		} else if role != had {
			for c := range r.conns {
				if c.person == id {
					who := *c.who
					who.Role = role
					c.who = &who
				}
			}
			data, _ := json.Marshal(roleData{Person: id, Role: role})
			changed = append(changed, Event{Name: "person.role", Data: data})
		}
	}
	r.mu.Unlock()
	for _, e := range changed {
		r.note(e)
	}
	r.askReadiness(ctx, ids)
}

// askReadiness finds out how ready students are, for the teacher's roster.
func (r *Room) askReadiness(ctx context.Context, ids []uuid.UUID) {
	var unknown []uuid.UUID
	r.mu.Lock()
	due := time.Since(r.readyAt) > readinessEach
	for _, id := range ids {
		if p := r.state.People[id]; p != nil && p.Role == Student && !p.Guest {
			if _, known := r.readiness[id]; !known || due {
				unknown = append(unknown, id)
			}
		}
	}
	if due {
		r.readyAt = time.Now()
	}
	r.mu.Unlock()
	if len(unknown) == 0 {
		return
	}
	shares, err := r.hub.cfg.Members.Readiness(ctx, r.class, unknown)
	if err != nil {
		r.log("readiness", "error", err)
		return
	}
	r.mu.Lock()
	for _, id := range unknown {
		share, known := shares[id]
		if !known {
			share = -1 // asked, and not known
		}
		if old, had := r.readiness[id]; !had || old != share {
			r.readiness[id] = share
			r.dirty[id] = struct{}{}
		}
	}
	r.mu.Unlock()
}

// lease makes one node of all responsible for a class: it archives, records, keeps the state and finds dead nodes.
func (h *Hub) lease(ctx context.Context) {
	every(ctx, time.Second, func(ctx context.Context) {
		for _, r := range h.roomsNow() {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			r.duty(ctx)
			cancel()
		}
	})
}

var leaseScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`)

// duty does what the holder of the lease has to do.
func (r *Room) duty(ctx context.Context) {
	mine, err := leaseScript.Run(ctx, r.hub.cfg.Redis, []string{key(r.class, "lease")}, r.hub.node, leaseLife.Milliseconds()).Int()
	if err != nil {
		return // with Redis away nobody else can take it either
	}
	r.mu.Lock()
	r.holder = mine == 1
	r.record()
	ended := r.state.Phase == PhaseEnded
	empty := len(r.conns) == 0 && time.Since(r.emptySince) > emptyRoom
	alone := len(r.state.Nodes) == 0
	idle := len(r.conns) == 0 && alone && time.Since(r.emptySince) > abandoned
	begun := r.state.Phase == PhaseOpen
	due := append(r.state.due(r.class, time.Now()), r.risk()...)
	r.mu.Unlock()
	r.look() // announcements are sent at most once
	if mine == 1 {
		for _, e := range due {
			r.note(e)
		}
		r.findDead(ctx)
		r.keep(ctx, false)
		if err := r.archive(ctx); err != nil {
			r.log("archive", "error", err)
			return
		}
	}
	switch {
	case ended && mine == 1:
		r.finish(ctx)
	case idle && begun && mine == 1:
		r.note(Event{Name: "class.ended", Key: uuid.NewSHA1(r.class, []byte("abandoned"))})
	case empty && (mine == 0 || alone && !begun), ended && empty:
		r.hub.drop(r)
	}
}

// findDead says of nodes that have not been heard that they are gone, with everybody who was connected to them.
func (r *Room) findDead(ctx context.Context) {
	r.mu.RLock()
	var nodes []string
	for node := range r.state.Nodes {
		if node != r.hub.node {
			nodes = append(nodes, node)
		}
	}
	r.mu.RUnlock()
	for _, node := range nodes {
		err := r.hub.cfg.Redis.Get(ctx, nodeKey(node)).Err()
		if !errors.Is(err, redis.Nil) {
			delete(r.suspects, node)
			continue
		}
		// Twice in a row: after a restart of Redis everybody is missing for a moment.
		if r.suspects == nil {
			r.suspects = map[string]int{}
		}
		if r.suspects[node]++; r.suspects[node] < 2 {
			continue
		}
		delete(r.suspects, node)
		data, _ := json.Marshal(nodeGoneData{node, time.Now().Add(-nodeLife).UnixMilli()})
		r.note(Event{Name: "node.gone", To: ToNobody, Data: data})
	}
}

// rejoin says again who is here, after another node has taken this one for dead.
func (r *Room) rejoin() {
	for c := range r.conns {
		if r.joining[c.id] != nil {
			continue
		}
		data, _ := json.Marshal(joinedData{Person: c.person, Name: c.who.Name, Role: c.who.Role, Guest: c.who.Guest, Node: r.hub.node, Connection: c.id})
		r.gone = append(r.gone, Event{Name: "person.joined", By: c.person, To: ToNobody, Data: data})
	}
}

// keep stores the state when enough has changed since: what that costs stays a fixed share of what has come in, however
// large the board has grown.
func (r *Room) keep(ctx context.Context, now bool) {
	r.mu.RLock()
	due := r.unkept > 0 && (now || time.Since(r.keptAt) > keepEvery && r.unkept > r.keptSize/8)
	var b []byte
	at := position{r.epoch, r.state.Offset}
	var err error
	if due {
		b, err = json.Marshal(r.state)
	}
	r.mu.RUnlock()
	if !due || err != nil {
		return
	}
	if err := r.hub.log.Keep(ctx, r.class, at, b); err != nil {
		r.log("state not kept", "error", err)
		return
	}
	r.mu.Lock()
	r.unkept, r.keptSize, r.keptAt = 0, len(b), time.Now()
	r.mu.Unlock()
}

// archive stores what the archive does not have yet.
func (r *Room) archive(ctx context.Context) error {
	from, err := r.hub.log.Archived(ctx, r.class)
	if err != nil {
		return err
	}
	var events []Event
	if err := r.hub.log.Range(ctx, r.class, from, func(_ []byte, e Event) { events = append(events, e) }); err != nil {
		return err
	}
	for len(events) > 0 {
		n := min(len(events), 1000)
		if err := r.hub.cfg.Archive.Append(ctx, r.class, events[:n]); err != nil {
			return err
		}
		if err := r.hub.log.SetArchived(ctx, r.class, events[n-1].Offset); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// finish closes the books of a class that has ended: its log is archived to the end.
func (r *Room) finish(ctx context.Context) {
	r.mu.Lock()
	done := r.finished
	recorder := r.recorder
	r.recorder = nil
	r.mu.Unlock()
	if recorder != nil {
		recorder.Close()
	}
	if done {
		return
	}
	if err := r.hub.cfg.Archive.End(ctx, r.class, time.Now()); err != nil {
		r.log("end", "error", err)
		return
	}
	r.hub.cfg.Redis.SRem(ctx, openKey, r.class.String())
	r.mu.Lock()
	r.finished = true
	r.mu.Unlock()
}

// record starts or ends the recording of this node as the state and the lease say. mu is held.
func (r *Room) record() {
	want := r.holder && r.state.Recording && r.hub.cfg.Record != nil
	switch {
	case want && r.recorder == nil:
		r.recorder = r.hub.cfg.Record(r.class, time.Now())
		r.brief(r.recorder)
	case !want && r.recorder != nil:
		recorder := r.recorder
		r.recorder = nil
		go recorder.Close()
	}
}

// risk says when what is recorded begins to be at risk, and when it is safe again. mu is held.
func (r *Room) risk() []Event {
	if r.recorder == nil {
		return nil
	}
	now := r.recorder.AtRisk()
	if now == r.state.AtRisk {
		return nil
	}
	data, _ := json.Marshal(switchData{now})
	return []Event{{Name: "record.risk", To: ToStaff, Data: data}}
}

// brief tells a new recorder who is there and who has agreed to be recorded, as events of the log.
func (r *Room) brief(recorder Recorder) {
	say := func(name string, by uuid.UUID, data any) {
		b, _ := json.Marshal(data)
		recorder.Event(Event{Name: name, Offset: r.state.Offset, At: time.Now().UnixMilli(), By: by, Data: b})
	}
	for _, p := range r.state.People {
		say("person.joined", p.ID, joinedData{Person: p.ID, Name: p.Name, Role: p.Role, Guest: p.Guest})
		if p.Consent != nil {
			say("consent.given", p.ID, consentData{p.ID, *p.Consent})
		}
	}
	for _, a := range r.state.Air {
		say("air.changed", a.Person, a)
	}
	say("record.set", uuid.Nil, switchData{true})
}

// flush stores what this node still holds before it goes.
func (r *Room) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	r.mu.Lock()
	recorder := r.recorder
	r.recorder = nil
	holder := r.holder
	r.mu.Unlock()
	if recorder != nil {
		recorder.Close()
	}
	if holder {
		r.keep(ctx, true)
		if err := r.archive(ctx); err != nil {
			r.log("archive", "error", err)
		}
		r.hub.cfg.Redis.Del(ctx, key(r.class, "lease"))
	}
}

// sweep takes up classes that no node holds, since theirs died: their log goes to the archive, and they end when nobody
// comes back.
func (h *Hub) sweep(ctx context.Context) {
	every(ctx, 30*time.Second, func(ctx context.Context) {
		classes, err := h.cfg.Redis.SMembers(ctx, openKey).Result()
		if err != nil {
			return
		}
		for _, text := range classes {
			class, err := uuid.Parse(text)
			if err != nil || h.cfg.Redis.Exists(ctx, key(class, "lease")).Val() > 0 {
				continue
			}
			if h.cfg.Redis.Exists(ctx, key(class, "meta")).Val() == 0 {
				h.cfg.Redis.SRem(ctx, openKey, text) // it has run out
				continue
			}
			if _, err := h.room(class); err != nil {
				h.cfg.Log.Warn("live: class not taken up", "class", class, "error", err)
			}
		}
	})
}
