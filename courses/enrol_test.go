package courses

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func TestEnrol(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	micro, mooc := w.publish(Micro), w.publish(MOOC)
	run, other := w.newRun(mooc.id, 2), w.newRun(w.publish(MOOC).id, 0)

	t.Run("a micro-course is always open, a MOOC needs one of its runs", func(t *testing.T) {
		id := newID()
		e := must(w.Enrol(ctx, w.learner, id, NewEnrolment{CourseID: micro.id}))(w)
		if e.ID != id || e.CourseID != micro.id || e.RunID != nil || e.EnrolledAt.IsZero() {
			t.Errorf("got %+v", e)
		}
		_, err := w.Enrol(ctx, w.teacher, newID(), NewEnrolment{CourseID: micro.id, RunID: &run})
		wantFault(t, err, fault.Invalid, "no_run")
		_, err = w.Enrol(ctx, w.learner, newID(), NewEnrolment{CourseID: mooc.id})
		wantFault(t, err, fault.Invalid, "run_needed")
		_, err = w.Enrol(ctx, w.learner, newID(), NewEnrolment{CourseID: mooc.id, RunID: &other})
		wantFault(t, err, fault.NotFound, "")
	})
	t.Run("the same request again gives the same place, another one is told so", func(t *testing.T) {
		id := newID()
		a := must(w.Enrol(ctx, w.learner, id, NewEnrolment{CourseID: mooc.id, RunID: &run}))(w)
		b := must(w.Enrol(ctx, w.learner, id, NewEnrolment{CourseID: mooc.id, RunID: &run}))(w)
		if a.EnrolledAt != b.EnrolledAt || a.ID != b.ID || *b.RunID != run {
			t.Errorf("got %+v and %+v", a, b)
		}
		_, err := w.Enrol(ctx, w.learner, newID(), NewEnrolment{CourseID: mooc.id, RunID: &run})
		wantFault(t, err, fault.Conflict, "already_enrolled")
		_, err = w.Enrol(ctx, w.teacher, id, NewEnrolment{CourseID: mooc.id, RunID: &run})
		wantFault(t, err, fault.Conflict, "id_taken")
		_, err = w.Enrol(ctx, w.learner, id, NewEnrolment{CourseID: micro.id})
		wantFault(t, err, fault.Conflict, "id_taken")
	})
	t.Run("leaving frees the seat; coming back takes a new place, and the old request does not bring it back", func(t *testing.T) {
		who := w.addAccount("wavering")
		id := w.enrol(who, mooc.id, &run)
		_, err := w.Enrol(ctx, w.stranger, newID(), NewEnrolment{CourseID: mooc.id, RunID: &run})
		wantFault(t, err, fault.Conflict, "run_full")
		wantFault(t, w.Leave(ctx, w.stranger, id), fault.NotFound, "")
		w.no(w.Leave(ctx, who, id))
		w.no(w.Leave(ctx, who, id))
		_, err = w.Enrol(ctx, who, id, NewEnrolment{CourseID: mooc.id, RunID: &run})
		wantFault(t, err, fault.Conflict, "enrolment_ended")
		w.enrol(who, mooc.id, &run)
		w.exec(`DELETE FROM accounts WHERE id = $1`, who)
		if n := scan[int](w, `SELECT seats_taken FROM runs WHERE id = $1`, run); n != 1 {
			t.Errorf("%d seats taken after the account is gone", n)
		}
	})
	t.Run("a run that is over or cancelled takes nobody", func(t *testing.T) {
		over, cancelled := w.newRun(mooc.id, 0), w.newRun(mooc.id, 0)
		w.exec(`UPDATE runs SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day' WHERE id = $1`, over)
		w.no(w.CancelRun(ctx, w.author, cancelled, false))
		for _, r := range []uuid.UUID{over, cancelled} {
			_, err := w.Enrol(ctx, w.teacher, newID(), NewEnrolment{CourseID: mooc.id, RunID: &r})
			wantFault(t, err, fault.Conflict, "run_closed")
		}
	})
	t.Run("a draft is not there", func(t *testing.T) {
		_, err := w.Enrol(ctx, w.learner, newID(), NewEnrolment{CourseID: w.newCourse(Micro)})
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestEnrolRace(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(MOOC)
	accounts := w.learners(100)

	t.Run("of a hundred who want the last seat one gets it and the others are told that it is gone", func(t *testing.T) {
		for range 10 {
			run := w.newRun(c.id, 1)
			var won, full atomic.Int64
			race(accounts, func(_ int, who uuid.UUID) {
				_, err := w.Enrol(ctx, who, newID(), NewEnrolment{CourseID: c.id, RunID: &run})
				var f *fault.Error
				switch {
				case err == nil:
					won.Add(1)
				case errors.As(err, &f) && f.Code == "run_full":
					full.Add(1)
				default:
					t.Error(err)
				}
			})
			taken := scan[int](w, `SELECT seats_taken FROM runs WHERE id = $1`, run)
			rows := scan[int](w, `SELECT count(*) FROM enrolments WHERE run_id = $1 AND left_at IS NULL`, run)
			if won.Load() != 1 || full.Load() != 99 || taken != 1 || rows != 1 {
				t.Fatalf("%d won, %d were told, %d seats, %d rows", won.Load(), full.Load(), taken, rows)
			}
			w.exec(`UPDATE enrolments SET left_at = now() WHERE run_id = $1`, run)
		}
	})
	t.Run("one learner a hundred times at once has one place, whether the requests are one or many", func(t *testing.T) {
		for _, same := range []bool{true, false} {
			run, id := w.newRun(c.id, 1), newID()
			var won, told atomic.Int64
			race(accounts, func(int, uuid.UUID) {
				mine := id
				if !same {
					mine = newID()
				}
				_, err := w.Enrol(ctx, w.learner, mine, NewEnrolment{CourseID: c.id, RunID: &run})
				var f *fault.Error
				switch {
				case err == nil:
					won.Add(1)
				case errors.As(err, &f) && f.Code == "already_enrolled":
					told.Add(1)
				default:
					t.Error(err)
				}
			})
			rows := scan[int](w, `SELECT count(*) FROM enrolments WHERE account_id = $1 AND left_at IS NULL`, w.learner)
			if want := map[bool]int64{true: 100, false: 1}[same]; won.Load() != want || told.Load() != 100-want || rows != 1 {
				t.Errorf("same request %v: %d won, %d told, %d rows", same, won.Load(), told.Load(), rows)
			}
			w.exec(`UPDATE enrolments SET left_at = now() WHERE account_id = $1`, w.learner)
		}
	})
}

// race calls fn for all accounts at the same moment.
func race(accounts []uuid.UUID, fn func(int, uuid.UUID)) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, who := range accounts {
		wg.Go(func() { <-start; fn(i, who) })
	}
	close(start)
	wg.Wait()
}

func TestRuns(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(MOOC)
	two := 2
	in := RunInput{CourseID: c.id, Title: en("Spring"), StartsAt: time.Now().Add(time.Hour), EndsAt: time.Now().Add(2 * time.Hour), TimeZone: "Asia/Tashkent",
		Capacity: &two, TeacherEmails: []string{" TEACHER@example.org"}}
	id := newID()

	t.Run("a run is made once and replaced with the version last seen", func(t *testing.T) {
		r := must(w.PutRun(ctx, w.author, id, in))(w)
		if r.State != "upcoming" || *r.SeatsLeft != 2 || r.Version != 1 || len(r.Teachers) != 1 || r.Teachers[0].AccountID != w.teacher || r.Teachers[0].Email != "teacher@example.org" {
			t.Errorf("got %+v", r)
		}
		changed := in
		changed.Title = en("Summer")
		if r := must(w.PutRun(ctx, w.author, id, changed))(w); r.Title["en"] != "Spring" {
			t.Error("a creation without version replaced a run")
		}
		changed.Version, changed.TeacherEmails = 1, nil
		if r := must(w.PutRun(ctx, w.coordinator, id, changed))(w); r.Title["en"] != "Summer" || r.Version != 2 || len(r.Teachers) != 0 {
			t.Errorf("got %+v", r)
		}
		_, err := w.PutRun(ctx, w.author, id, changed)
		wantFault(t, err, fault.Conflict, "stale_version")
	})
	t.Run("bad fields are named", func(t *testing.T) {
		for code, change := range map[string]func(*RunInput){
			"ends_before_start": func(r *RunInput) { r.EndsAt = r.StartsAt },
			"unknown_time_zone": func(r *RunInput) { r.TimeZone = "Mars/Olympus" },
			"bad_date":          func(r *RunInput) { r.StartsAt = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC) },
			"no_account":        func(r *RunInput) { r.TeacherEmails = []string{"teacher@example.org", "nobody@example.org"} },
		} {
			bad := in
			change(&bad)
			_, err := w.PutRun(ctx, w.author, newID(), bad)
			wantFault(t, err, fault.Invalid, code)
		}
		_, err := w.PutRun(ctx, w.author, newID(), RunInput{CourseID: w.publish(Micro).id, StartsAt: in.StartsAt, EndsAt: in.EndsAt, TimeZone: "UTC"})
		wantFault(t, err, fault.Conflict, "no_runs")
	})
	t.Run("a run with learners keeps their seats and is cancelled by force only", func(t *testing.T) {
		w.enrol(w.learner, c.id, &id)
		w.enrol(w.stranger, c.id, &id)
		small, one := in, 1
		small.Capacity, small.Version = &one, 2
		_, err := w.PutRun(ctx, w.author, id, small)
		wantFault(t, err, fault.Invalid, "below_taken")
		wantFault(t, w.CancelRun(ctx, w.author, id, false), fault.Conflict, "run_has_learners")
		class := newID()
		w.exec(`INSERT INTO classes (id, run_id, title, starts_at, minutes, time_zone) VALUES ($1, $2, '{"en":"Class"}', now() + interval '1 day', 45, 'UTC')`, class, id)
		w.no(w.CancelRun(ctx, w.author, id, true))
		w.no(w.CancelRun(ctx, w.author, id, true))
		var state string
		if err := w.db.QueryRow(ctx, `SELECT state FROM classes WHERE id = $1`, class).Scan(&state); err != nil || state != "cancelled" {
			t.Errorf("its class is %q, %v", state, err)
		}
		small.Capacity, small.Version = &two, 3
		_, err = w.PutRun(ctx, w.author, id, small)
		wantFault(t, err, fault.Conflict, "run_cancelled")
		if d := must(w.DraftCourse(ctx, w.author, c.id))(w); d.Runs[0].State != "cancelled" {
			t.Errorf("got %+v", d.Runs)
		}
	})
	t.Run("others may not", func(t *testing.T) {
		for _, who := range []uuid.UUID{uuid.Nil, w.learner, w.teacher, w.stranger, w.suspended} {
			_, err := w.PutRun(ctx, who, newID(), in)
			wantFault(t, err, fault.NotFound, "")
			wantFault(t, w.CancelRun(ctx, who, id, true), fault.NotFound, "")
		}
	})
}
