package classes

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/google/uuid"
)

// at is an event of the log after so many minutes.
func at(minute int64, name string, data any) Event {
	b, err := json.Marshal(data)
	if err != nil {
		panic(err)
	}
	return Event{Ms: 1_795_000_000_000 + minute*60000, Name: name, Data: b}
}

func TestAttended(t *testing.T) {
	t.Parallel()
	li, mei := uuid.New(), uuid.New()
	phone, laptop, other := uuid.New(), uuid.New(), uuid.New()
	join := func(minute int64, person, connection uuid.UUID, node string, waiting bool) Event {
		return at(minute, "person.joined", map[string]any{"person": person, "name": person.String(), "role": "student", "node": node, "connection": connection, "waiting": waiting})
	}
	left := func(minute int64, person, connection uuid.UUID, seen int64) Event {
		return at(minute, "person.left", map[string]any{"person": person, "connection": connection, "seen": 1_795_000_000_000 + seen*60000})
	}
	started, ended := at(10, "class.started", nil), at(70, "class.ended", nil)
	for _, c := range []struct {
		name   string
		events []Event
		want   map[uuid.UUID]int64 // minutes
	}{
		{"what was before the start and after the end does not count", []Event{join(0, li, phone, "a", false), started, ended, left(80, li, phone, 80)}, map[uuid.UUID]int64{li: 60}},
		{"two connections at once count once", []Event{started, join(20, li, phone, "a", false), join(30, li, laptop, "b", false), left(40, li, phone, 40), left(50, li, laptop, 50), ended}, map[uuid.UUID]int64{li: 30}},
		{"a cut of the line is no presence", []Event{started, join(10, li, phone, "a", false), left(31, li, phone, 30), join(40, li, laptop, "a", false), ended}, map[uuid.UUID]int64{li: 50}},
		{"a node that dies ends its people's connections where it was last heard", []Event{started, join(10, li, phone, "a", false), join(10, mei, other, "b", false),
			at(41, "node.gone", map[string]any{"node": "a", "seen": int64(1_795_000_000_000 + 40*60000)}), ended}, map[uuid.UUID]int64{li: 30, mei: 60}},
		{"who waits at the door is not there", []Event{started, join(10, li, phone, "a", true), join(10, mei, other, "a", true), at(20, "person.admitted", map[string]any{"person": li}), ended}, map[uuid.UUID]int64{li: 50, mei: 0}},
		{"a class that never began has nobody", []Event{join(0, li, phone, "a", false), left(50, li, phone, 50)}, map[uuid.UUID]int64{li: 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			list, _ := attended(c.events)
			got := map[uuid.UUID]int64{}
			for _, p := range list {
				got[p.Person] = p.Ms / 60000
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestDoings(t *testing.T) {
	t.Parallel()
	li, poll := uuid.New(), uuid.New()
	r := ClassReport{People: []Attendee{{Person: li}}, Polls: []PollResult{}}
	answer := func(choices ...int) Event {
		return at(2, "poll.answered", map[string]any{"poll": poll, "person": li, "answer": map[string]any{"choices": choices}})
	}
	r.addDoings([]Event{
		at(1, "poll.opened", map[string]any{"poll": poll, "kind": "multiple", "question": "?", "correct": []int{0, 2}, "graded": true}),
		answer(0), answer(2, 0), at(3, "hand.raised", map[string]any{"person": li}),
	})
	if p := r.People[0]; p.Answered != 1 || p.Right != 1 || p.Hands != 1 {
		t.Errorf("a changed answer counts once, as it was last: %+v", p)
	}
	if len(r.Polls) != 1 || r.Polls[0].Answers != 1 || r.Polls[0].Right != 1 || !r.Polls[0].Graded {
		t.Errorf("polls = %+v", r.Polls)
	}
}
