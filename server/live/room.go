package live

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Room is a class as one node holds it: the fold of its log, and the connections of this node.
//
// Locks are taken in this order: mu, ringMu, a connection's mu. Entries of the log are pushed to the ring with mu held,
// so a place in the ring read under mu belongs to the state read under mu.
type Room struct {
	hub   *Hub
	class uuid.UUID
	log   func(msg string, args ...any)

	asks     chan asking
	incoming chan announcement // from the reader of Redis, which must not wait: see Hub.route
	behind   chan struct{}     // asks for a look at what Redis has
	done     chan struct{}
	closing  sync.Once

	mu         sync.RWMutex
	state      *State
	epoch      string
	conns      map[*conn]struct{}
	joining    map[uuid.UUID]*conn // whose person.joined is under way, by connection
	missed     map[uuid.UUID]*resume
	gone       []Event // person.left that could not be written yet
	quality    map[uuid.UUID]quality
	readiness  map[uuid.UUID]float64
	persons    map[uuid.UUID]*bucket // commands of a person over all devices of this node
	dirty      map[uuid.UUID]struct{}
	counted    [2]int // present and waiting, as last told
	restaffed  bool   // staff have come or gone since it was told
	tallied    bool   // the tally has changed since it was told
	down       bool   // the log cannot be written
	lastCount  time.Time
	lastTally  time.Time
	lastPing   time.Time
	emptySince time.Time
	unkept     int // bytes of events since the state was kept
	keptSize   int // bytes of the state when it was kept
	keptAt     time.Time
	holder     bool           // of the lease
	recorder   Recorder       // while this node records
	finished   bool           // the archive knows that the class has ended
	readyAt    time.Time      // when readiness was asked for
	suspects   map[string]int // nodes that have not been heard; of duty alone

	ringMu sync.RWMutex
	ring   ring
}

// quality is how well somebody is connected.
type quality struct {
	delay int // ms there and back
	loss  float64
}

// asking is a command on its way to the log; conn is nil for what the platform does.
type asking struct {
	conn  *conn
	cmd   Command
	event *Event // instead of a command
}

const (
	asksQueued     = 1024
	incomingQueued = 4096
	batchSize      = 64
)

func newRoom(h *Hub, class uuid.UUID) *Room {
	return &Room{
		hub: h, class: class, asks: make(chan asking, asksQueued), incoming: make(chan announcement, incomingQueued),
		behind: make(chan struct{}, 1), done: make(chan struct{}),
		conns: map[*conn]struct{}{}, joining: map[uuid.UUID]*conn{}, missed: map[uuid.UUID]*resume{}, quality: map[uuid.UUID]quality{},
		readiness: map[uuid.UUID]float64{}, persons: map[uuid.UUID]*bucket{}, dirty: map[uuid.UUID]struct{}{}, emptySince: time.Now(),
		log: func(msg string, args ...any) { h.cfg.Log.Warn("live: "+msg, append(args, "class", class)...) },
	}
}

// open reads the log, or begins it when there is none, and starts the room's loops. The channel is subscribed already.
func (r *Room) open(ctx context.Context) error {
	s, at, err := r.hub.log.Load(ctx, r.class)
	if errors.Is(err, errNoLog) {
		if err = r.begin(ctx); err == nil {
			s, at, err = r.hub.log.Load(ctx, r.class)
		}
	}
	if err != nil {
		return err
	}
	r.state, r.epoch = s, at.Epoch
	r.hub.loops.Go(r.follow)
	r.hub.loops.Go(r.work)
	return nil
}

// begin makes the log of a class from what the archive has, which is nothing for a new class.
func (r *Room) begin(ctx context.Context) error {
	events, err := r.hub.cfg.Archive.Load(ctx, r.class)
	if err != nil {
		return err
	}
	s := NewState(r.class)
	for _, e := range events {
		s.Apply(e)
	}
	for _, p := range s.People {
		s.change(p.ID, func(p *Person) { p.Connections = nil })
	}
	if len(events) == 0 {
		data, _ := json.Marshal(openedData{Page: uuid.NewSHA1(r.class, []byte("page"))})
		s.Boards[""] = newBoard(uuid.NewSHA1(r.class, []byte("page")))
		if err := r.hub.log.Renew(ctx, r.class, "", s); err != nil {
			return err
		}
		_, at, err := r.hub.log.Load(ctx, r.class)
		if err != nil {
			return err
		}
		_, _, err = r.hub.log.Append(ctx, r.class, at, []Event{{Name: "class.opened", Key: uuid.NewSHA1(r.class, []byte("opened")), Data: data}})
		return err
	}
	s.Offset += renewGap
	return r.hub.log.Renew(ctx, r.class, "", s)
}

// renewGap is left between a lost log and the one that follows: offsets that were given out and lost are never given to
// something else.
const renewGap = 1000

// work writes commands to the log, in the order in which they came, as many at a time as there are.
func (r *Room) work() {
	for {
		select {
		case <-r.done:
			return
		case first := <-r.asks:
			batch := append(make([]asking, 0, batchSize), first)
			for len(batch) < batchSize {
				select {
				case next := <-r.asks:
					batch = append(batch, next)
					continue
				default:
				}
				break
			}
			r.answer(batch)
		}
	}
}

// maxAsking is how many commands of a connection may be under way.
const maxAsking = 64

// ask answers a command, or queues it for the log. It never waits: the reader must go on hearing its connection while
// the log cannot be written.
func (r *Room) ask(c *conn, cmd Command) {
	if do, asks := handlers[cmd.Do]; asks {
		if err := do(r, c, cmd); err != nil {
			c.reply(cmd, 0, nil, err)
		}
		return
	}
	if c.asking.Add(1) > maxAsking {
		c.asking.Add(-1)
		c.reply(cmd, 0, nil, errTooFast)
		return
	}
	select {
	case r.asks <- asking{conn: c, cmd: cmd}:
	default:
		c.asking.Add(-1)
		c.reply(cmd, 0, nil, errUnavailable)
	}
}

// answered answers a command that was queued.
func (r *Room) answered(a asking, offset uint64, err error) {
	a.conn.asking.Add(-1)
	a.conn.reply(a.cmd, offset, nil, err)
}

// note queues an event of the platform; when the queue is full it is kept for later.
func (r *Room) note(e Event) {
	select {
	case r.asks <- asking{event: &e}:
	default:
		r.retryLater(e)
	}
}

// answer checks a batch against the state and appends what it becomes.
func (r *Room) answer(batch []asking) {
	events := make([]Event, 0, len(batch))
	from := make([]asking, 0, len(batch))
	for _, a := range batch {
		if a.event != nil {
			events, from = append(events, *a.event), append(from, a)
			continue
		}
		e, err := r.decide(a)
		if err != nil {
			r.answered(a, 0, err)
			continue
		}
		events, from = append(events, e), append(from, a)
	}
	if len(events) == 0 {
		return
	}
	offsets, err := r.append(events)
	for i, a := range from {
		switch {
		case a.event != nil && err != nil:
			r.retryLater(*a.event)
		case a.event != nil:
		case err != nil:
			r.answered(a, 0, errUnavailable)
		default:
			r.answered(a, offsets[i], nil)
		}
	}
}

// decide makes the event of a command.
func (r *Room) decide(a asking) (Event, error) {
	rule, known := rules[a.cmd.Do]
	if !known {
		return Event{}, errBad
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	p := r.state.People[a.conn.person]
	if p == nil {
		return Event{}, errForbidden
	}
	if err := rule.check(r.state, p); err != nil {
		return Event{}, err
	}
	return rule.do(&asked{state: r.state, person: p, with: a.cmd.With, key: a.cmd.Key, now: time.Now().UnixMilli()})
}

// append writes to the log and finds out what is wrong when that fails.
func (r *Room) append(events []Event) ([]uint64, error) {
	r.mu.RLock()
	from := position{r.epoch, r.state.Offset}
	r.mu.RUnlock()
	offsets, at, err := r.hub.log.Append(context.Background(), r.class, from, events)
	switch {
	case err == nil:
		r.setDown(false)
		r.applyOwn(offsets, at, events)
		return offsets, nil
	case errors.Is(err, errEpoch), errors.Is(err, errBehind):
		r.log("the log is another one", "error", err)
		r.recover(errors.Is(err, errBehind))
	default:
		r.log("append failed", "error", err)
		r.setDown(true)
	}
	return nil, err
}

// applyOwn folds in what this node has just written, before it is answered: who is told that a stroke is there can
// remove it with the next command. What other nodes wrote in between is read first.
func (r *Room) applyOwn(offsets []uint64, at int64, events []Event) {
	own := make([]placedEvent, len(events))
	for i, e := range events {
		e.Offset, e.At = offsets[i], at
		own[i] = placedEvent{e, placed(offsets[i], at, stored(e))}
	}
	r.mu.Lock()
	ok := r.applyAll(own)
	r.mu.Unlock()
	if !ok {
		r.catchUp()
		return
	}
	r.wakeAll()
}

// setDown tells people when the log cannot be written, and when it can again.
func (r *Room) setDown(down bool) {
	r.mu.Lock()
	changed := r.down != down
	r.down = down
	r.mu.Unlock()
	if !changed {
		return
	}
	code := "log_back"
	if down {
		code = "log_down"
	}
	r.tell(entry{kind: steady}, Push{"notice", map[string]any{"code": code}})
}

// retryLater keeps what must not be lost though nobody waits for it: that somebody left, or that a node is gone.
func (r *Room) retryLater(e Event) {
	r.mu.Lock()
	if len(r.gone) < 10_000 {
		r.gone = append(r.gone, e)
	}
	r.mu.Unlock()
}

// recover brings this node and Redis together again after Redis has lost the log or its end: whoever comes first
// begins it anew with what they hold, and the others take that.
func (r *Room) recover(behind bool) {
	ctx := context.Background()
	r.archiveRing(ctx)
	_, at, err := r.hub.log.Load(ctx, r.class)
	if behind || errors.Is(err, errNoLog) {
		r.mu.Lock()
		had := r.epoch
		if errors.Is(err, errNoLog) {
			had = ""
		}
		r.state.Offset += renewGap
		err := r.hub.log.Renew(ctx, r.class, had, r.state)
		r.mu.Unlock()
		if err != nil {
			r.setDown(true)
			return
		}
	} else if err != nil || at.Epoch == r.currentEpoch() {
		return
	}
	r.reload(ctx)
}

func (r *Room) currentEpoch() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.epoch
}

// reload takes the state from Redis and gives it to everybody anew.
func (r *Room) reload(ctx context.Context) {
	s, at, err := r.hub.log.Load(ctx, r.class)
	if err != nil {
		r.setDown(true)
		return
	}
	r.mu.Lock()
	if at.Epoch != r.epoch {
		r.state, r.epoch = s, at.Epoch
		for c := range r.conns {
			r.restate(c)
		}
	}
	r.mu.Unlock()
	r.setDown(false)
	r.wakeAll()
}

// close ends the room on this node.
func (r *Room) close() { r.closing.Do(func() { close(r.done) }) }
