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
)

// post takes reminders as the outbox does.
type post struct {
	mu   sync.Mutex
	sent []Reminder
}

func (p *post) write(ctx context.Context, tx pgx.Tx, r Reminder) (uuid.UUID, error) {
	p.mu.Lock()
	p.sent = append(p.sent, r)
	p.mu.Unlock()
	id := newID()
	_, err := tx.Exec(ctx, `INSERT INTO mails (id, account_id, to_address, subject, body) VALUES ($1, $2, 'x@example.org', 's', 'b')`, id, r.AccountID)
	return id, err
}

// reminded lets what is due be written and tells it: who, of what kind.
func (s *school) reminded() []string {
	s.Helper()
	var p post
	s.no(s.Remind(s.Context(), p.write))
	names := map[uuid.UUID]string{s.teacher: "teacher", s.learner: "learner", s.colleague: "colleague", s.nobody: "nobody"}
	list := []string{}
	for _, r := range p.sent {
		list = append(list, names[r.AccountID]+" "+r.Kind)
	}
	slices.Sort(list)
	return list
}

func (s *school) wantReminded(when string, want ...string) {
	s.Helper()
	if got := s.reminded(); !slices.Equal(got, append([]string{}, want...)) {
		s.Errorf("%s: %v, want %v", when, got, want)
	}
}

// idle reports of the mails of a class how many are of no use any more.
func (s *school) idle(class uuid.UUID) (idle, all int) {
	s.Helper()
	err := s.db.QueryRow(s.Context(), `SELECT count(*) FILTER (WHERE is_idle_reminder(mail_id)), count(*) FROM class_reminders WHERE class_id = $1`, class).Scan(&idle, &all)
	s.no(err)
	return idle, all
}

func TestRemind(t *testing.T) {
	t.Parallel()
	t.Run("learners and teachers get one mail the day before and one minutes before, once", func(t *testing.T) {
		s := setup(t)
		s.plan(s.in(25 * time.Hour))
		s.wantReminded("25 hours before")
		s.now = s.now.Add(time.Hour)
		s.wantReminded("24 hours before", "learner day", "teacher day")
		s.wantReminded("again")
		s.now = s.now.Add(23*time.Hour + 30*time.Minute)
		s.wantReminded("half an hour before")
		s.now = s.now.Add(15 * time.Minute)
		s.wantReminded("15 minutes before", "learner soon", "teacher soon")
		s.wantReminded("again")
		s.now = s.now.Add(15 * time.Minute)
		s.wantReminded("at its beginning")
	})
	t.Run("the texts are in the reader's language", func(t *testing.T) {
		s := setup(t)
		s.exec(`UPDATE accounts SET locale = 'ru' WHERE id = $1`, s.learner)
		c := s.plan(s.in(10 * time.Minute))
		var p post
		s.no(s.Remind(t.Context(), p.write))
		for _, r := range p.sent {
			want := Reminder{c.ID, s.teacher, ReminderSoon, c.StartsAt, "Africa/Lusaka", "Stop!", "Lathe"}
			if r.AccountID == s.learner {
				want.AccountID, want.Title, want.Course = s.learner, "Стой!", "Токарь"
			}
			if r.StartsAt = r.StartsAt.UTC(); !r.StartsAt.Equal(want.StartsAt) {
				t.Errorf("begins at %v, want %v", r.StartsAt, want.StartsAt)
			}
			if r.StartsAt = want.StartsAt; r != want {
				t.Errorf("reminder = %+v, want %+v", r, want)
			}
		}
	})
	t.Run("a class planned within the day is told once, and one planned minutes before only as such", func(t *testing.T) {
		s := setup(t)
		s.plan(s.in(5 * time.Hour))
		s.wantReminded("five hours before", "learner day", "teacher day")
		s.plan(s.in(10 * time.Minute))
		s.wantReminded("ten minutes before", "learner soon", "teacher soon")
		s.plan(s.in(40 * time.Minute))
		s.wantReminded("40 minutes before: too late for the one, too early for the other")
		s.plan(s.in(0))
		s.wantReminded("a class that begins now")
	})
	t.Run("a class that is moved is told of anew, and the mails of its old time are not sent", func(t *testing.T) {
		s := setup(t)
		c := s.plan(s.in(5 * time.Hour))
		s.wantReminded("planned", "learner day", "teacher day")
		if idle, all := s.idle(c.ID); idle != 0 || all != 2 {
			t.Errorf("%d of %d mails are of no use", idle, all)
		}
		c = s.change(c, func(in *NewClass) { in.StartsAt = in.StartsAt.Add(time.Hour) })
		if idle, _ := s.idle(c.ID); idle != 2 {
			t.Errorf("%d mails of the old time are of no use", idle)
		}
		s.wantReminded("just moved: the mail of that comes first")
		s.now = s.now.Add(5 * time.Minute)
		s.wantTold("moved", "learner 1", "teacher 1")
		s.wantReminded("told the new time by that")
		s.change(c, func(in *NewClass) { in.Minutes = 90 })
		s.wantReminded("longer, at the same time")
	})
	t.Run("a class that is called off is told to nobody, and mails under way are not sent", func(t *testing.T) {
		s := setup(t)
		c, other := s.plan(s.in(5*time.Hour)), s.plan(s.in(6*time.Hour))
		s.no(s.Cancel(t.Context(), s.teacher, other.ID, false))
		s.wantReminded("one of two called off", "learner day", "teacher day")
		s.no(s.Cancel(t.Context(), s.teacher, c.ID, false))
		if idle, all := s.idle(c.ID); idle != 2 || all != 2 {
			t.Errorf("%d of %d mails are of no use", idle, all)
		}
		s.plan(s.in(5 * time.Hour))
		s.exec(`UPDATE runs SET cancelled_at = now() WHERE id = $1`, s.run)
		s.wantReminded("its run called off")
	})
	t.Run("who is named for the class is reminded, who has left, is suspended or wants none is not", func(t *testing.T) {
		s := setup(t)
		left, suspended := s.account("left"), s.account("suspended")
		s.enrol(left)
		s.enrol(suspended)
		s.exec(`UPDATE enrolments SET left_at = now() WHERE account_id = $1`, left)
		s.exec(`UPDATE accounts SET suspended_at = now() WHERE id = $1`, suspended)
		s.exec(`UPDATE accounts SET class_mails = false WHERE id = $1`, s.teacher)
		in := s.in(5 * time.Hour)
		in.TeacherIDs = []uuid.UUID{s.colleague}
		c := s.plan(in)
		s.wantReminded("planned", "colleague day", "learner day")
		s.exec(`UPDATE accounts SET class_mails = false WHERE id = $1`, s.learner)
		if idle, _ := s.idle(c.ID); idle != 1 {
			t.Errorf("%d mails are not sent after one has switched them off", idle)
		}
	})
	t.Run("who enrols within the day is told by the next look", func(t *testing.T) {
		s := setup(t)
		s.plan(s.in(5 * time.Hour))
		s.wantReminded("planned", "learner day", "teacher day")
		s.enrol(s.nobody)
		s.wantReminded("enrolled", "nobody day")
	})
	t.Run("a large run is written to in parts, and four who look at once write to each once", func(t *testing.T) {
		s := setup(t)
		for i := range 2*remindedAtOnce + 3 {
			s.enrol(s.account(fmt.Sprintf("many-%d", i)))
		}
		s.plan(s.in(5 * time.Hour))
		var p post
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := s.Remind(t.Context(), p.write); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s.no(s.Remind(t.Context(), p.write))
		var mails, people int
		s.no(s.db.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT account_id) FROM mails`).Scan(&mails, &people))
		if want := 2*remindedAtOnce + 5; mails != want || people != want {
			t.Errorf("%d mails to %d people, want %d", mails, people, want)
		}
	})
	t.Run("what cannot be written is due again", func(t *testing.T) {
		s := setup(t)
		s.plan(s.in(5 * time.Hour))
		broken := fault.New(fault.Unavailable, "queue", "no")
		err := s.Remind(t.Context(), func(context.Context, pgx.Tx, Reminder) (uuid.UUID, error) { return uuid.Nil, broken })
		if !errors.Is(err, broken) {
			t.Errorf("error = %v", err)
		}
		s.wantReminded("later", "learner day", "teacher day")
	})
}
