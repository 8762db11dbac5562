package courses

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func TestToday(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	first, second, untouched := w.publish(Micro), w.publish(MOOC), w.publish(Micro)
	run := w.newRun(second.id, 0, "teacher@example.org")
	w.enrol(w.learner, first.id, nil)
	w.enrol(w.learner, second.id, &run)
	w.enrol(w.learner, untouched.id, nil)
	at := func(ago time.Duration, activity uuid.UUID, from, to int) {
		must(w.Report(ctx, w.learner, []Report{{ID: newID(), ActivityID: activity, Watched: [][2]int{{from, to}}, PositionMs: to * 1000, At: time.Now().Add(-ago)}}))(w)
	}
	at(time.Hour, second.openVideo, 0, 20)
	at(2*time.Hour, first.openVideo, 0, 100)

	t.Run("what was under way last stands first, at the place to go on", func(t *testing.T) {
		today := must(w.Today(ctx, w.learner))(w)
		if len(today.Enrolled) != 3 || len(today.Continue) != 2 || today.Authoring || len(today.Teaching) != 0 {
			t.Fatalf("got %+v", today)
		}
		a, b := today.Continue[0], today.Continue[1]
		if a.Course.ID != second.id || a.ActivityID != second.openVideo || a.PositionMs != 20_000 || a.DurationMs != 100_000 || !a.Course.Enrolled || a.Course.NextRun == nil {
			t.Errorf("first is %+v", a)
		}
		// The video is complete, so the reading behind it is next.
		if b.Course.ID != first.id || b.ActivityID != first.reading || b.PositionMs != 0 || b.LessonID != first.open {
			t.Errorf("second is %+v", b)
		}
		if e := today.Enrolled[0]; e.Course.ID != untouched.id || *e.Progress.ContinueActivityID != untouched.openVideo || e.Progress.Fraction != 0 {
			t.Errorf("the newest is %+v", e)
		}
	})
	t.Run("a course that is done is not under way any more", func(t *testing.T) {
		at(30*time.Minute, first.reading, 0, 1)
		at(20*time.Minute, first.video, 0, 180) // 90 % of 200 s
		today := must(w.Today(ctx, w.learner))(w)
		if len(today.Continue) != 1 || !today.Enrolled[2].Progress.Completed || today.Enrolled[2].Progress.Fraction != 1 || today.Enrolled[2].Progress.ContinueLessonID != nil {
			t.Errorf("got %+v", today)
		}
	})
	t.Run("teachers see their runs, authors that they make courses", func(t *testing.T) {
		today := must(w.Today(ctx, w.teacher))(w)
		if len(today.Teaching) != 1 || today.Teaching[0].Run.ID != run || today.Teaching[0].Run.State != "open" || today.Teaching[0].Course.ID != second.id || today.Teaching[0].Run.Teachers[0].Email != "" {
			t.Errorf("got %+v", today.Teaching)
		}
		v, secret := must(w.DraftCourse(ctx, w.author, second.id))(w).Version, en("Secret")
		must(w.PatchCourse(ctx, w.author, second.id, CoursePatch{Version: v, Title: &secret}))(w)
		if today := must(w.Today(ctx, w.teacher))(w); today.Teaching[0].Course.Title["en"] == "Secret" {
			t.Error("the title of the draft shows")
		}
		for who, want := range map[uuid.UUID]bool{w.author: true, w.coordinator: true, w.admin: true, w.teacher: false} {
			if got := must(w.Today(ctx, who))(w).Authoring; got != want {
				t.Errorf("authoring is %v", got)
			}
		}
	})
}

func TestRunProgress(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(MOOC)
	run := w.newRun(c.id, 0, "teacher@example.org")
	accounts := w.learners(5)
	for _, a := range accounts {
		w.enrol(a, c.id, &run)
	}
	w.watch(accounts[1], c.openVideo, 0, 100)
	w.watch(accounts[1], c.reading, 0, 1)
	w.watch(accounts[1], c.video, 0, 50)
	w.watch(accounts[2], c.openVideo, 0, 10)

	t.Run("each learner's progress is what the learner sees", func(t *testing.T) {
		r := must(w.RunProgress(ctx, w.teacher, run, RunProgressFilter{}))(w)
		own := must(w.CourseDetail(ctx, accounts[1], c.slug))(w).Progress
		if len(r.Items) != 5 || r.Total != 5 || r.Items[1].AccountID != accounts[1] || r.Items[1].Fraction != own.Fraction || r.Items[1].CompletedLessons != 1 ||
			r.Items[1].WatchedSeconds != 150 || r.Items[1].LastSeenAt == nil || r.Items[0].LastSeenAt != nil || r.Items[0].TotalLessons != 2 {
			t.Errorf("got %+v", r.Items)
		}
		if len(r.Lessons) != 2 || r.Lessons[0].CompletedBy != 1 || r.Lessons[1].CompletedBy != 0 || r.Course.ID != c.id || r.Run.ID != run {
			t.Errorf("got %+v", r.Lessons)
		}
	})
	t.Run("pages and search narrow the learners, not the sums", func(t *testing.T) {
		var names []string
		page := ""
		for range 3 {
			r := must(w.RunProgress(ctx, w.teacher, run, RunProgressFilter{Limit: 2, Page: page}))(w)
			for _, l := range r.Items {
				names = append(names, l.Name)
			}
			page = r.NextPage
		}
		if fmt.Sprint(names) != "[learner-0 learner-1 learner-2 learner-3 learner-4]" || page != "" {
			t.Errorf("got %v, then %q", names, page)
		}
		r := must(w.RunProgress(ctx, w.teacher, run, RunProgressFilter{Query: "LEARNER-3@"}))(w)
		if len(r.Items) != 1 || r.Total != 1 || r.Lessons[0].CompletedBy != 1 {
			t.Errorf("got %+v", r)
		}
		if r := must(w.RunProgress(ctx, w.teacher, run, RunProgressFilter{Query: "%"}))(w); r.Total != 0 {
			t.Error("% finds everybody")
		}
	})
	t.Run("only who may teach the run sees it", func(t *testing.T) {
		for _, who := range []uuid.UUID{w.coordinator, w.admin} {
			must(w.RunProgress(ctx, who, run, RunProgressFilter{}))(w)
		}
		for _, who := range []uuid.UUID{uuid.Nil, accounts[1], w.author, w.stranger, w.suspended} {
			_, err := w.RunProgress(ctx, who, run, RunProgressFilter{})
			wantFault(t, err, fault.NotFound, "")
			wantFault(t, w.WriteRunProgress(ctx, who, run, &bytes.Buffer{}), fault.NotFound, "")
		}
	})
	t.Run("the file opens in a spreadsheet and holds no formulas", func(t *testing.T) {
		for i, name := range []string{`=HYPERLINK("http://x")`, "+1", "-1", "@SUM(A1)", "Ба, \"нда\""} {
			w.exec(`UPDATE accounts SET name = $1 WHERE id = $2`, name, accounts[i])
		}
		var b bytes.Buffer
		w.no(w.WriteRunProgress(ctx, w.teacher, run, &b))
		text, found := strings.CutPrefix(b.String(), "\ufeff")
		rows := must(csv.NewReader(strings.NewReader(text)).ReadAll())(w)
		if !found || len(rows) != 6 {
			t.Fatalf("%d rows", len(rows))
		}
		for _, r := range rows[1:] {
			if strings.ContainsAny(r[0][:1], "=+-@\t\r") {
				t.Errorf("%q is a formula", r[0])
			}
		}
		if !strings.Contains(text, "'=HYPERLINK") || !strings.Contains(text, "\r\n") {
			t.Errorf("got %s", text)
		}
	})
}
