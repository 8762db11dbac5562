package courses

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
)

// outlineOf makes an outline of one unit with lessons of activities of these lengths; 1 is a reading.
func outlineOf(lessons ...[]int) (revisionOutline, []uuid.UUID) {
	var ids []uuid.UUID
	u := revisionUnit{ID: newID()}
	for _, lengths := range lessons {
		l := lessonInOutline{ID: newID()}
		for _, n := range lengths {
			a := activityInOutline{ID: newID(), Kind: "video", Length: n}
			if n == 1 {
				a.Kind = "reading"
			}
			l.Activities, ids = append(l.Activities, a), append(ids, a.ID)
		}
		u.Lessons = append(u.Lessons, l)
	}
	return revisionOutline{Units: []revisionUnit{u}}, ids
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	now := time.Now()
	t.Run("a video is complete at nine tenths of its seconds, and not a second before", func(t *testing.T) {
		t.Parallel()
		for seconds, want := range map[int]bool{0: false, 89: false, 90: true, 100: true} {
			if f, done := fractionOf(seconds, 100); done != want || f > 1 || (f == 1) != want {
				t.Errorf("%d of 100 seconds: %v %v", seconds, f, done)
			}
		}
	})
	t.Run("what lies behind the end of a video that has become shorter does not count", func(t *testing.T) {
		t.Parallel()
		o, ids := outlineOf([]int{100})
		if m := measure(o, map[uuid.UUID]watched{ids[0]: {Watched: spans{{0, 10}, {100, 900}}}}); m.progress.Fraction != 0.1 || m.seconds != 10 {
			t.Errorf("got %+v", m.progress)
		}
	})
	t.Run("lessons, unit and course are complete when all below them is", func(t *testing.T) {
		t.Parallel()
		o, ids := outlineOf([]int{100, 1}, []int{50})
		seen := map[uuid.UUID]watched{}
		for i, want := range []struct {
			lessons int
			done    bool
		}{{0, false}, {0, false}, {1, false}, {2, true}} {
			if i > 0 {
				seen[ids[i-1]] = watched{Watched: spans{{0, 100}}, PositionAt: now}
			}
			m := measure(o, seen)
			if m.progress.CompletedLessons != want.lessons || m.progress.Completed != want.done || m.units[0].done() != want.done || m.progress.TotalLessons != 2 {
				t.Errorf("after %d activities: %+v", i, m.progress)
			}
		}
	})
	t.Run("nothing looks finished that is not", func(t *testing.T) {
		t.Parallel()
		lengths := make([]int, 3000)
		for i := range lengths {
			lengths[i] = 1
		}
		o, ids := outlineOf(lengths)
		seen := map[uuid.UUID]watched{}
		for _, id := range ids[1:] {
			seen[id] = watched{Watched: spans{{0, 1}}}
		}
		if p := measure(o, seen).progress; p.Fraction >= 1 || p.Completed {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("a course without lessons is never complete", func(t *testing.T) {
		t.Parallel()
		if p := measure(revisionOutline{}, nil).progress; p.Completed || p.Fraction != 0 || p.ContinueLessonID != nil {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("one goes on at the latest position, or behind it when that activity is done", func(t *testing.T) {
		t.Parallel()
		o, ids := outlineOf([]int{100, 100}, []int{100}, []int{100})
		at := func(minutes int, from, to, position int) watched {
			return watched{Watched: spans{{from, to}}, PositionMs: position, PositionAt: now.Add(time.Duration(minutes) * time.Minute)}
		}
		for name, c := range map[string]struct {
			seen map[uuid.UUID]watched
			want int
			ms   int
		}{
			"nothing begun: the first":                               {nil, 0, 0},
			"in the middle of the third":                             {map[uuid.UUID]watched{ids[2]: at(1, 0, 10, 10_000)}, 2, 10_000},
			"the later of two":                                       {map[uuid.UUID]watched{ids[0]: at(2, 0, 10, 5_000), ids[2]: at(1, 0, 10, 10_000)}, 0, 5_000},
			"behind a complete one":                                  {map[uuid.UUID]watched{ids[1]: at(1, 0, 100, 100_000)}, 2, 0},
			"behind a complete one, over another complete one":       {map[uuid.UUID]watched{ids[1]: at(2, 0, 100, 0), ids[2]: at(1, 0, 95, 0)}, 3, 0},
			"behind the last one stands what was left out, in front": {map[uuid.UUID]watched{ids[3]: at(1, 0, 100, 0), ids[0]: at(0, 0, 100, 0)}, 1, 0},
		} {
			p := measure(o, c.seen).progress
			if p.ContinueActivityID == nil || *p.ContinueActivityID != ids[c.want] || *p.ContinuePositionMs != c.ms {
				t.Errorf("%s: got %+v, want activity %d", name, p, c.want)
			}
		}
	})
}

func TestTrades(t *testing.T) {
	t.Parallel()
	last := ""
	for _, x := range Trades() {
		if x.Code <= last || len(x.Code) != 4 {
			t.Errorf("%s is out of order or no unit group", x.Code)
		}
		last = x.Code
		for _, locale := range []string{"en", "zh-CN", "ru", "fr", "ar"} {
			if !x.Title.Has(locale) {
				t.Errorf("%s has no title in %s", x.Code, locale)
			}
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		body, err := k.check(nil)
		if err != nil {
			t.Errorf("%s refuses an empty body: %v", k.name, err)
			continue
		}
		again, err := k.check(body)
		if err != nil || string(again) != string(body) {
			t.Errorf("%s: a checked body is checked into %s, %v", k.name, again, err)
		}
		if _, _, err := k.render(body); err != nil {
			t.Errorf("%s: %v", k.name, err)
		}
		if n := k.length(nil); n < 1 {
			t.Errorf("%s: the length of nothing is %d", k.name, n)
		}
		_ = k.lacks(body, []string{"en"})
		if !json.Valid(body) {
			t.Errorf("%s: %s", k.name, body)
		}
	}
	for ms, want := range map[int64]int{0: 1, 999: 1, 1999: 1, 61_900: 61} {
		if got := videoLength(&ActivityAsset{DurationMs: ms}); got != want {
			t.Errorf("%d ms is %d s, want %d", ms, got, want)
		}
	}
}

func TestLevels(t *testing.T) {
	w := setup(t)
	w.exec(`INSERT INTO level_lists (id, name, levels) VALUES ('rail', 'Rail', '[{"name": "1", "words": 1}]')`)
	for level, want := range map[string]bool{"": true, "rail:1": true, "rail:2": false, "rail:99999999999": false, "\x00:1": false, "hsk2:1": true, "hsk2:6": true, "gf2021:9": true, "hsk2025:9": true,
		"hsk2:7": false, "hsk2:0": false, "hsk2:01": false, "hsk2:+1": false, "hsk3:1": false, "hsk2": false, "2": false} {
		if err := checkLevel(w.Context(), w.db, level); (err == nil) != want {
			t.Errorf("%q: %v", level, err)
		}
	}
}
