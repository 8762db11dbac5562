package live

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/auth"
	"hanzhi/server/fault"
)

// Config is what a hub needs.
type Config struct {
	Redis   redis.UniversalClient
	Secret  []byte   // signs tickets
	Origins []string // exact origins that may connect
	Members Membership
	Archive Archive
	Record  NewRecorder // nil: nothing is recorded
	// Alive says which sessions have not ended.
	Alive func(ctx context.Context, sessions []auth.Session) ([]bool, error)
	Log   *slog.Logger
}

// Hub is the classes that a node holds.
type Hub struct {
	cfg      Config
	log      *Log
	node     string
	tickets  *tickets
	poller   *poller // nil: every connection is read by a goroutine of its own
	readers  *crew
	writers  *crew
	upgrader ws.HTTPUpgrader
	sub      *redis.PubSub
	frames   chan outgoing
	stop     context.CancelFunc
	stopped  sync.WaitGroup
	loops    sync.WaitGroup // of rooms
	leaving  atomic.Bool

	mu        sync.Mutex
	rooms     map[uuid.UUID]*Room
	byChannel map[string]*Room // also those that are being opened
	opening   map[uuid.UUID]chan struct{}
	conns     map[uint64]*conn // by their numbers
	last      uint64           // number of a connection
	connects  bucket
}

// New starts a hub. Close it to end its connections at once; Drain it first to move them.
func New(cfg Config) *Hub {
	ctx, stop := context.WithCancel(context.Background())
	h := &Hub{
		cfg: cfg, log: NewLog(cfg.Redis), node: newNode(), stop: stop, poller: newPoller(),
		readers: newCrew(readers, readSize, (*conn).readSome),
		writers: newCrew(2*runtime.GOMAXPROCS(0), writeSize+1024, (*conn).writeSome),
		tickets: &tickets{cfg.Secret, cfg.Redis, time.Now},
		rooms:   map[uuid.UUID]*Room{}, byChannel: map[string]*Room{}, opening: map[uuid.UUID]chan struct{}{}, conns: map[uint64]*conn{},
		frames:   make(chan outgoing, 1024),
		upgrader: ws.HTTPUpgrader{Timeout: 10 * time.Second, Protocol: func(p string) bool { return p == Subprotocol }},
	}
	h.sub = cfg.Redis.Subscribe(ctx)
	if h.poller != nil {
		go h.poller.wait(h.ready)
	}
	for _, loop := range []func(context.Context){h.listen, h.publish, h.keepAlive, h.recheck, h.lease, h.sweep, h.giveBack} {
		h.stopped.Add(1)
		go func() {
			defer h.stopped.Done()
			loop(ctx)
		}()
	}
	return h
}

func newNode() string {
	var b [6]byte
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return hex.EncodeToString(b[:])
}

// Ticket makes the ticket for a first connection.
func (h *Hub) Ticket(class uuid.UUID, who Admission, session auth.Session) string {
	if who.Guest {
		session = auth.Session{}
	}
	return h.tickets.issue(class, who, session, ticketLife)
}

// Admit looks at a request before the upgrade: origin, ticket and whether there is room for one more. The error is what
// to answer.
func (h *Hub) Admit(ctx context.Context, class uuid.UUID, origin, protocols string, session auth.Session) (Admission, error) {
	known := false
	for _, o := range h.cfg.Origins {
		known = known || o == origin
	}
	if !known {
		return Admission{}, fault.New(fault.Forbidden, "origin", "Classes are opened from the platform's own pages.")
	}
	h.mu.Lock()
	room := !h.leaving.Load() && h.connects.take(rate{connectRate, connectBurst}, time.Now())
	h.mu.Unlock()
	if !room {
		return Admission{}, fault.New(fault.Unavailable, "busy", "Many people are joining at once. It is tried again in a moment.")
	}
	text := ""
	for p := range strings.SplitSeq(protocols, ",") {
		if t, found := strings.CutPrefix(strings.TrimSpace(p), "ticket."); found {
			text = t
		}
	}
	who, err := h.tickets.redeem(ctx, text, class, session)
	if fault.Is(err, fault.Unauthenticated) && session.ID != uuid.Nil {
		// A guest's ticket in a browser that is signed in.
		who, err = h.tickets.redeem(ctx, text, class, auth.Session{})
	}
	return who, err
}

// RetryAfter is what a refused client should wait, in seconds: spread out, so that they do not come back together.
func RetryAfter() string { return strconv.Itoa(1 + rand.IntN(5)) }

// Serve takes a connection over: it upgrades, reads the first message and joins the room. It returns at once.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, class uuid.UUID, who Admission, session auth.Session) {
	socket, _, _, err := h.upgrader.Upgrade(r, w)
	if err != nil {
		if socket != nil {
			_ = socket.Close() // the upgrader has answered
		}
		return
	}
	if who.Guest {
		session = auth.Session{}
	}
	c := &conn{hub: h, net: socket, raw: rawSocket(socket), id: uuid.Must(uuid.NewV7()), person: who.Person, who: &who, session: session}
	c.heard.Store(time.Now().UnixMilli())
	h.mu.Lock()
	h.last++
	c.number = h.last
	h.conns[c.number] = c
	h.mu.Unlock()
	go h.meet(c, class)
}

// meet waits for join and hands the connection to its room.
func (h *Hub) meet(c *conn, class uuid.UUID) {
	cmd, w, code := c.greeting()
	var room *Room
	if code == 0 {
		var err error
		if room, err = h.room(class); err != nil {
			h.cfg.Log.Warn("live: a class cannot be opened", "class", class, "error", err)
			code = CloseUnreachable
		}
	}
	if code != 0 {
		_ = c.net.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = c.net.Write(closeFrame(code))
		_ = c.net.Close()
		h.forget(c)
		return
	}
	h.mu.Lock()
	c.room = room
	h.mu.Unlock()
	room.join(c, cmd, w)
	c.startReading()
}

// greeting waits for the first message, which must be join.
func (c *conn) greeting() (cmd Command, w joinWith, code int) {
	_ = c.net.SetReadDeadline(time.Now().Add(firstMessage))
	pooled := buffers.Get().(*[]byte)
	defer buffers.Put(pooled)
	var op ws.OpCode
	var message, left []byte
	for whole := false; !whole; {
		n, err := c.net.Read((*pooled)[:writeSize])
		if err != nil {
			return cmd, w, CloseNoJoin
		}
		c.inbox.rest = append(c.inbox.rest, (*pooled)[:n]...)
		if op, message, left, whole, code = c.inbox.next(c.inbox.rest); code != 0 {
			return cmd, w, code
		}
	}
	_ = c.net.SetReadDeadline(time.Time{})
	if c.inbox.rest = left; len(left) == 0 {
		c.inbox.rest = nil
	}
	if op != ws.OpText {
		return cmd, w, CloseNoJoin
	}
	var err error
	if cmd, err = decodeCommand(message); err != nil {
		return cmd, w, CloseBadMessage
	}
	if cmd.Do != "join" || len(cmd.With) > 0 && json.Unmarshal(cmd.With, &w) != nil {
		return cmd, w, CloseNoJoin
	}
	return cmd, w, 0
}

func (h *Hub) forget(c *conn) {
	h.mu.Lock()
	delete(h.conns, c.number)
	h.mu.Unlock()
}

// room returns a class as this node holds it, opening it when it does not yet.
func (h *Hub) room(class uuid.UUID) (*Room, error) {
	for {
		h.mu.Lock()
		if r := h.rooms[class]; r != nil {
			h.mu.Unlock()
			return r, nil
		}
		if wait, busy := h.opening[class]; busy {
			h.mu.Unlock()
			<-wait
			continue
		}
		opened := make(chan struct{})
		h.opening[class] = opened
		h.mu.Unlock()
		r, err := h.open(class)
		h.mu.Lock()
		delete(h.opening, class)
		if err != nil {
			delete(h.rooms, class)
		}
		h.mu.Unlock()
		close(opened)
		return r, err
	}
}

// open subscribes first and reads then: what is announced between is applied on top, or is in the state already.
func (h *Hub) open(class uuid.UUID) (*Room, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	r := newRoom(h, class)
	h.mu.Lock()
	h.byChannel[key(class, "log")], h.byChannel[key(class, "now")] = r, r
	h.mu.Unlock()
	err := h.sub.Subscribe(ctx, key(class, "log"), key(class, "now"))
	if err == nil {
		err = r.open(ctx)
	}
	if err != nil {
		h.drop(r)
		return nil, err
	}
	h.mu.Lock()
	h.rooms[class] = r
	h.mu.Unlock()
	h.cfg.Redis.SAdd(ctx, openKey, class.String())
	return r, nil
}

// drop forgets a room.
func (h *Hub) drop(r *Room) {
	r.close()
	h.mu.Lock()
	delete(h.rooms, r.class)
	delete(h.byChannel, key(r.class, "log"))
	delete(h.byChannel, key(r.class, "now"))
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), redisWithin)
	defer cancel()
	_ = h.sub.Unsubscribe(ctx, key(r.class, "log"), key(r.class, "now"))
}

func (h *Hub) roomsNow() []*Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]*Room, 0, len(h.rooms))
	for _, r := range h.rooms {
		list = append(list, r)
	}
	return list
}

// Drain moves people to other nodes: each is told to come back within the time given, at a moment of their own, and what
// is left is closed with the code that says so.
func (h *Hub) Drain(within time.Duration) {
	h.leaving.Store(true)
	for _, r := range h.roomsNow() {
		r.tell(entry{kind: steady}, Push{"notice", map[string]any{"code": "leaving", "ms": within.Milliseconds()}})
	}
	deadline := time.Now().Add(within)
	for time.Now().Before(deadline) && h.Connections() > 0 {
		time.Sleep(50 * time.Millisecond)
	}
	h.mu.Lock()
	left := make([]*conn, 0, len(h.conns))
	for _, c := range h.conns {
		if c.room != nil {
			left = append(left, c)
		}
	}
	h.mu.Unlock()
	for _, c := range left {
		c.close(CloseLeaving)
	}
}

// Connections is how many sockets this node holds.
func (h *Hub) Connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.conns)
}

// Close ends everything here. What people have said is in the log; that they have left is found by the other nodes.
func (h *Hub) Close() {
	h.leaving.Store(true)
	h.mu.Lock()
	for _, c := range h.conns {
		c.hangUp()
	}
	h.mu.Unlock()
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline) && h.Connections() > 0; {
		time.Sleep(10 * time.Millisecond)
	}
	for _, r := range h.roomsNow() {
		r.flush()
	}
	h.stop()
	h.readers.close()
	h.writers.close()
	if h.poller != nil {
		h.poller.close()
	}
	_ = h.sub.Close()
	h.stopped.Wait()
	for _, r := range h.roomsNow() {
		r.close()
	}
	h.loops.Wait()
}
