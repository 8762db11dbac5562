package classes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// told lets the mails about changes be written.
func (s *school) told() []Change {
	s.Helper()
	var list []Change
	s.no(s.TellChanges(s.Context(), func(_ context.Context, _ pgx.Tx, c Change) error {
		list = append(list, c)
		return nil
	}))
	return list
}

// wantTold says who gets a mail about changes, and of how many classes.
func (s *school) wantTold(when string, want ...string) {
	s.Helper()
	names := map[uuid.UUID]string{s.teacher: "teacher", s.learner: "learner", s.colleague: "colleague", s.nobody: "nobody"}
	got := []string{}
	for _, c := range s.told() {
		got = append(got, fmt.Sprint(names[c.AccountID], " ", len(c.Moves)))
	}
	slices.Sort(got)
	if !slices.Equal(got, append([]string{}, want...)) {
		s.Errorf("%s: %v, want %v", when, got, want)
	}
}

// shift moves a class.
func (s *school) shift(c Class, by time.Duration) Class {
	s.Helper()
	return s.change(c, func(in *NewClass) { in.StartsAt = in.StartsAt.Add(by) })
}

func TestTellChanges(t *testing.T) {
	t.Parallel()
	t.Run("a class that is moved several times within minutes is told once, from the time that people knew", func(t *testing.T) {
		s := setup(t)
		s.exec(`UPDATE accounts SET locale = 'ru' WHERE id = $1`, s.learner)
		first := s.plan(s.in(72 * time.Hour))
		c := s.shift(first, time.Hour)
		s.now = s.now.Add(3 * time.Minute)
		c = s.shift(c, time.Hour)
		s.now = s.now.Add(3 * time.Minute)
		s.wantTold("three minutes after the last")
		s.now = s.now.Add(2 * time.Minute)
		list := s.told()
		if len(list) != 2 {
			t.Fatalf("%d mails", len(list))
		}
		for _, m := range list {
			if m.ClassID != c.ID || m.TimeZone != "Africa/Lusaka" || len(m.Moves) != 1 || !m.Moves[0].Was.Equal(first.StartsAt) || !m.Moves[0].Now.Equal(c.StartsAt) {
				t.Errorf("mail = %+v", m)
			}
			if m.AccountID == s.learner && (m.Title != "Стой!" || m.Course != "Токарь") {
				t.Errorf("to the learner: %+v", m)
			}
		}
		s.wantTold("again")
		s.shift(c, time.Hour)
		s.now = s.now.Add(5 * time.Minute)
		s.wantTold("moved anew", "learner 1", "teacher 1")
	})
	t.Run("a class that is back at its old time, or has only another name, is told to nobody", func(t *testing.T) {
		s := setup(t)
		c := s.shift(s.shift(s.plan(s.in(72*time.Hour)), time.Hour), -time.Hour)
		s.change(c, func(in *NewClass) { in.Minutes, in.Title = 90, map[string]string{"en": "Go!"} })
		s.now = s.now.Add(time.Hour)
		s.wantTold("an hour later")
	})
	t.Run("who goes on changing is not waited for longer than half an hour", func(t *testing.T) {
		s := setup(t)
		c := s.plan(s.in(72 * time.Hour))
		for range 10 {
			c = s.shift(c, time.Hour)
			s.now = s.now.Add(3 * time.Minute)
		}
		s.wantTold("after half an hour", "learner 1", "teacher 1")
	})
	t.Run("a weekly series that is called off or moved is told in one mail", func(t *testing.T) {
		s := setup(t)
		in := s.in(72 * time.Hour)
		in.Weeks = 20
		c := s.change(s.plan(in), func(in *NewClass) { in.StartsAt, in.Later = in.StartsAt.Add(time.Hour), true })
		s.now = s.now.Add(5 * time.Minute)
		if list := s.told(); len(list) != 2 || len(list[0].Moves) != 20 || !list[0].Moves[0].Now.Equal(in.StartsAt.Add(time.Hour)) || list[0].ClassID != c.ID {
			t.Errorf("moved: %+v", list)
		}
		for range 2 {
			s.no(s.Cancel(t.Context(), s.teacher, c.ID, true))
		}
		s.now = s.now.Add(5 * time.Minute)
		list := s.told()
		if len(list) != 2 || list[0].ClassID != uuid.Nil || len(list[0].Moves) != 20 || !list[0].Moves[0].Was.Equal(c.StartsAt) || !list[0].Moves[19].Now.IsZero() {
			t.Errorf("called off: %+v", list)
		}
		s.no(s.Cancel(t.Context(), s.teacher, c.ID, true))
		s.now = s.now.Add(time.Hour)
		s.wantTold("called off once more")
	})
	t.Run("a run that is cancelled takes its classes with it, which is told in one mail", func(t *testing.T) {
		s := setup(t)
		weekly := s.in(72 * time.Hour)
		weekly.Weeks = 3
		series, single, over := s.plan(weekly), s.plan(s.in(48*time.Hour)), s.plan(s.in(24*time.Hour))
		s.exec(`UPDATE classes SET state = 'ended' WHERE id = $1`, over.ID)
		s.exec(`UPDATE runs SET cancelled_at = now(), title = '{"en": "Spring"}' WHERE id = $1`, single.RunID)
		s.no(pg.InTx(t.Context(), s.db, func(tx pgx.Tx) error { return CancelOfRun(t.Context(), tx, s.now, single.RunID) }))
		s.now = s.now.Add(5 * time.Minute)
		list := s.told()
		if len(list) != 2 || list[0].Title != "Spring" || list[0].ClassID != uuid.Nil || len(list[0].Moves) != 4 || !list[0].Moves[0].Was.Equal(single.StartsAt) {
			t.Errorf("told: %+v", list)
		}
		for id, want := range map[uuid.UUID]string{series.ID: "cancelled", single.ID: "cancelled", over.ID: "ended"} {
			c, err := s.Class(t.Context(), s.learner, id)
			if err != nil || c.State != want {
				t.Errorf("class is %q, %v, want %q", c.State, err, want)
			}
		}
	})
	t.Run("a class that is near is told after a minute, and is not reminded of besides", func(t *testing.T) {
		s := setup(t)
		c, off := s.plan(s.in(40*time.Minute)), s.plan(s.in(10*time.Minute))
		s.shift(c, -15*time.Minute)
		s.no(s.Cancel(t.Context(), s.teacher, off.ID, false))
		s.wantTold("at once")
		s.now = s.now.Add(time.Minute)
		s.wantTold("a minute later", "learner 1", "learner 1", "teacher 1", "teacher 1")
		s.wantReminded("a minute later")
		s.now = s.now.Add(10 * time.Minute)
		s.wantReminded("minutes before it", "learner soon", "teacher soon")
	})
	t.Run("a class in the past is told to nobody", func(t *testing.T) {
		s := setup(t)
		missed, moved, begun := s.plan(s.in(-time.Hour)), s.plan(s.in(-time.Hour)), s.plan(s.in(time.Hour))
		s.no(s.Cancel(t.Context(), s.teacher, missed.ID, false))
		s.shift(moved, -time.Hour)
		s.exec(`UPDATE classes SET state = 'ended' WHERE id = $1`, begun.ID)
		s.shift(begun, time.Hour)
		s.now = s.now.Add(10 * time.Minute)
		s.wantTold("later")
	})
	t.Run("who has left, is suspended or wants no mails is told nothing; who is named for the class is", func(t *testing.T) {
		s := setup(t)
		left, suspended := s.account("left"), s.account("suspended")
		s.enrol(left)
		s.enrol(suspended)
		s.exec(`UPDATE enrolments SET left_at = now() WHERE account_id = $1`, left)
		s.exec(`UPDATE accounts SET suspended_at = now() WHERE id = $1`, suspended)
		s.exec(`UPDATE accounts SET class_mails = false WHERE id = $1`, s.teacher)
		in := s.in(72 * time.Hour)
		in.TeacherIDs = []uuid.UUID{s.colleague}
		s.shift(s.plan(in), time.Hour)
		s.now = s.now.Add(5 * time.Minute)
		s.wantTold("moved", "colleague 1", "learner 1")
	})
	t.Run("four who look at once tell each person once, and what cannot be written is told later", func(t *testing.T) {
		s := setup(t)
		s.shift(s.plan(s.in(72*time.Hour)), time.Hour)
		s.now = s.now.Add(5 * time.Minute)
		broken := fault.New(fault.Unavailable, "queue", "no")
		if err := s.TellChanges(t.Context(), func(context.Context, pgx.Tx, Change) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("error = %v", err)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		told := 0
		for range 4 {
			wg.Go(func() {
				err := s.TellChanges(t.Context(), func(context.Context, pgx.Tx, Change) error {
					mu.Lock()
					told++
					mu.Unlock()
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if told != 2 {
			t.Errorf("%d mails, want 2", told)
		}
	})
}
