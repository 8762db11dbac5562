package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"

	"hanzhi/server/auth"
	"hanzhi/server/embedded"
	"hanzhi/server/live"
)

var services struct {
	sync.Once
	*embedded.Services
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if services.Services != nil {
		services.Stop()
	}
	os.Exit(code)
}

func openRedis(t testing.TB) redis.UniversalClient {
	t.Helper()
	services.Do(func() {
		dir, err := os.MkdirTemp("", "hanzhi-live-test-")
		if err != nil {
			services.err = err
			return
		}
		services.Services, services.err = embedded.Start(context.Background(),
			embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Redis: true, Throwaway: true})
	})
	if services.err != nil {
		t.Fatal(services.err)
	}
	rdb, err := auth.OpenRedis(services.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// school answers for the database: who is a member, and what has been archived.
type school struct {
	mu     sync.Mutex
	roles  map[uuid.UUID]live.Role
	ended  map[uuid.UUID]bool // sessions
	events map[uuid.UUID]map[uint64]live.Event
	over   map[uuid.UUID]bool
	frames map[uuid.UUID]int
	atRisk bool
}

func newSchool() *school {
	return &school{ended: map[uuid.UUID]bool{}, roles: map[uuid.UUID]live.Role{}, events: map[uuid.UUID]map[uint64]live.Event{}, over: map[uuid.UUID]bool{}, frames: map[uuid.UUID]int{}}
}

func (s *school) Roles(_ context.Context, _ uuid.UUID, people []uuid.UUID) (map[uuid.UUID]live.Role, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[uuid.UUID]live.Role{}
	for _, id := range people {
		if role, known := s.roles[id]; known {
			out[id] = role
		}
	}
	return out, nil
}

func (s *school) Readiness(context.Context, uuid.UUID, []uuid.UUID) (map[uuid.UUID]float64, error) {
	return nil, nil
}

func (s *school) Append(_ context.Context, class uuid.UUID, events []live.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events[class] == nil {
		s.events[class] = map[uint64]live.Event{}
	}
	for _, e := range events {
		if _, there := s.events[class][e.Offset]; !there {
			s.events[class][e.Offset] = e
		}
	}
	return nil
}

func (s *school) Load(_ context.Context, class uuid.UUID) ([]live.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []live.Event
	for o := uint64(1); len(out) < len(s.events[class]) && o < 1_000_000; o++ {
		if e, there := s.events[class][o]; there {
			out = append(out, e)
		}
	}
	return out, nil
}

func (s *school) End(_ context.Context, class uuid.UUID, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over[class] = true
	return nil
}

// Event and Frame make it a recorder.
func (s *school) Event(live.Event) {}
func (s *school) Frame(person uuid.UUID, _ string, _ []byte, _ time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frames[person]++
}
func (s *school) AtRisk() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.atRisk }
func (s *school) Close()       {}

func (s *school) setAtRisk(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.atRisk = on
}

// node is one server of a platform.
type node struct {
	t    testing.TB
	hub  *live.Hub
	http *httptest.Server
	s    *school
}

const origin = "https://school.example"

// platform starts nodes over one Redis.
func platform(t testing.TB, n int) (*school, []*node) {
	t.Helper()
	s := newSchool()
	rdb := openRedis(t)
	nodes := make([]*node, n)
	for i := range nodes {
		nodes[i] = startNode(t, s, rdb)
	}
	return s, nodes
}

func startNode(t testing.TB, s *school, rdb redis.UniversalClient) *node {
	t.Helper()
	h := live.New(live.Config{
		Redis: rdb, Secret: []byte("a secret of this test, long enough"), Origins: []string{origin}, Members: s, Archive: s,
		Record: func(uuid.UUID, time.Time) live.Recorder { return s },
		Alive: func(_ context.Context, sessions []auth.Session) ([]bool, error) {
			alive := make([]bool, len(sessions))
			for i, x := range sessions {
				s.mu.Lock()
				alive[i] = !s.ended[x.ID]
				s.mu.Unlock()
			}
			return alive, nil
		},
		Log: slog.New(slog.NewTextHandler(logTo{t}, nil)),
	})
	n := &node{t: t, hub: h, s: s}
	n.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		class := uuid.MustParse(strings.Trim(r.URL.Path, "/"))
		session := auth.Session{}
		if id := r.Header.Get("X-Session"); id != "" {
			session.ID = uuid.MustParse(id)
		}
		who, err := h.Admit(r.Context(), class, r.Header.Get("Origin"), r.Header.Get("Sec-WebSocket-Protocol"), session)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		h.Serve(w, r, class, who, session)
	}))
	t.Cleanup(func() {
		n.http.CloseClientConnections()
		h.Close()
		n.http.Close()
	})
	return n
}

type logTo struct{ t testing.TB }

func (l logTo) Write(p []byte) (int, error) {
	defer func() { _ = recover() }() // a test that is over takes no more
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// person is somebody in a class, with one socket.
type person struct {
	t       testing.TB
	id      uuid.UUID
	session auth.Session
	role    live.Role
	class   uuid.UUID
	ws      *websocket.Conn
	joined  live.Joined
	ticket  string

	mu     sync.Mutex
	next   uint64
	texts  []message
	frames [][]byte
	closed int
	change *sync.Cond
}

// message is anything that came down.
type message struct {
	ID     uint64          `json:"id"`
	Event  string          `json:"event"`
	Push   string          `json:"push"`
	Offset uint64          `json:"offset"`
	By     uuid.UUID       `json:"by"`
	Data   json.RawMessage `json:"data"`
	Result json.RawMessage `json:"result"`
	Error  *live.Problem   `json:"error"`
}

func (s *school) newPerson(t testing.TB, class uuid.UUID, role live.Role) *person {
	p := &person{t: t, id: uuid.New(), role: role, class: class, session: auth.Session{ID: uuid.New()}}
	p.change = sync.NewCond(&p.mu)
	s.mu.Lock()
	s.roles[p.id] = role
	s.mu.Unlock()
	return p
}

// join connects somebody new to a node.
func (n *node) join(class uuid.UUID, role live.Role) *person {
	n.t.Helper()
	p := n.s.newPerson(n.t, class, role)
	p.connect(n, nil)
	return p
}

func (p *person) admission() live.Admission {
	return live.Admission{Person: p.id, Name: "P " + p.id.String()[:4], Role: p.role, Title: "Class"}
}

// dial opens a socket; the error is what the server said.
func (p *person) dial(n *node, ticket string) (*websocket.Conn, error) {
	d := websocket.Dialer{Subprotocols: []string{live.Subprotocol, "ticket." + ticket}, HandshakeTimeout: 10 * time.Second}
	ws, res, err := d.Dial("ws"+strings.TrimPrefix(n.http.URL, "http")+"/"+p.class.String(), http.Header{"Origin": {origin}, "X-Session": {p.session.ID.String()}})
	if res != nil && err != nil {
		return nil, fmt.Errorf("%d: %w", res.StatusCode, err)
	}
	if err == nil {
		n.t.Cleanup(func() { _ = ws.Close() }) // the garbage collector closes sockets that nobody holds
	}
	return ws, err
}

// connect joins, resuming when with says so, and reads from then on.
func (p *person) connect(n *node, with map[string]any) {
	p.t.Helper()
	ticket := p.ticket
	if ticket == "" {
		ticket = n.hub.Ticket(p.class, p.admission(), p.session)
	}
	ws, err := p.dial(n, ticket)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	p.ws, p.closed = ws, 0
	p.mu.Unlock()
	go p.read(ws)
	if with == nil {
		with = map[string]any{"video": true}
	}
	m := p.do("join", with)
	if m.Error != nil {
		p.t.Fatalf("join: %v", m.Error)
	}
	p.joined = live.Joined{}
	if err := json.Unmarshal(m.Result, &p.joined); err != nil {
		p.t.Fatalf("joined: %v: %s", err, m.Result)
	}
	p.ticket = p.joined.Ticket
}

func (p *person) read(ws *websocket.Conn) {
	for {
		op, b, err := ws.ReadMessage()
		p.mu.Lock()
		if err != nil {
			if p.ws == ws {
				p.closed = 1006
				var c *websocket.CloseError
				if errors.As(err, &c) {
					p.closed = c.Code
				}
			}
			p.change.Broadcast()
			p.mu.Unlock()
			return
		}
		if op == websocket.BinaryMessage {
			p.frames = append(p.frames, b)
		} else {
			var m message
			if err := json.Unmarshal(b, &m); err != nil {
				p.t.Errorf("%s: %v", b, err)
			}
			p.texts = append(p.texts, m)
		}
		p.change.Broadcast()
		p.mu.Unlock()
	}
}

// wait returns the first message that fits, or fails the test after a long time.
func (p *person) wait(what string, fits func(message) bool) message {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	late := false
	timer := time.AfterFunc(30*time.Second, func() {
		p.mu.Lock()
		late = true
		p.change.Broadcast()
		p.mu.Unlock()
	})
	defer timer.Stop()
	for from := 0; ; {
		for ; from < len(p.texts); from++ {
			if fits(p.texts[from]) {
				return p.texts[from]
			}
		}
		if late {
			p.t.Fatalf("no %s came", what)
		}
		p.change.Wait()
	}
}

func (p *person) event(name string) message {
	p.t.Helper()
	return p.wait("event "+name, func(m message) bool { return m.Event == name })
}

func (p *person) push(name string) message {
	p.t.Helper()
	return p.wait("push "+name, func(m message) bool { return m.Push == name })
}

// send gives a command and returns its id.
func (p *person) send(do string, key uuid.UUID, with any) uint64 {
	p.t.Helper()
	p.mu.Lock()
	p.next++
	id := p.next
	ws := p.ws
	p.mu.Unlock()
	b, err := json.Marshal(with)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := ws.WriteJSON(live.Command{ID: id, Do: do, Key: key, With: b}); err != nil {
		p.t.Logf("send %s: %v", do, err)
	}
	return id
}

// do gives a command with a key of its own and waits for the answer.
func (p *person) do(do string, with any) message {
	p.t.Helper()
	return p.doWith(do, uuid.New(), with)
}

func (p *person) doWith(do string, key uuid.UUID, with any) message {
	p.t.Helper()
	id := p.send(do, key, with)
	return p.wait("answer to "+do, func(m message) bool { return m.ID == id })
}

// must gives a command that has to be done.
func (p *person) must(do string, with any) message {
	p.t.Helper()
	m := p.do(do, with)
	if m.Error != nil {
		p.t.Fatalf("%s: %v", do, m.Error)
	}
	return m
}

// refused gives a command that has to be refused with a code.
func (p *person) refused(code, do string, with any) {
	p.t.Helper()
	m := p.do(do, with)
	if m.Error == nil || m.Error.Code != code {
		p.t.Fatalf("%s: got %v, want %s", do, m.Error, code)
	}
}

// closedWith waits for the connection to end.
func (p *person) closedWith(code int) {
	p.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		p.mu.Lock()
		got := p.closed
		p.mu.Unlock()
		if got == code {
			return
		} else if got != 0 {
			p.t.Fatalf("closed with %d, want %d", got, code)
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("not closed with %d", code)
}

// cut breaks the line.
func (p *person) cut() {
	p.mu.Lock()
	ws := p.ws
	p.mu.Unlock()
	_ = ws.NetConn().Close()
}

// offsets lists the offsets of the events that have come, in the order in which they came.
func (p *person) offsets() []uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []uint64
	for _, m := range p.texts {
		if m.Event != "" {
			out = append(out, m.Offset)
		}
	}
	return out
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so: %s", what)
		}
	}
}
