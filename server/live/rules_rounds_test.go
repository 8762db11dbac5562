package live

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// leading is a class with a teacher and a student, and a way to apply what somebody does.
type leading struct {
	t                *testing.T
	state            *State
	teacher, student *Person
}

func newLeading(t *testing.T) leading {
	s := NewState(uuid.New())
	s.Phase = PhaseOpen
	for _, role := range []Role{Teacher, Student} {
		p := &Person{ID: uuid.New(), Name: string(role), Role: role, Connections: []Connection{{ID: uuid.New()}}}
		s.People[p.ID] = p
	}
	l := leading{t: t, state: s}
	for _, p := range s.People {
		if p.Role == Teacher {
			l.teacher = p
		} else {
			l.student = p
		}
	}
	return l
}

// does asks for a command and, when it becomes an event, applies it.
func (l leading) does(p *Person, name string, with any) (Event, error) {
	l.t.Helper()
	body, _ := json.Marshal(with)
	e, err := rules[name].do(&asked{state: l.state, person: p, with: body, key: uuid.New(), now: time.Now().UnixMilli()})
	if err == nil {
		e.By, e.Offset, e.At = p.ID, l.state.Offset+1, time.Now().UnixMilli()
		l.state.Apply(e)
	}
	return e, err
}

func TestPollsKeepWhatIsRightToThemselves(t *testing.T) {
	t.Parallel()
	l := newLeading(t)
	poll := Poll{ID: uuid.New(), Kind: "single", Question: "停 means?", Options: []string{"stop", "go"}, Correct: []int{0}, Graded: true}
	e, err := l.does(l.teacher, "poll.open", poll)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(e)
	if frame := string(entryOf(placedEvent{e, body}).frame); strings.Contains(frame, "correct") || !strings.Contains(frame, "停 means?") {
		t.Errorf("what goes down when a poll is opened: %s", frame)
	}
	if v := l.state.View(l.student.ID).Poll; v.Correct != nil || v.Tally != nil || v.Answered != nil {
		t.Errorf("a student sees %+v", v)
	}
	if _, err := l.does(l.student, "poll.answer", pollData{Poll: poll.ID, Answer: Answer{Choices: []int{1}}}); err != nil {
		t.Fatal(err)
	}
	if v := l.state.View(l.teacher.ID).Poll; !slices.Equal(v.Answered, []uuid.UUID{l.student.ID}) {
		t.Errorf("staff hears that %v have answered", v.Answered)
	}
	if _, err := l.does(l.teacher, "poll.show", pollData{Poll: poll.ID}); err != nil {
		t.Fatal(err)
	}
	if v := l.state.View(l.student.ID).Poll; !slices.Equal(v.Correct, []int{0}) || v.Tally.Counts[1] != 1 {
		t.Errorf("once it is shown a student sees %+v", v)
	}
}

func TestWhatIsRightFitsTheKindOfPoll(t *testing.T) {
	t.Parallel()
	picture := uuid.New()
	for name, c := range map[string]struct {
		poll Poll
		good bool
	}{
		"an option":                    {Poll{Kind: "single", Options: []string{"a", "b"}, Correct: []int{1}}, true},
		"an option that is not there":  {Poll{Kind: "multiple", Options: []string{"a", "b"}, Correct: []int{2}}, false},
		"a place on the picture":       {Poll{Kind: "spot", Picture: picture, Correct: []int{500, 250, 80}}, true},
		"a place beside the picture":   {Poll{Kind: "spot", Picture: picture, Correct: []int{1500, 250, 80}}, false},
		"half a place":                 {Poll{Kind: "spot", Picture: picture, Correct: []int{500}}, false},
		"no place":                     {Poll{Kind: "spot", Picture: picture}, true},
		"a text, which nobody can say": {Poll{Kind: "text", Correct: []int{0}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLeading(t)
			c.poll.ID, c.poll.Question = uuid.New(), "?"
			if _, err := l.does(l.teacher, "poll.open", c.poll); (err == nil) != c.good {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestRoomsOpenedAgainKeepWhatWasMadeInThem(t *testing.T) {
	t.Parallel()
	l := newLeading(t)
	open := map[string]any{"spaces": []Space{{ID: "a", Name: "A", People: []uuid.UUID{l.student.ID}}}}
	if _, err := l.does(l.teacher, "breakout.open", open); err != nil {
		t.Fatal(err)
	}
	board := l.state.Boards["a"]
	l.state.Chats["a"].Messages = []*Message{{ID: uuid.New(), Text: "done"}}
	open["seconds"] = 60
	if _, err := l.does(l.teacher, "breakout.open", open); err != nil {
		t.Fatal(err)
	}
	if l.state.Boards["a"] != board || len(l.state.Chats["a"].Messages) != 1 || l.state.People[l.student.ID].Space != "a" {
		t.Error("calling all back in a minute has emptied the room")
	}
}

func TestRoomsAndWritingRoundsEndByTheClock(t *testing.T) {
	t.Parallel()
	l := newLeading(t)
	class, now := uuid.New(), time.Now()
	if events := l.state.due(class, now.Add(time.Hour)); len(events) != 0 {
		t.Fatalf("with nothing open %v is due", events)
	}
	if _, err := l.does(l.teacher, "breakout.open", map[string]any{"spaces": []Space{{ID: "a", Name: "A"}}, "seconds": 60}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.does(l.teacher, "write.open", map[string]any{"round": uuid.New(), "hanzi": "车", "seconds": 60}); err != nil {
		t.Fatal(err)
	}
	if events := l.state.due(class, now.Add(50*time.Second)); len(events) != 0 {
		t.Errorf("ten seconds before the end %v is due", events)
	}
	late := now.Add(65 * time.Second)
	events, again := l.state.due(class, late), l.state.due(class, late)
	if len(events) != 2 || events[0].Key != again[0].Key || events[1].Key != again[1].Key {
		t.Fatalf("due: %v, then %v", events, again)
	}
	for _, e := range events {
		e.Offset = l.state.Offset + 1
		l.state.Apply(e)
	}
	if len(l.state.Spaces) != 0 || !l.state.Write.Closed || len(l.state.due(class, late)) != 0 {
		t.Error("what was due has not ended")
	}
}
