package language

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
)

func TestReview(t *testing.T) {
	t.Run("a batch is answered with the memory of its words and the day", func(t *testing.T) {
		w := setup(t)
		at := time.Now()
		r := must(w.Review(w.Context(), w.learner, []NewReview{
			{ID: newID(), Word: "转速", Kind: "keep", At: at.Add(-time.Hour)},
			{ID: newID(), Word: "转速", Kind: "review", Rating: 3, Exercise: "listen", At: at, LessonID: &w.open},
			{ID: newID(), Word: "机床", Kind: "lookup", At: at},
		}))(w)
		if len(r.Memory) != 2 || r.Today.Done != 1 || r.Today.Goal != 20 || r.Today.Streak != 1 {
			t.Fatalf("%+v", r)
		}
		for _, m := range r.Memory {
			if m.Word == "转速" && (m.State != "learning" || !m.Kept || m.Reps != 1 || m.LastReviewAt == nil) || m.Word == "机床" && (m.State != "new" || m.Kept) {
				t.Errorf("%+v", m)
			}
		}
	})
	for _, exercise := range []string{"recognise", "recall", "listen", "cloze", "dictation", "order", "label", "write"} {
		t.Run(exercise+" feeds the memory of its word", func(t *testing.T) {
			w := setup(t)
			r := must(w.Review(w.Context(), w.learner, []NewReview{
				{ID: newID(), Word: "转速", Kind: "review", Rating: 3, Exercise: exercise, At: time.Now()},
			}))(w)
			if len(r.Memory) != 1 || r.Memory[0].Reps != 1 || r.Today.Done != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
	t.Run("an event that comes twice counts once", func(t *testing.T) {
		w := setup(t)
		batch := []NewReview{{ID: newID(), Word: "转速", Kind: "review", Rating: 3, At: time.Now()}} // of today, also at one past midnight
		first := must(w.Review(w.Context(), w.learner, append(batch, batch...)))(w)
		again := must(w.Review(w.Context(), w.learner, batch))(w)
		if encoded(first) != encoded(again) || again.Today.Done != 1 {
			t.Errorf("%s, then %s", encoded(first), encoded(again))
		}
	})
	t.Run("an id of somebody else's event is free", func(t *testing.T) {
		w := setup(t)
		batch := []NewReview{{ID: newID(), Word: "转速", Kind: "review", Rating: 3, At: time.Now()}}
		must(w.Review(w.Context(), w.learner, batch))(w)
		if r := must(w.Review(w.Context(), w.stranger, batch))(w); r.Today.Done != 1 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("the clock of a device neither runs ahead of ours nor back before us", func(t *testing.T) {
		w := setup(t)
		r := must(w.Review(w.Context(), w.learner, []NewReview{
			{ID: newID(), Word: "转速", Kind: "review", Rating: 3, At: time.Now().AddDate(7000, 0, 0)},
			{ID: newID(), Word: "机床", Kind: "review", Rating: 3, At: time.Unix(0, 0)},
		}))(w)
		for _, m := range r.Memory {
			if m.LastReviewAt.After(time.Now()) || m.LastReviewAt.Before(earliest) {
				t.Errorf("%s was reviewed %v", m.Word, m.LastReviewAt)
			}
		}
	})
	t.Run("what cannot be an event is refused with its place", func(t *testing.T) {
		w := setup(t)
		good := NewReview{ID: newID(), Word: "转速", Kind: "review", Rating: 3, At: time.Now()}
		for field, spoil := range map[string]func(*NewReview){
			"reviews[1].word":       func(r *NewReview) { r.Word = "\x00" },
			"reviews[1].kind":       func(r *NewReview) { r.Kind = "guess" },
			"reviews[1].rating":     func(r *NewReview) { r.Rating = 0 },
			"reviews[1].parameters": func(r *NewReview) { r.Parameters = "sm-2" },
			"reviews[1].id":         func(r *NewReview) { r.ID = uuid.Nil },
		} {
			bad := good
			spoil(&bad)
			_, err := w.Review(w.Context(), w.learner, []NewReview{good, bad})
			wantFault(t, err, fault.Invalid, "")
			if f, ok := err.(*fault.Error); !ok || f.Field != field { //nolint:errorlint // faults come unwrapped
				t.Errorf("%v names not %s", err, field)
			}
		}
		if n := w.count(`SELECT count(*) FROM word_events`); n != 0 {
			t.Errorf("%d events were stored", n)
		}
	})
}

func (w *world) count(sql string, args ...any) int {
	w.Helper()
	var n int
	if err := w.db.QueryRow(w.Context(), sql, args...).Scan(&n); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return n
}

// remembered is the stored memory of an account as JSON.
func (w *world) remembered(account uuid.UUID) string {
	w.Helper()
	states, err := memoryList(w.Context(), w.db, account, `true ORDER BY m.word`, pgx.NamedArgs{})
	w.no(err)
	return encoded(states)
}

// TestMerge uploads one history as two devices do and compares with one replay in order.
func TestMerge(t *testing.T) {
	t.Run("histories of two devices, shuffled, doubled and split into batches, end as one replay does", func(t *testing.T) {
		w := setup(t)
		for seed := range uint64(12) {
			r := rand.New(rand.NewPCG(seed, 3))
			history := randomHistory(r, 60)
			inOrder, mixed := w.addAccount(newID().String()), w.addAccount(newID().String())
			must(w.Review(w.Context(), inOrder, history))(w)
			doubled := append(append([]NewReview{}, history...), history[:r.IntN(len(history))]...)
			r.Shuffle(len(doubled), func(i, j int) { doubled[i], doubled[j] = doubled[j], doubled[i] })
			devices := make(chan error, 2)
			half := len(doubled) / 2
			for i, part := range [][]NewReview{doubled[:half], doubled[half:]} {
				random := rand.New(rand.NewPCG(seed, uint64(10+i)))
				go func() { devices <- w.upload(mixed, part, random) }()
			}
			w.no(<-devices)
			w.no(<-devices)
			if got, want := w.remembered(mixed), w.remembered(inOrder); got != want {
				t.Fatalf("history %d: %s\nwant %s", seed, got, want)
			}
		}
	})
}

// upload sends events in batches of random size.
func (w *world) upload(account uuid.UUID, events []NewReview, r *rand.Rand) error {
	for len(events) > 0 {
		n := 1 + r.IntN(len(events))
		if _, err := w.Review(w.Context(), account, events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func randomHistory(r *rand.Rand, n int) []NewReview {
	words := []string{"转速", "机床", "帽子"}
	kinds := []string{"keep", "drop", "review", "review", "review", "review", "lookup"}
	at := time.Now().AddDate(0, -6, 0)
	events := make([]NewReview, n)
	for i := range events {
		at = at.Add(time.Duration(r.IntN(3)) * time.Duration(r.IntN(60)) * time.Hour)
		events[i] = NewReview{ID: newID(), Word: words[r.IntN(len(words))], Kind: kinds[r.IntN(len(kinds))], At: at}
		if events[i].Kind == "review" {
			events[i].Rating = 1 + r.IntN(4)
		}
	}
	return events
}

func TestStreak(t *testing.T) {
	t.Parallel()
	today := dayOf(time.Date(2026, 5, 20, 15, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		name string
		days string // today last; x = a review
		want int
	}{
		{"nothing is no streak", "", 0},
		{"days in a row count", "xxx", 3},
		{"today does not break it while it lasts", "xxx.", 3},
		{"one missed day is forgiven and not counted", "xxx.xx", 5},
		{"two missed days in a row are not", "xxx..xx", 2},
		{"a second one within seven days is not", "xx.xxxxx.xx", 7},
		{"a second one after seven days is", "xx.xxxxxx.xx", 10},
		{"yesterday missed is forgiven too", "xx..", 2},
		{"yesterday and the day before are not", "xx...", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			days := map[time.Time]int{}
			for i, r := range c.days {
				if r == 'x' {
					days[today.AddDate(0, 0, i-len(c.days)+1)] = 1
				}
			}
			if got := streak(days, today); got != c.want {
				t.Errorf("%q is %d, want %d", c.days, got, c.want)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Run("goal and level are kept beside each other", func(t *testing.T) {
		w := setup(t)
		must(w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "hsk2", Level: 3}))(w)
		if day := must(w.SetGoal(w.Context(), w.learner, 40))(w); day.Goal != 40 {
			t.Errorf("%+v", day)
		}
		if l := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w); l.Level != 3 {
			t.Errorf("level %d", l.Level)
		}
	})
	t.Run("levels and goals that there are not are refused", func(t *testing.T) {
		w := setup(t)
		_, err := w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "hsk2", Level: 7})
		wantFault(t, err, fault.Invalid, "unknown_level")
		_, err = w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "hsk9", Level: 1})
		wantFault(t, err, fault.Invalid, "unknown_list")
		_, err = w.SetGoal(w.Context(), w.learner, 4)
		wantFault(t, err, fault.Invalid, "out_of_range")
	})
}

func TestDue(t *testing.T) {
	t.Run("due words come first, then new ones; those that are not kept or not due stay away", func(t *testing.T) {
		w := setup(t)
		w.happened(w.learner, "keep", "帽子", 0, 0)
		w.happened(w.learner, "review", "转速", 3, 2)
		w.happened(w.learner, "review", "机床", 4, 0)
		w.happened(w.learner, "lookup", "检查", 0, 0)
		d := must(w.Due(w.Context(), w.learner, 10))(w)
		if len(d.Cards) != 2 || d.Cards[0].Word.Hanzi != "转速" || d.Cards[1].Memory.State != "new" || d.Due != 1 || d.New != 1 || len(d.Forecast) != 7 || d.Forecast[0] != 2 {
			t.Errorf("%+v", d)
		}
	})
	t.Run("a card carries a line of a lesson with its translation", func(t *testing.T) {
		w := setup(t)
		w.happened(w.learner, "keep", "转速", 0, 0)
		d := must(w.Due(w.Context(), w.learner, 10))(w)
		c := d.Cards[0].Context
		if c == nil || c.CourseSlug != "lathe" || *c.AssetID != w.video || *c.StartMs != 2000 || c.Translation["en"] != "Line 1" {
			t.Errorf("%s", encoded(c))
		}
	})
	t.Run("a leech is shown another line after each review", func(t *testing.T) {
		w := setup(t)
		w.happened(w.learner, "keep", "转速", 0, 1)
		seen := map[int64]bool{}
		for reps := range 2 {
			w.exec(`UPDATE word_memory SET lapses = 9, reps = $1, state = 3, due_at = now(), last_review_at = now(), stability = 1, difficulty = 5`, 20+reps)
			seen[*must(w.Due(w.Context(), w.learner, 10))(w).Cards[0].Context.StartMs] = true
		}
		if len(seen) != 2 {
			t.Errorf("lines at %v", seen)
		}
	})
	t.Run("somebody without courses gets their words without a line", func(t *testing.T) {
		w := setup(t)
		w.happened(w.stranger, "keep", "转速", 0, 0)
		if d := must(w.Due(w.Context(), w.stranger, 10))(w); len(d.Cards) != 1 || d.Cards[0].Context != nil {
			t.Errorf("%+v", d)
		}
	})
}
