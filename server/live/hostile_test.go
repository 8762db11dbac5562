package live_test

import (
	"bytes"
	"encoding/json"
	"net"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hanzhi/server/live"
)

func TestHostileClients(t *testing.T) {
	t.Parallel()
	// Each of these ends its own connection with the code that says why; the class goes on.
	for _, c := range []struct {
		name string
		op   int
		send []byte
		code int
	}{
		{"text that is no JSON", websocket.TextMessage, []byte("hello"), live.CloseBadMessage},
		{"text that is no UTF-8", websocket.TextMessage, []byte("{\"id\":1,\"do\":\"x\xff\"}"), live.CloseBadMessage},
		{"a command without an id", websocket.TextMessage, []byte(`{"do":"chat.post"}`), live.CloseBadMessage},
		{"ten thousand brackets", websocket.TextMessage, bytes.Repeat([]byte("["), 10_000), live.CloseBadMessage},
		{"a binary message that is no media", websocket.BinaryMessage, []byte("hello"), live.CloseBadFrame},
		{"media of a kind that is none", websocket.BinaryMessage, []byte{0xf0, 0, 0, 0, 0, 0, 0, 0, 1}, live.CloseBadFrame},
		{"a message that is too large", websocket.TextMessage, bytes.Repeat([]byte("x"), 70<<10), websocket.CloseMessageTooBig},
	} {
		t.Run(c.name+" costs its sender the connection and nobody else anything", func(t *testing.T) {
			t.Parallel()
			_, _, teacher, ada, bo := begun(t, 1)
			_ = ada.ws.WriteMessage(c.op, c.send)
			ada.closedWith(c.code)
			teacher.must("chat.post", map[string]any{"text": "继续"})
			bo.event("chat.posted")
		})
	}
	t.Run("a command that trickles in byte by byte is done, and a ping is answered meanwhile", func(t *testing.T) {
		t.Parallel()
		_, _, _, ada, bo := begun(t, 1)
		pong := make(chan string, 1)
		ada.ws.SetPongHandler(func(what string) error { pong <- what; return nil })
		if err := ada.ws.WriteControl(websocket.PingMessage, []byte("here?"), time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(live.Command{ID: 1 << 20, Do: "hand.raise", Key: uuid.New()})
		frame := append([]byte{0x81, 0x80 | byte(len(b)), 0, 0, 0, 0}, b...) // a mask of zeros changes nothing
		for i := range frame {
			_, _ = ada.ws.NetConn().Write(frame[i : i+1])
		}
		bo.event("hand.raised")
		if what := <-pong; what != "here?" {
			t.Fatalf("answered %q", what)
		}
	})
	t.Run("who says goodbye is answered and has left the class", func(t *testing.T) {
		t.Parallel()
		_, n, _, ada, _ := begun(t, 1)
		before := n[0].hub.Connections()
		goodbye := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
		_ = ada.ws.WriteControl(websocket.CloseMessage, goodbye, time.Now().Add(time.Second))
		ada.closedWith(websocket.CloseNormalClosure)
		eventually(t, "it is gone", func() bool { return n[0].hub.Connections() == before-1 })
	})
	t.Run("who does not end the connection after the goodbye is cut", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, _ := begun(t, 1)
		before := n[0].hub.Connections()
		teacher.must("remove", map[string]any{"person": ada.id})
		ada.closedWith(live.CloseRemoved) // and its socket stays open
		eventually(t, "it is gone", func() bool { return n[0].hub.Connections() == before-1 })
	})
	t.Run("who does not begin with join is closed", func(t *testing.T) {
		t.Parallel()
		s, n := platform(t, 1)
		p := s.newPerson(t, uuid.New(), live.Student)
		ws, err := p.dial(n[0], n[0].hub.Ticket(p.class, p.admission(), p.session))
		if err != nil {
			t.Fatal(err)
		}
		_ = ws.WriteJSON(live.Command{ID: 1, Do: "chat.post"})
		if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, live.CloseNoJoin) {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("another site's page is refused before the upgrade", func(t *testing.T) {
		t.Parallel()
		s, n := platform(t, 1)
		p := s.newPerson(t, uuid.New(), live.Student)
		for _, from := range []string{"https://evil.example", "https://school.example.evil.example", "http://school.example", "null", ""} {
			_, err := n[0].hub.Admit(t.Context(), p.class, from, "ticket."+n[0].hub.Ticket(p.class, p.admission(), p.session), p.session)
			if err == nil {
				t.Errorf("origin %q was let in", from)
			}
		}
	})
	t.Run("who floods is told to go slowly, then closed, and others are served", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, bo := begun(t, 1)
		b, _ := json.Marshal(live.Command{ID: 1 << 20, Do: "hand.raise"})
		for range 1000 {
			if ada.ws.WriteMessage(websocket.TextMessage, b) != nil {
				break
			}
		}
		ada.closedWith(live.CloseFlooding)
		teacher.must("chat.post", map[string]any{"text": "继续"})
		bo.event("chat.posted")
	})
	t.Run("who stops reading is cut, and others get everything meanwhile", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, _ := begun(t, 1)
		stalled := n[0].s.newPerson(t, ada.class, live.Student)
		ws, err := stalled.dial(n[0], n[0].hub.Ticket(ada.class, stalled.admission(), stalled.session))
		if err != nil {
			t.Fatal(err)
		}
		_ = ws.NetConn().(*net.TCPConn).SetReadBuffer(4096)
		_ = ws.WriteJSON(live.Command{ID: 1, Do: "join"})
		page, text := teacher.joined.Room.Page, strings.Repeat("汉", 1900)
		eventually(t, "all are there", func() bool { return n[0].hub.Connections() == 4 })
		var last uint64
		for i := 0; n[0].hub.Connections() == 4; i++ {
			if i > 6000 {
				t.Fatal("it was not cut")
			}
			m := teacher.do("object.put", map[string]any{"page": page, "object": uuid.New(), "shape": map[string]any{"kind": "text", "text": text}})
			if m.Error == nil {
				last = m.Offset
			} else {
				time.Sleep(100 * time.Millisecond) // or the teacher is closed for flooding
			}
		}
		ada.wait("the last object", func(m message) bool { return m.Offset == last && m.Event != "" })
	})
}

// atWork counts the goroutines that do something for a connection.
func atWork(t *testing.T) (n int) {
	var b strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	for stack := range strings.SplitSeq(b.String(), "\n\n") {
		if strings.Contains(stack, "live.(*conn).") || strings.Contains(stack, "live.(*Hub).meet") {
			n++
		}
	}
	return n
}

func TestGoroutines(t *testing.T) {
	// Not parallel: it counts.
	_, n := platform(t, 1)
	class := uuid.New()
	people := make([]*person, 50)
	for i := range people {
		people[i] = n[0].join(class, live.Student)
	}
	if runtime.GOOS == "linux" {
		eventually(t, "nobody waits for those who are quiet", func() bool { return atWork(t) == 0 })
	}
	for _, p := range people {
		p.cut()
	}
	eventually(t, "they are gone", func() bool { return n[0].hub.Connections() == 0 })
	eventually(t, "all that their connections started has ended", func() bool { return atWork(t) == 0 })
}
