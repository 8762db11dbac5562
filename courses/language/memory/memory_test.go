package memory

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/open-spaced-repetition/go-fsrs/v4"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// days is a time so many days after the start.
func days(n float64) time.Time { return start.Add(time.Duration(n * float64(24*time.Hour))) }

func event(kind string, rating int, at time.Time) Event {
	return Event{ID: uuid.Must(uuid.NewV7()), Word: "转速", Kind: kind, Rating: rating, At: at, Parameters: FSRS6}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		events []Event
		kept   bool
		reps   int
	}{
		{"nothing is remembered of a word that nothing happened to", nil, false, 0},
		{"a kept word is new", []Event{event(Keep, 0, days(0))}, true, 0},
		{"a dropped word is not kept, and what is remembered stays", []Event{event(Keep, 0, days(0)), event(Review, 3, days(0)), event(Drop, 0, days(1))}, false, 1},
		{"a word that is practised is kept", []Event{event(Review, 3, days(0))}, true, 1},
		{"practice does not bring back a word that was dropped", []Event{event(Keep, 0, days(0)), event(Drop, 0, days(1)), event(Review, 3, days(2))}, false, 1},
		{"keeping it again does", []Event{event(Drop, 0, days(1)), event(Keep, 0, days(2))}, true, 0},
		{"a look-up of a kept word counts as forgotten", []Event{event(Keep, 0, days(0)), event(LookUp, 0, days(1))}, true, 1},
		{"a look-up of another is only in the log", []Event{event(LookUp, 0, days(0))}, false, 0},
		{"a look-up before the word was kept counts for nothing, whenever it arrives", []Event{event(Keep, 0, days(1)), event(LookUp, 0, days(0))}, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := Fold("转速", c.events)
			if s.Kept != c.kept || int(s.Card.Reps) != c.reps {
				t.Errorf("kept %v, %d reviews; want %v, %d", s.Kept, s.Card.Reps, c.kept, c.reps)
			}
		})
	}
	t.Run("eight reviews on their due days fall due as FSRS-6 says", func(t *testing.T) {
		t.Parallel()
		var events []Event
		at := start
		var got []int
		for _, rating := range []int{3, 3, 3, 3, 1, 3, 3, 3} {
			events = append(events, event(Review, rating, at))
			s := Fold("转速", events)
			got = append(got, int(s.Card.Due.Sub(at).Hours()/24))
			at = s.Card.Due
		}
		// Measured with ts-fsrs 5.4.2.
		if want := []int{0, 2, 11, 46, 0, 3, 8, 19}; !reflect.DeepEqual(got, want) {
			t.Errorf("%v days, want %v", got, want)
		}
	})
	t.Run("shuffled, doubled and split between devices, a history folds to the same state", func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(300) {
			r := rand.New(rand.NewPCG(seed, 2))
			history := History(r, 40)
			want := Fold("转速", history)
			mixed := append(append([]Event{}, history...), history[:r.IntN(len(history))]...)
			r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
			if got := Fold("转速", mixed); !reflect.DeepEqual(got, want) {
				t.Fatalf("history %d: %+v, want %+v", seed, got, want)
			}
		}
	})
}

// History makes random events, some at the same moment.
func History(r *rand.Rand, n int) []Event {
	kinds := []string{Keep, Drop, Review, Review, Review, LookUp}
	at := start
	events := make([]Event, 1+r.IntN(n))
	for i := range events {
		at = at.Add(time.Duration(r.IntN(4)) * time.Duration(r.IntN(50)) * time.Hour)
		kind := kinds[r.IntN(len(kinds))]
		events[i] = event(kind, 0, at)
		if kind == Review {
			events[i].Rating = 1 + r.IntN(4)
		}
	}
	return events
}

func TestRetrievability(t *testing.T) {
	t.Parallel()
	review := func(ratings ...int) State {
		var events []Event
		for i, rating := range ratings {
			events = append(events, event(Review, rating, days(float64(i))))
		}
		return Fold("转速", events)
	}
	t.Run("what was just recalled is remembered, and fades", func(t *testing.T) {
		t.Parallel()
		s := review(3, 3)
		now, later := s.Retrievability(days(1.01)), s.Retrievability(days(60))
		if now < 0.99 || later > now || later <= 0 {
			t.Errorf("%v, then %v", now, later)
		}
	})
	t.Run("it is 0.9 after as many days as the stability", func(t *testing.T) {
		t.Parallel()
		if r := Retrievability(FSRS6, 10, start, days(10)); r < 0.899 || r > 0.901 {
			t.Errorf("%v", r)
		}
	})
	t.Run("it is what the library says, at any stability and age", func(t *testing.T) {
		t.Parallel()
		f, r := fsrs.NewFSRS(fsrs.DefaultParam()), rand.New(rand.NewPCG(4, 4))
		for range 1000 {
			stability, now := r.ExpFloat64()*50+0.001, days(r.Float64()*400)
			want, err := f.Retrievability(fsrs.Card{State: fsrs.Review, Stability: stability, LastReview: start}, now)
			if got := Retrievability(FSRS6, stability, start, now); err != nil || got-want > 1e-7 || want-got > 1e-7 {
				t.Fatalf("stability %v, %v later: %v, want %v (%v)", stability, now.Sub(start), got, want, err)
			}
		}
	})
	t.Run("what was just forgotten is not known, though it was just shown", func(t *testing.T) {
		t.Parallel()
		if r := review(3, 1).Retrievability(days(1.01)); r != 0 {
			t.Errorf("%v", r)
		}
	})
	t.Run("a new word is not remembered", func(t *testing.T) {
		t.Parallel()
		if r := Fold("转速", []Event{event(Keep, 0, start)}).Retrievability(days(1)); r != 0 {
			t.Errorf("%v", r)
		}
	})
}

func TestLeech(t *testing.T) {
	t.Parallel()
	t.Run("a word that is forgotten eight times is a leech", func(t *testing.T) {
		t.Parallel()
		var events []Event
		at := start
		for range LeechLapses {
			for _, rating := range []int{3, 3, 3, 1} {
				events = append(events, event(Review, rating, at))
				at = Fold("转速", events).Card.Due
			}
		}
		if s := Fold("转速", events); !s.Leech() {
			t.Errorf("%d lapses are no leech", s.Card.Lapses)
		}
		if s := Fold("转速", events[:8]); s.Leech() || s.Card.State == fsrs.New {
			t.Errorf("%d lapses are a leech", s.Card.Lapses)
		}
	})
}
