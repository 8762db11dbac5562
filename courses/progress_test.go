package courses

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// stored reads what the database holds of a learner and an activity.
func (w *world) stored(account, activity uuid.UUID) (set spans, positionMs int, at time.Time) {
	w.Helper()
	err := w.db.QueryRow(w.Context(), `SELECT watched::text, position_ms, position_at FROM progress WHERE account_id = $1 AND activity_id = $2`, account, activity).
		Scan(&set, &positionMs, &at)
	w.no(err)
	return set, positionMs, at
}

func TestReport(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(Micro)
	w.enrol(w.learner, c.id, nil)
	report := func(activity uuid.UUID, at time.Time, position int, ranges ...[2]int) Report {
		return Report{ID: newID(), ActivityID: activity, Watched: ranges, PositionMs: position, At: at}
	}
	now := time.Now().UTC().Truncate(time.Microsecond)

	t.Run("reports add up to a union, whatever their order and however often they come", func(t *testing.T) {
		batch := []Report{report(c.video, now.Add(-3*time.Hour), 30_000, [2]int{10, 30}), report(c.video, now.Add(-time.Hour), 70_000, [2]int{20, 40}, [2]int{60, 70}),
			report(c.video, now.Add(-2*time.Hour), 5_000, [2]int{0, 5}, [2]int{40, 41})}
		for range 3 {
			if r := must(w.Report(ctx, w.learner, batch))(w); len(r.Accepted) != 3 || len(r.Rejected) != 0 {
				t.Errorf("got %+v", r)
			}
		}
		set, position, at := w.stored(w.learner, c.video)
		if !reflect.DeepEqual(set, spans{{0, 5}, {10, 41}, {60, 70}}) || position != 70_000 || !at.Equal(now.Add(-time.Hour)) {
			t.Errorf("stored %v, %d, %v", set, position, at)
		}
	})
	t.Run("a report that comes late does not move the position back", func(t *testing.T) {
		must(w.Report(ctx, w.learner, []Report{report(c.video, now.Add(-90*time.Minute), 1_000)}))(w)
		if _, position, _ := w.stored(w.learner, c.video); position != 70_000 {
			t.Errorf("position %d", position)
		}
		must(w.Report(ctx, w.learner, []Report{report(c.video, now.Add(-30*time.Minute), 2_000)}))(w)
		if _, position, _ := w.stored(w.learner, c.video); position != 2_000 {
			t.Errorf("position %d", position)
		}
	})
	t.Run("what lies outside the activity is cut off, and a time to come counts as now", func(t *testing.T) {
		must(w.Report(ctx, w.learner, []Report{report(c.openVideo, now.Add(1000*time.Hour), 5_000_000, [2]int{-5, 3}, [2]int{90, 2_000_000_000})}))(w)
		set, position, at := w.stored(w.learner, c.openVideo)
		if !reflect.DeepEqual(set, spans{{0, 3}, {90, 100}}) || position != 100_999 || at.After(time.Now().Add(time.Second)) {
			t.Errorf("stored %v, %d, %v", set, position, at)
		}
		must(w.Report(ctx, w.learner, []Report{report(c.openVideo, time.Now().Add(time.Millisecond), 7)}))(w)
		if _, position, _ := w.stored(w.learner, c.openVideo); position != 7 {
			t.Error("a clock that is wrong holds the position for ever")
		}
	})
	t.Run("each report is judged by itself", func(t *testing.T) {
		good, unknown, backwards := report(c.reading, now, 0, [2]int{0, 1}), report(newID(), now, 0), report(c.reading, now, 0, [2]int{5, 1})
		r := must(w.Report(ctx, w.learner, []Report{unknown, good, backwards}))(w)
		want := ReportResult{Accepted: []uuid.UUID{good.ID}, Rejected: []Rejection{{backwards.ID, "bad_range"}, {unknown.ID, "unknown_activity"}}}
		if !reflect.DeepEqual(r, want) {
			t.Errorf("got %+v", r)
		}
	})
	t.Run("only what one may learn counts; a preview counts for everybody with an account", func(t *testing.T) {
		for who, want := range map[uuid.UUID]int{w.stranger: 1, w.author: 2, w.suspended: 1} {
			r := must(w.Report(ctx, who, []Report{report(c.openVideo, now, 0, [2]int{0, 1}), report(c.video, now, 0, [2]int{0, 1})}))(w)
			if len(r.Accepted) != want {
				t.Errorf("%v: %+v", who, r)
			}
		}
		_, err := w.Report(ctx, uuid.Nil, []Report{report(c.openVideo, now, 0)})
		wantFault(t, err, fault.Unauthenticated, "")
	})
	t.Run("a learner who has left learns no more, and finds everything on coming back", func(t *testing.T) {
		who := w.addAccount("returns")
		id := w.enrol(who, c.id, nil)
		w.watch(who, c.video, 0, 50)
		w.no(w.Leave(ctx, who, id))
		if r := w.watch(who, c.video, 50, 60); len(r.Accepted) != 0 {
			t.Error("it was taken")
		}
		w.enrol(who, c.id, nil)
		if d := must(w.CourseDetail(ctx, who, c.slug))(w); d.Progress.Fraction != 0.083 || *d.Progress.ContinuePositionMs != 50_000 {
			t.Errorf("got %+v", d.Progress)
		}
	})
	t.Run("a report that says nothing new writes nothing", func(t *testing.T) {
		one := []Report{report(c.video, now.Add(-4*time.Hour), 0, [2]int{11, 12})}
		before := scan[string](w, `SELECT xmin::text || ctid::text FROM progress WHERE account_id = $1 AND activity_id = $2`, w.learner, c.video)
		must(w.Report(ctx, w.learner, one))(w)
		if after := scan[string](w, `SELECT xmin::text || ctid::text FROM progress WHERE account_id = $1 AND activity_id = $2`, w.learner, c.video); after != before {
			t.Error("the row was written")
		}
	})
	t.Run("too many reports are refused whole", func(t *testing.T) {
		_, err := w.Report(ctx, w.learner, make([]Report, MaxReports+1))
		wantFault(t, err, fault.Invalid, "too_many")
	})
	t.Run("an account that is deleted meanwhile harms nobody else", func(t *testing.T) {
		ghost := newID()
		var wg sync.WaitGroup
		for i, who := range append(w.learners(10), ghost) {
			wg.Go(func() {
				_, err := w.Report(ctx, who, []Report{report(c.openVideo, now, 0, [2]int{i, i + 1})})
				if (err != nil) != (who == ghost) {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wg.Wait()
	})
	t.Run("after Close reports are refused and nothing is lost", func(t *testing.T) {
		s := New(w.db)
		var taken atomic.Int64
		var wg sync.WaitGroup
		who := w.addAccount("closing")
		for i := range 50 {
			wg.Go(func() {
				if r, err := s.Report(ctx, who, []Report{report(c.openVideo, now, 0, [2]int{i, i + 1})}); err == nil {
					taken.Add(int64(len(r.Accepted)))
				} else {
					wantFault(t, err, fault.Unavailable, "shutting_down")
				}
			})
		}
		s.Close()
		wg.Wait()
		n := 0
		if taken.Load() > 0 {
			set, _, _ := w.stored(who, c.openVideo)
			n = set.seconds(100)
		}
		if n != int(taken.Load()) {
			t.Errorf("%d reports acknowledged, %d seconds stored", taken.Load(), n)
		}
		_, err := s.Report(ctx, who, []Report{report(c.openVideo, now, 0)})
		wantFault(t, err, fault.Unavailable, "shutting_down")
	})
}

func TestUpdatesStayOnThePage(t *testing.T) {
	w := setup(t)
	c := w.publish(Micro)
	t.Run("progress is updated in place (HOT), so that no index grows", func(t *testing.T) {
		for i := range 60 {
			w.watch(w.learner, c.openVideo, i, i+1)
		}
		w.exec(`SELECT pg_stat_force_next_flush()`)
		var total, hot int
		deadline := time.Now().Add(10 * time.Second)
		for total == 0 && time.Now().Before(deadline) {
			w.no(w.db.QueryRow(w.Context(), `SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'progress'`).Scan(&total, &hot))
		}
		if total < 59 || hot < total*9/10 {
			t.Errorf("%d of %d updates are HOT", hot, total)
		}
	})
}

// event is a report of the fold test, and who sends it.
type event struct {
	account uuid.UUID
	report  Report
}

// TestFold sends more than a hundred thousand reports, shuffled, tripled and with a third of the answers lost, through
// many goroutines, and compares what is stored with a fold in memory.
func TestFold(t *testing.T) {
	w := setup(t)
	c := w.publish(Micro)
	const learners, perLearner = 60, 600 // × 3 sends = 108,000
	lengths := map[uuid.UUID]int{c.openVideo: 100, c.video: 200, c.reading: 1}
	accounts := w.learners(learners)
	for _, a := range accounts {
		w.enrol(a, c.id, nil)
	}
	random := rand.New(rand.NewPCG(7, 7))
	var events []event
	base := time.Now().Add(-24 * time.Hour).UTC().Truncate(time.Microsecond)
	for _, a := range accounts {
		for range perLearner {
			e := event{a, Report{ID: newID(), ActivityID: []uuid.UUID{c.openVideo, c.video, c.reading}[random.IntN(3)],
				At: base.Add(time.Duration(random.IntN(80_000_000)) * time.Millisecond)}}
			for range random.IntN(4) {
				from := random.IntN(220)
				e.report.Watched = append(e.report.Watched, [2]int{from, from + random.IntN(6)})
			}
			e.report.PositionMs = random.IntN(90_000)
			events = append(events, e)
		}
	}
	sent := tripled(random, events)
	lost := w.send(sent, func(int) bool { return random.IntN(3) == 0 })
	if lost == 0 {
		t.Error("no answer was lost")
	}
	t.Run("what is stored equals the fold", func(t *testing.T) {
		compareFold(w, events, lengths)
	})
}

// tripled returns every event three times, shuffled.
func tripled(random *rand.Rand, events []event) []event {
	sent := make([]event, 0, 3*len(events))
	for range 3 {
		sent = append(sent, events...)
	}
	random.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
	return sent
}

// send reports the events from 32 goroutines in requests of up to twenty reports of one learner. Of those for which lose
// says so, the context ends before the answer comes; they count as unsent, which the other two copies make up for.
func (w *world) send(sent []event, lose func(int) bool) (lost int) {
	byLearner := map[uuid.UUID][]Report{}
	for _, e := range sent {
		byLearner[e.account] = append(byLearner[e.account], e.report)
	}
	type request struct {
		account uuid.UUID
		reports []Report
		lose    bool
	}
	var requests []request
	for a, reports := range byLearner {
		for len(reports) > 0 {
			n := min(1+len(requests)%20, len(reports))
			requests = append(requests, request{a, reports[:n], lose(len(requests))})
			reports = reports[n:]
		}
	}
	var next, lostCount atomic.Int64
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(requests)); i = next.Add(1) - 1 {
				r := requests[i]
				ctx, cancel := context.WithCancel(w.Context())
				if r.lose {
					lostCount.Add(1)
					time.AfterFunc(time.Millisecond, cancel)
				}
				_, err := w.Report(ctx, r.account, r.reports)
				if err != nil && !r.lose {
					w.Errorf("a report failed: %v", err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	return int(lostCount.Load())
}

// compareFold compares the table with the events folded by the plainest means: a bit for each second.
func compareFold(w *world, events []event, lengths map[uuid.UUID]int) {
	w.Helper()
	type key struct{ account, activity uuid.UUID }
	type state struct {
		seconds  [256]bool
		position int
		at       time.Time
	}
	reference := map[key]*state{}
	for _, e := range events {
		k := key{e.account, e.report.ActivityID}
		s := reference[k]
		if s == nil {
			s = &state{}
			reference[k] = s
		}
		length := lengths[k.activity]
		for _, r := range e.report.Watched {
			for i := r[0]; i < min(r[1], length); i++ {
				s.seconds[i] = true
			}
		}
		position := min(e.report.PositionMs, length*1000+999)
		if e.report.At.After(s.at) || e.report.At.Equal(s.at) && position > s.position {
			s.at, s.position = e.report.At, position
		}
	}
	if n := scan[int](w, `SELECT count(*) FROM progress`); n != len(reference) {
		w.Fatalf("%d rows stored, %d expected", n, len(reference))
	}
	wrong := 0
	for k, want := range reference {
		set, position, at := w.stored(k.account, k.activity)
		var got state
		for _, r := range set {
			for i := r[0]; i < r[1]; i++ {
				got.seconds[i] = true
			}
		}
		if got.seconds != want.seconds || position != want.position || !at.Equal(want.at) {
			if wrong++; wrong < 4 {
				w.Errorf("%v: stored %v %d %v, want %d %v", k, set, position, at, want.position, want.at)
			}
		}
	}
	if wrong > 0 {
		w.Errorf("%d of %d rows differ from the fold", wrong, len(reference))
	}
}

func TestBatcher(t *testing.T) {
	t.Parallel()
	t.Run("a lone request is written at once, requests under way are written together", func(t *testing.T) {
		t.Parallel()
		var writes, rows atomic.Int64
		gate := make(chan struct{})
		b := newBatcher(func(_ context.Context, u []update) error {
			writes.Add(1)
			rows.Add(int64(len(u)))
			<-gate
			return nil
		})
		var wg sync.WaitGroup
		submit := func() {
			wg.Go(func() {
				if err := b.submit(t.Context(), []update{{account: newID()}}); err != nil {
					t.Error(err)
				}
			})
		}
		submit()
		for writes.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		for range 100 {
			submit()
		}
		for waiting := 0; waiting < 100; {
			b.gather.mu.Lock()
			waiting = len(b.gather.waiting)
			b.gather.mu.Unlock()
			time.Sleep(time.Millisecond)
		}
		close(gate)
		wg.Wait()
		b.close()
		if writes.Load() != 2 || rows.Load() != 101 {
			t.Errorf("%d writes of %d rows", writes.Load(), rows.Load())
		}
	})
	t.Run("a write that fails for one request's data is repeated for each alone", func(t *testing.T) {
		t.Parallel()
		bad := newID()
		b := newBatcher(func(_ context.Context, u []update) error {
			time.Sleep(time.Millisecond)
			for i := range u {
				if u[i].account == bad {
					return fault.New(fault.Invalid, "bad", "bad")
				}
				u[i].allowed = true
			}
			return nil
		})
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				u := []update{{account: newID()}}
				if i == 20 {
					u[0].account = bad
				}
				err := b.submit(t.Context(), u)
				if (err != nil) != (i == 20) || err == nil && !u[0].allowed {
					t.Errorf("%d: %v", i, err)
				}
			})
		}
		wg.Wait()
	})
	t.Run("when the database is away everybody is told, once", func(t *testing.T) {
		t.Parallel()
		var writes atomic.Int64
		b := newBatcher(func(context.Context, []update) error {
			writes.Add(1)
			time.Sleep(5 * time.Millisecond)
			return fault.New(fault.Unavailable, "away", "away")
		})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { wantFault(t, b.submit(t.Context(), []update{{}}), fault.Unavailable, "away") })
		}
		wg.Wait()
		if n := writes.Load(); n > 10 {
			t.Errorf("%d writes", n)
		}
	})
	t.Run("one write has a limit", func(t *testing.T) {
		t.Parallel()
		var most atomic.Int64
		b := newBatcher(func(_ context.Context, u []update) error {
			if n := int64(len(u)); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Millisecond)
			return nil
		})
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if err := b.submit(t.Context(), make([]update, 300)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := most.Load(); n > maxBatchRows || n < 600 {
			t.Errorf("the largest write had %d rows", n)
		}
	})
}

func TestSpans(t *testing.T) {
	t.Parallel()
	t.Run("ranges in any order become a set that Postgres reads and writes alike", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			in   [][2]int
			want string
		}{
			{nil, "{}"}, {[][2]int{{5, 5}}, "{}"}, {[][2]int{{3, 7}, {0, 3}}, "{[0,7)}"}, {[][2]int{{8, 9}, {0, 2}, {1, 4}}, "{[0,4),[8,9)}"},
			{[][2]int{{-9, 1}, {999_999, 2_000_000}}, "{[0,1),[999999,1000000)}"},
		} {
			set, ok := newSpans(c.in)
			if !ok || set.String() != c.want {
				t.Errorf("%v is %v, want %s", c.in, set, c.want)
			}
			var back spans
			if err := back.Scan(c.want); err != nil || back.String() != c.want {
				t.Errorf("%s is read as %v, %v", c.want, back, err)
			}
		}
		for _, bad := range []any{"{[1]}", "{[a,b)}", 7} {
			var s spans
			if err := s.Scan(bad); err == nil {
				t.Errorf("%v was read as %v", bad, s)
			}
		}
	})
	t.Run("a union has the seconds of both", func(t *testing.T) {
		t.Parallel()
		random := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			var bits [80]bool
			var sets [2]spans
			for i := range sets {
				var ranges [][2]int
				for range random.IntN(6) {
					from := random.IntN(60)
					r := [2]int{from, from + random.IntN(15)}
					ranges = append(ranges, r)
					for s := r[0]; s < r[1]; s++ {
						bits[s] = true
					}
				}
				sets[i], _ = newSpans(ranges)
			}
			u := sets[0].union(sets[1])
			n := 0
			for s, in := range bits {
				if in && s < 50 {
					n++
				}
			}
			if got := u.seconds(50); got != n {
				t.Fatalf("%v ∪ %v = %v has %d seconds below 50, want %d", sets[0], sets[1], u, got, n)
			}
			for i := 1; i < len(u); i++ {
				if u[i][0] <= u[i-1][1] {
					t.Fatal(fmt.Sprint("not joined: ", u))
				}
			}
		}
	})
}
