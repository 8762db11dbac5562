package live_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/live"
)

// back connects a person again to a node, from where they stand.
func (p *person) back(n *node) {
	p.t.Helper()
	offset := p.joined.Offset
	if o := p.offsets(); len(o) > 0 {
		offset = max(offset, o[len(o)-1])
	}
	p.connect(n, map[string]any{"epoch": p.joined.Epoch, "offset": offset, "video": true})
}

func TestResume(t *testing.T) {
	t.Parallel()
	t.Run("who was away gets all that was missed, in order and once, on any node", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, _ := begun(t, 2)
		ada.cut()
		ada.closedWith(1006)
		var want []uint64
		for i := range 20 {
			want = append(want, teacher.must("timer.set", map[string]any{"seconds": i + 1}).Offset)
		}
		ada.back(n[1])
		if !ada.joined.Recovered || ada.joined.Room != nil {
			t.Fatalf("joined %+v", ada.joined)
		}
		ada.wait("the last message", func(m message) bool { return m.Offset == want[19] && m.Event != "" })
		got := ada.offsets()
		for _, o := range want {
			if n := len(slices.DeleteFunc(slices.Clone(got), func(x uint64) bool { return x != o })); n != 1 {
				t.Fatalf("event %d came %d times", o, n)
			}
		}
		if !slices.IsSorted(got) {
			t.Fatalf("out of order: %v", got)
		}
	})
	t.Run("who was away for longer than a node's memory reaches back is served from the stream", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, _ := begun(t, 1)
		page := teacher.joined.Room.Page
		ada.cut()
		ada.closedWith(1006)
		// A node that opens the class now has nothing of it in its ring.
		fresh := startNode(t, ada.school(n), openRedis(t))
		first := teacher.must("stroke.add", map[string]any{"page": page, "object": uuid.New(), "points": []int{1, 1, 1}})
		ada.back(fresh)
		if !ada.joined.Recovered {
			t.Fatalf("not recovered: %+v", ada.joined)
		}
		ada.wait("the stroke", func(m message) bool { return m.Offset == first.Offset && m.Event == "stroke.added" })
	})
	t.Run("who stands in another epoch gets the whole state and no part", func(t *testing.T) {
		t.Parallel()
		_, n, _, ada, _ := begun(t, 1)
		ada.cut()
		ada.closedWith(1006)
		ada.connect(n[0], map[string]any{"epoch": "another", "offset": 3})
		if ada.joined.Recovered || ada.joined.Room == nil || ada.joined.Room.State != live.PhaseOpen {
			t.Fatalf("joined %+v", ada.joined)
		}
	})
	t.Run("a ticket opens one connection, for its session, and a copied one none", func(t *testing.T) {
		t.Parallel()
		_, n, _, ada, bo := begun(t, 1)
		ws, err := ada.dial(n[0], ada.ticket)
		if err != nil {
			t.Fatal(err)
		}
		_ = ws.Close()
		if _, err := ada.dial(n[0], ada.ticket); err == nil {
			t.Fatal("the ticket was good twice")
		}
		if _, err := ada.dial(n[0], bo.ticket); err == nil {
			t.Fatal("a stolen ticket was good")
		}
	})
}

func (p *person) school(n []*node) *school { return n[0].s }

func TestNodeDies(t *testing.T) {
	t.Parallel()
	t.Run("its people go on at another node with nothing lost, doubled or out of order", func(t *testing.T) {
		t.Parallel()
		s, n := platform(t, 2)
		class := uuid.New()
		teacher := n[1].join(class, live.Teacher)
		teacher.must("class.start", nil)
		students := make([]*person, 20)
		for i := range students {
			students[i] = n[0].join(class, live.Student)
		}
		stop := make(chan struct{})
		var posted []uint64
		var writing sync.WaitGroup
		writing.Go(func() {
			page := teacher.joined.Room.Page
			for {
				select {
				case <-stop:
					return
				case <-time.After(50 * time.Millisecond):
					posted = append(posted, teacher.must("stroke.add", map[string]any{"page": page, "object": uuid.New(), "points": []int{1, 1, 1}}).Offset)
				}
			}
		})
		time.Sleep(300 * time.Millisecond)
		n[0].hub.Kill() // no close frame, no word to the log
		for _, p := range students {
			p.closedWith(1006)
			p.back(n[1])
		}
		time.Sleep(300 * time.Millisecond)
		close(stop)
		writing.Wait()
		last := posted[len(posted)-1]
		for _, p := range students {
			p.wait("the last stroke", func(m message) bool { return m.Offset == last && m.Event != "" })
			var strokes []uint64
			p.mu.Lock()
			for _, m := range p.texts {
				if m.Event == "stroke.added" {
					strokes = append(strokes, m.Offset)
				}
			}
			p.mu.Unlock()
			from := slices.Index(posted, strokes[0])
			if from < 0 || !slices.Equal(strokes, posted[from:]) {
				t.Fatalf("got %v of %v", strokes, posted)
			}
		}
		// The dead node's connections leave the state; the people are there once each.
		eventually(t, "nobody is counted twice", func() bool {
			late := n[1].join(class, live.Observer)
			defer late.cut()
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, e := range s.events[class] {
				if e.Name == "node.gone" {
					return late.joined.Room.Count >= 22
				}
			}
			return false
		})
	})
	t.Run("a node that leaves tells people to come back and closes the rest with its code", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, bo := begun(t, 2)
		go n[0].hub.Drain(500 * time.Millisecond)
		teacher.push("notice")
		ada.closedWith(live.CloseLeaving)
		if _, err := ada.dial(n[0], ada.ticket); err == nil {
			t.Fatal("a leaving node took somebody in")
		}
		ada.back(n[1])
		ada.must("chat.post", map[string]any{"text": "还在"})
		bo.event("chat.posted")
	})
}

func TestRedisLosesTheLog(t *testing.T) {
	t.Parallel()
	t.Run("the class goes on with what the nodes hold, and everybody is given the state anew", func(t *testing.T) {
		t.Parallel()
		s, _, teacher, ada, bo := begun(t, 2)
		ada.must("hand.raise", nil)
		before := teacher.must("chat.post", map[string]any{"text": "一"})
		bo.wait("the message", func(m message) bool { return m.Offset == before.Offset && m.Event != "" })
		rdb := openRedis(t)
		keys, err := rdb.Keys(context.Background(), "live:{"+ada.class.String()+"}:*").Result()
		if err != nil || len(keys) == 0 {
			t.Fatalf("%v %v", keys, err)
		}
		rdb.Del(context.Background(), keys...)
		eventually(t, "it can be written again", func() bool {
			m := ada.do("chat.post", map[string]any{"text": "二"})
			if m.Error == nil {
				if m.Offset <= before.Offset {
					t.Fatalf("offset %d was given out before", m.Offset)
				}
				return true
			}
			time.Sleep(400 * time.Millisecond) // the limit of chat
			return false
		})
		var j live.Joined
		if err := json.Unmarshal(bo.push("state").Data, &j); err != nil || len(j.Room.Hands) != 1 || j.Epoch == bo.joined.Epoch {
			t.Fatalf("state %+v, %v", j, err)
		}
		eventually(t, "what was said before is in the archive", func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			_, there := s.events[ada.class][before.Offset]
			return there
		})
	})
}

func TestSession(t *testing.T) {
	t.Parallel()
	t.Run("a session that ends takes its sockets along within seconds", func(t *testing.T) {
		t.Parallel()
		s, _, _, ada, bo := begun(t, 2)
		s.mu.Lock()
		s.ended[bo.session.ID] = true
		s.mu.Unlock()
		bo.closedWith(live.CloseNotAllowed)
		ada.must("chat.post", map[string]any{"text": "我还在"})
	})
}
