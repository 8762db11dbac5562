package live_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"hanzhi/server/live"
)

// begun is a class that has started, with a teacher and two students on as many nodes as there are.
func begun(t *testing.T, nodes int) (s *school, n []*node, teacher, ada, bo *person) {
	t.Helper()
	s, n = platform(t, nodes)
	class := uuid.New()
	teacher = n[0].join(class, live.Teacher)
	ada = n[0].join(class, live.Student)
	bo = n[len(n)-1].join(class, live.Student)
	teacher.must("class.start", nil)
	ada.event("class.started")
	bo.event("class.started")
	return s, n, teacher, ada, bo
}

func TestChat(t *testing.T) {
	t.Parallel()
	t.Run("a message reaches everybody on every node in the same place of the log", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, bo := begun(t, 2)
		key := uuid.New()
		got := ada.doWith("chat.post", key, map[string]any{"text": "你好"})
		a, b := teacher.event("chat.posted"), bo.event("chat.posted")
		if a.Offset != b.Offset || a.Offset != got.Offset || string(a.Data) != string(b.Data) {
			t.Fatalf("teacher %+v, bo %+v, answer %+v", a, b, got)
		}
	})
	t.Run("a message that is sent again with its key is posted once", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, _ := begun(t, 1)
		key := uuid.New()
		first := ada.doWith("chat.post", key, map[string]any{"text": "一"})
		again := ada.doWith("chat.post", key, map[string]any{"text": "一"})
		if first.Offset != again.Offset || first.Offset == 0 {
			t.Fatalf("offsets %d and %d", first.Offset, again.Offset)
		}
		ada.must("chat.post", map[string]any{"text": "二"})
		teacher.wait("second message", func(m message) bool { return m.Event == "chat.posted" && m.Offset > first.Offset })
		if o := teacher.offsets(); slices.Index(o, first.Offset) != len(o)-2 {
			t.Fatalf("offsets %v, want %d once, before the last", o, first.Offset)
		}
	})
	t.Run("a private message reaches staff alone", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, bo := begun(t, 1)
		private := ada.must("chat.post", map[string]any{"text": "悄悄", "private": true})
		teacher.event("chat.posted")
		public := ada.must("chat.post", map[string]any{"text": "大声"})
		bo.wait("public message", func(m message) bool { return m.Offset == public.Offset })
		if slices.Contains(bo.offsets(), private.Offset) {
			t.Fatal("another student got it")
		}
	})
	t.Run("a closed chat refuses students and nobody has to connect again", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, _ := begun(t, 1)
		teacher.must("lock", map[string]any{"what": "chat", "on": true})
		ada.event("room.locked")
		ada.refused("locked", "chat.post", map[string]any{"text": "啊"})
		teacher.must("chat.post", map[string]any{"text": "安静"})
		teacher.must("lock", map[string]any{"what": "chat", "on": false})
		ada.wait("opening", func(m message) bool {
			return m.Event == "room.locked" && string(m.Data) == `{"what":"chat","on":false}`
		})
		ada.must("chat.post", map[string]any{"text": "好"})
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	t.Run("a student leads once made a co-teacher, on the open socket, and not any more after that is taken", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, _ := begun(t, 2)
		ada.refused("forbidden", "lock", map[string]any{"what": "board", "on": false})
		teacher.must("role.set", map[string]any{"person": ada.id, "role": "coteacher"})
		ada.push("state")
		ada.must("lock", map[string]any{"what": "board", "on": false})
		ada.refused("forbidden", "role.set", map[string]any{"person": ada.id, "role": "teacher"})
		teacher.must("role.set", map[string]any{"person": ada.id, "role": "student"})
		eventually(t, "ada is a student again", func() bool {
			m := ada.do("lock", map[string]any{"what": "board", "on": true})
			return m.Error != nil && m.Error.Code == "forbidden"
		})
	})
	t.Run("somebody removed is closed out and does not come back", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, _, bo := begun(t, 2)
		teacher.must("remove", map[string]any{"person": bo.id})
		bo.closedWith(live.CloseRemoved)
		ws, err := bo.dial(n[0], bo.ticket)
		if err != nil {
			t.Fatal(err)
		}
		_ = ws.WriteJSON(live.Command{ID: 1, Do: "join"})
		if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, live.CloseRemoved) {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("who is no member any more is closed out within seconds", func(t *testing.T) {
		t.Parallel()
		s, _, _, ada, _ := begun(t, 1)
		s.mu.Lock()
		delete(s.roles, ada.id)
		s.mu.Unlock()
		ada.closedWith(live.CloseNotAllowed)
	})
	t.Run("who waits sees nothing until admitted", func(t *testing.T) {
		t.Parallel()
		s, n, teacher, ada, _ := begun(t, 1)
		guest := s.newPerson(t, ada.class, live.Student)
		who := guest.admission()
		who.WaitingRoom = true
		guest.ticket = n[0].hub.Ticket(guest.class, who, guest.session)
		guest.connect(n[0], nil)
		if !guest.joined.Waiting || guest.joined.Room != nil {
			t.Fatalf("joined %+v", guest.joined)
		}
		said := ada.must("chat.post", map[string]any{"text": "秘密"})
		guest.refused("forbidden", "chat.post", map[string]any{"text": "喂"})
		teacher.must("admit", map[string]any{"person": guest.id})
		var j live.Joined
		if err := json.Unmarshal(guest.push("state").Data, &j); err != nil || j.Room == nil {
			t.Fatalf("state %v, %v", j, err)
		}
		if slices.Contains(guest.offsets(), said.Offset) {
			t.Fatal("the one who waited was told")
		}
	})
}

func TestStaff(t *testing.T) {
	t.Parallel()
	s, n, _, ada, bo := begun(t, 2)
	leading := func(m message) int {
		var d struct{ Staff []live.PersonView }
		if m.Push != "count" || json.Unmarshal(m.Data, &d) != nil {
			return -1
		}
		return len(d.Staff)
	}
	second := s.newPerson(t, ada.class, live.CoTeacher)
	second.connect(n[0], nil)
	for _, p := range []*person{ada, bo} { // of one node and of another
		p.wait("a second teacher among the staff", func(m message) bool { return leading(m) == 2 })
	}
	second.cut()
	for _, p := range []*person{ada, bo} {
		came := false
		p.wait("one teacher again", func(m message) bool {
			came = came || leading(m) == 2
			return came && leading(m) == 1
		})
	}
}

func TestHands(t *testing.T) {
	t.Parallel()
	t.Run("hands keep their order through a cut of the line", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, bo := begun(t, 2)
		bo.must("hand.raise", nil)
		ada.must("hand.raise", nil)
		bo.cut()
		bo.closedWith(1006)
		bo.connect(n[0], map[string]any{})
		late := n[0].join(teacher.class, live.Student)
		hands := late.joined.Room.Hands
		if len(hands) != 2 || hands[0].Person != bo.id || hands[1].Person != ada.id {
			t.Fatalf("hands %+v", hands)
		}
	})
}

func TestPoll(t *testing.T) {
	t.Parallel()
	t.Run("an answer counts once, whatever is repeated, and is hidden until shown", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, ada, bo := begun(t, 2)
		poll := uuid.New()
		teacher.must("poll.open", map[string]any{"poll": poll, "kind": "single", "question": "几点？", "options": []string{"三点", "四点"}})
		ada.event("poll.opened")
		bo.event("poll.opened")
		key := uuid.New()
		for range 3 {
			ada.doWith("poll.answer", key, map[string]any{"poll": poll, "answer": map[string]any{"choices": []int{1}}})
		}
		bo.must("poll.answer", map[string]any{"poll": poll, "answer": map[string]any{"choices": []int{0}}})
		bo.must("poll.answer", map[string]any{"poll": poll, "answer": map[string]any{"choices": []int{1}}})
		bo.refused("bad_command", "poll.answer", map[string]any{"poll": poll, "answer": map[string]any{"choices": []int{7}}})
		late := n[0].join(ada.class, live.Student)
		if p := late.joined.Room.Poll; p == nil || p.Tally != nil || p.Answers != 2 {
			t.Fatalf("poll for who comes late: %+v", p)
		}
		teacher.must("poll.close", map[string]any{"poll": poll})
		ada.event("poll.closed")
		ada.refused("locked", "poll.answer", map[string]any{"poll": poll, "answer": map[string]any{"choices": []int{0}}})
		teacher.must("poll.show", map[string]any{"poll": poll})
		var shown struct{ Tally live.Tally }
		_ = json.Unmarshal(ada.event("poll.shown").Data, &shown)
		if !slices.Equal(shown.Tally.Counts, []int{0, 2}) {
			t.Fatalf("tally %v", shown.Tally)
		}
		for _, m := range ada.texts {
			if m.Event == "poll.answered" && m.By == bo.id {
				t.Fatal("a student saw another's answer")
			}
		}
	})
}

func TestBoard(t *testing.T) {
	t.Parallel()
	t.Run("who joins late gets the page in full", func(t *testing.T) {
		t.Parallel()
		_, n, teacher, _, _ := begun(t, 2)
		page, stroke, text := teacher.joined.Room.Page, uuid.New(), uuid.New()
		teacher.must("stroke.add", map[string]any{"page": page, "object": stroke, "color": "ink", "size": 4, "points": []int{100, 100, 128, 5, 5, 0}})
		teacher.must("stroke.add", map[string]any{"page": page, "object": stroke, "points": []int{7, -3, 1}})
		teacher.must("object.put", map[string]any{"page": page, "object": text, "shape": map[string]any{"kind": "text", "x": 1, "y": 2, "w": 3, "h": 4, "color": "ink", "size": 20, "text": "车床"}})
		gone := uuid.New()
		teacher.must("stroke.add", map[string]any{"page": page, "object": gone, "points": []int{1, 1, 1}})
		teacher.must("object.remove", map[string]any{"page": page, "objects": []uuid.UUID{gone}})
		late := n[1].join(teacher.class, live.Student)
		var objects []struct {
			Object uuid.UUID
			Kind   string
			Points []int
			Text   string
		}
		if err := json.Unmarshal(late.joined.Room.Objects, &objects); err != nil {
			t.Fatal(err)
		}
		if len(objects) != 2 || !slices.Equal(objects[0].Points, []int{100, 100, 128, 5, 5, 0, 7, -3, 1}) || objects[1].Text != "车床" || objects[1].Kind != "text" {
			t.Fatalf("objects %+v", objects)
		}
		teacher.must("object.restore", map[string]any{"page": page, "objects": []uuid.UUID{gone}})
		late.event("object.restored") // the other node has heard of it
		got := late.must("page.get", map[string]any{"page": page})
		var answer struct{ Objects []any }
		if _ = json.Unmarshal(got.Result, &answer); len(answer.Objects) != 3 {
			t.Fatalf("objects after undo: %s", got.Result)
		}
	})
	t.Run("students draw only while the board is open, and remove only what is theirs", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, bo := begun(t, 1)
		page, mine := teacher.joined.Room.Page, uuid.New()
		draw := map[string]any{"page": page, "object": mine, "points": []int{1, 1, 1}}
		ada.refused("locked", "stroke.add", draw)
		teacher.must("lock", map[string]any{"what": "board", "on": false})
		ada.event("room.locked")
		ada.must("stroke.add", draw)
		bo.wait("stroke", func(m message) bool { return m.Event == "stroke.added" })
		bo.refused("forbidden", "object.remove", map[string]any{"page": page, "objects": []uuid.UUID{mine}})
		teacher.must("object.remove", map[string]any{"page": page, "objects": []uuid.UUID{mine}})
	})
}

func TestBreakouts(t *testing.T) {
	t.Parallel()
	t.Run("each room has a board and chat of its own until all are called back", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, bo := begun(t, 2)
		teacher.must("breakout.open", map[string]any{"spaces": []any{
			map[string]any{"id": "1", "name": "一", "people": []uuid.UUID{ada.id}}, map[string]any{"id": "2", "name": "二", "people": []uuid.UUID{bo.id}},
		}})
		var j live.Joined
		if err := json.Unmarshal(ada.push("state").Data, &j); err != nil || j.Room.Space != "1" {
			t.Fatalf("%+v %v", j.Room, err)
		}
		bo.push("state")
		said := ada.must("chat.post", map[string]any{"text": "我们"})
		ada.must("stroke.add", map[string]any{"page": j.Room.Page, "object": uuid.New(), "points": []int{1, 1, 1}})
		teacher.must("broadcast", map[string]any{"text": "还有一分钟"})
		bo.event("broadcast")
		if slices.Contains(bo.offsets(), said.Offset) || slices.Contains(teacher.offsets(), said.Offset) {
			t.Fatal("it was heard outside")
		}
		teacher.must("breakout.move", map[string]any{"person": teacher.id, "space": "1"})
		if err := json.Unmarshal(teacher.push("state").Data, &j); err != nil || len(j.Room.Chat) != 1 {
			t.Fatalf("the teacher drops in and sees %+v", j.Room)
		}
		teacher.must("breakout.close", nil)
		ada.wait("state of the class", func(m message) bool {
			var j live.Joined
			return m.Push == "state" && json.Unmarshal(m.Data, &j) == nil && j.Room.Space == ""
		})
	})
}

func TestAir(t *testing.T) {
	t.Parallel()
	frame := func(kind, flags byte) []byte { return append([]byte{kind<<4 | flags, 0, 0, 1, 0, 0, 0, 9}, "opus"...) }
	t.Run("voice is heard on every node by everybody but the speaker, and not when not on air", func(t *testing.T) {
		t.Parallel()
		_, _, teacher, ada, bo := begun(t, 2)
		speak := func(p *person) { _ = p.ws.WriteMessage(websocket.BinaryMessage, frame(1, 0)) }
		speak(ada) // not on air: dropped
		ada.refused("locked", "air.take", map[string]any{"voice": true})
		teacher.must("air.give", map[string]any{"person": ada.id})
		ada.event("air.given")
		ada.must("air.take", map[string]any{"voice": true})
		bo.event("air.changed")
		teacher.event("air.changed")
		speak(ada)
		for _, p := range []*person{bo, teacher} {
			eventually(t, "one frame is heard", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return len(p.frames) == 1 })
		}
		teacher.must("mute", map[string]any{"person": ada.id, "on": true})
		ada.event("person.muted")
		speak(ada)
		teacher.must("chat.post", map[string]any{"text": "谢谢"})
		bo.event("chat.posted")
		if len(bo.frames) != 1 || len(ada.frames) != 0 {
			t.Fatalf("bo heard %d, ada %d", len(bo.frames), len(ada.frames))
		}
	})
	t.Run("those who lead are told when the recording is at risk, also when they come later, and when it is safe again", func(t *testing.T) {
		t.Parallel()
		s, n, teacher, ada, _ := begun(t, 2)
		teacher.must("record", map[string]any{"on": true})
		s.setAtRisk(true)
		teacher.event("record.risk")
		if late := n[1].join(teacher.class, live.CoTeacher); !late.joined.Room.AtRisk {
			t.Error("a co-teacher on the other node was not told")
		}
		if late := n[1].join(teacher.class, live.Student); late.joined.Room.AtRisk {
			t.Error("a student was told")
		}
		s.setAtRisk(false)
		teacher.wait("that it is safe", func(m message) bool { return m.Event == "record.risk" && strings.Contains(string(m.Data), "false") })
		teacher.must("chat.post", map[string]any{"text": "go on"})
		ada.event("chat.posted")
		ada.mu.Lock()
		defer ada.mu.Unlock()
		if slices.ContainsFunc(ada.texts, func(m message) bool { return m.Event == "record.risk" }) {
			t.Error("a student was told")
		}
	})
	t.Run("what is relayed is recorded while recording is on", func(t *testing.T) {
		t.Parallel()
		s, _, teacher, _, _ := begun(t, 2)
		teacher.must("air.take", map[string]any{"voice": true})
		teacher.must("record", map[string]any{"on": true})
		eventually(t, "frames are recorded", func() bool {
			_ = teacher.ws.WriteMessage(websocket.BinaryMessage, frame(1, 0))
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.frames[teacher.id] > 0
		})
	})
}

func TestEnd(t *testing.T) {
	t.Parallel()
	t.Run("when a class ends its whole log is in the archive and everybody is told not to come back", func(t *testing.T) {
		t.Parallel()
		s, _, teacher, ada, _ := begun(t, 2)
		for i := range 30 {
			ada.send("chat.post", uuid.New(), map[string]any{"text": fmt.Sprint(i)})
		}
		last := teacher.must("class.end", nil)
		ada.closedWith(live.CloseEnded)
		eventually(t, "the archive has it", func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.over[ada.class] && len(s.events[ada.class]) >= int(last.Offset)
		})
		s.mu.Lock()
		defer s.mu.Unlock()
		for o := uint64(1); o <= last.Offset; o++ {
			if _, there := s.events[ada.class][o]; !there {
				t.Fatalf("event %d is missing", o)
			}
		}
	})
}
