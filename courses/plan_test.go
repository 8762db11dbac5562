package courses

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func TestPlan(t *testing.T) {
	t.Run("a lesson's date is on the course page and, for its learners, on their start page until it is over", func(t *testing.T) {
		w := setup(t)
		c := w.publish("mooc")
		run := w.newRun(c.id, 0, "teacher@example.org")
		w.enrol(w.learner, c.id, &run)
		must(w.CourseDetail(w.Context(), uuid.Nil, c.slug))(w) // in memory
		at := time.Now().AddDate(0, 0, 3).UTC().Truncate(time.Second)
		must(w.DateLesson(w.Context(), w.teacher, run, c.closed, &at))(w)
		p := must(w.GateLesson(w.Context(), w.teacher, run, c.closed, 90))(w)
		if p.At == nil || !p.At.Equal(at) || p.Gate != 90 {
			t.Errorf("%+v", p)
		}
		d := must(w.CourseDetail(w.Context(), w.learner, c.slug))(w)
		if plan := d.Runs[0].Plan; len(plan) != 1 || plan[0].LessonID != c.closed || !plan[0].At.Equal(at) || plan[0].Gate != 90 {
			t.Errorf("%+v", d.Runs[0].Plan)
		}
		if next := must(w.Today(w.Context(), w.learner))(w).Enrolled[0].Next; next == nil || next.LessonID != c.closed || !next.At.Equal(at) {
			t.Errorf("%+v", next)
		}
		past := time.Now().Add(-time.Hour)
		must(w.DateLesson(w.Context(), w.teacher, run, c.closed, &past))(w)
		if next := must(w.Today(w.Context(), w.learner))(w).Enrolled[0].Next; next != nil {
			t.Errorf("%+v", next)
		}
		if p := must(w.DateLesson(w.Context(), w.teacher, run, c.closed, nil))(w); p.At != nil || p.Gate != 90 {
			t.Errorf("%+v", p)
		}
		must(w.GateLesson(w.Context(), w.teacher, run, c.closed, 0))(w)
		if d := must(w.CourseDetail(w.Context(), w.learner, c.slug))(w); len(d.Runs[0].Plan) != 0 {
			t.Errorf("%+v", d.Runs[0].Plan)
		}
	})
	t.Run("only who teaches the run arranges it, and only its own lessons", func(t *testing.T) {
		w := setup(t)
		c, other := w.publish("mooc"), w.publish("mooc")
		run := w.newRun(c.id, 0, "teacher@example.org")
		w.enrol(w.learner, c.id, &run)
		for _, viewer := range []uuid.UUID{w.learner, w.stranger, w.author, uuid.Nil} {
			_, err := w.DateLesson(w.Context(), viewer, run, c.closed, nil)
			wantFault(t, err, fault.NotFound, "")
			_, err = w.GateLesson(w.Context(), viewer, run, c.closed, 80)
			wantFault(t, err, fault.NotFound, "")
			wantFault(t, w.LetThrough(w.Context(), viewer, run, c.closed, w.learner), fault.NotFound, "")
			wantFault(t, w.HoldBack(w.Context(), viewer, run, c.closed, w.learner), fault.NotFound, "")
		}
		_, err := w.GateLesson(w.Context(), w.teacher, run, other.closed, 80)
		wantFault(t, err, fault.NotFound, "")
		must(w.GateLesson(w.Context(), w.coordinator, run, c.closed, 80))(w)
	})
	t.Run("odd dates and gates are refused, and a gate before what is open to everybody", func(t *testing.T) {
		w := setup(t)
		c := w.publish("mooc")
		run := w.newRun(c.id, 0, "teacher@example.org")
		early := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		_, err := w.DateLesson(w.Context(), w.teacher, run, c.closed, &early)
		wantFault(t, err, fault.Invalid, "bad_date")
		for _, percent := range []int{-1, 1, 50, 100} {
			_, err = w.GateLesson(w.Context(), w.teacher, run, c.closed, percent)
			wantFault(t, err, fault.Invalid, "unknown_gate")
		}
		_, err = w.GateLesson(w.Context(), w.teacher, run, c.open, 80)
		wantFault(t, err, fault.Conflict, "preview_open")
		must(w.GateLesson(w.Context(), w.teacher, run, c.open, 0))(w)
	})
}

// gated is a run with a gate before its closed lesson, and a learner before it.
func (w *world) gated() (course, uuid.UUID) {
	w.Helper()
	c := w.publish("mooc")
	run := w.newRun(c.id, 0, "teacher@example.org")
	w.enrol(w.learner, c.id, &run)
	must(w.GateLesson(w.Context(), w.teacher, run, c.closed, 95))(w)
	return c, run
}

func TestGatedLesson(t *testing.T) {
	mayPlay := func(w *world, viewer, activity uuid.UUID) bool {
		return scan[bool](w, `SELECT may_play($1, asset_id) FROM revision_activities WHERE activity_id = $2`, viewer, activity)
	}
	t.Run("a learner finds the gate, no activities, no video, and cannot report it as seen", func(t *testing.T) {
		w := setup(t)
		c, _ := w.gated()
		v := must(w.Lesson(w.Context(), w.learner, c.closed))(w)
		if v.Gate == nil || v.Gate.Percent != 95 || len(v.Activities) != 0 || v.Lesson.ID != c.closed {
			t.Errorf("%+v", v)
		}
		if mayPlay(w, w.learner, c.video) || !mayPlay(w, w.learner, c.openVideo) {
			t.Error("the gate is before the wrong video")
		}
		if r := w.watch(w.learner, c.video, 0, 200); len(r.Rejected) != 1 {
			t.Errorf("%+v", r)
		}
		if r := w.watch(w.learner, c.openVideo, 0, 100); len(r.Accepted) != 1 {
			t.Errorf("%+v", r)
		}
		if v := must(w.Lesson(w.Context(), w.learner, c.open))(w); v.Gate != nil || len(v.Activities) == 0 {
			t.Errorf("%+v", v)
		}
	})
	t.Run("teachers and authors pass, also as learners of the run", func(t *testing.T) {
		w := setup(t)
		c, run := w.gated()
		w.enrol(w.teacher, c.id, &run)
		w.enrol(w.author, c.id, &run)
		for _, viewer := range []uuid.UUID{w.teacher, w.author, w.coordinator, w.admin} {
			if v := must(w.Lesson(w.Context(), viewer, c.closed))(w); v.Gate != nil || len(v.Activities) == 0 || !mayPlay(w, viewer, c.video) {
				t.Errorf("%s is barred: %+v", viewer, v.Gate)
			}
		}
	})
	t.Run("a teacher lets one through and takes it back, as often as they like", func(t *testing.T) {
		w := setup(t)
		c, run := w.gated()
		other := w.learners(1)[0]
		w.enrol(other, c.id, &run)
		for range 2 {
			w.no(w.LetThrough(w.Context(), w.teacher, run, c.closed, w.learner))
			w.no(w.LetThrough(w.Context(), w.coordinator, run, c.closed, w.learner))
			if v := must(w.Lesson(w.Context(), w.learner, c.closed))(w); v.Gate != nil || len(v.Activities) == 0 || !mayPlay(w, w.learner, c.video) {
				t.Errorf("%+v", v)
			}
			if by := scan[uuid.UUID](w, `SELECT granted_by FROM gate_passes`); by != w.teacher {
				t.Errorf("let through by %s, the first was %s", by, w.teacher)
			}
			if v := must(w.Lesson(w.Context(), other, c.closed))(w); v.Gate == nil {
				t.Error("another one came through")
			}
			w.no(w.HoldBack(w.Context(), w.teacher, run, c.closed, w.learner))
			w.no(w.HoldBack(w.Context(), w.teacher, run, c.closed, w.learner))
			if v := must(w.Lesson(w.Context(), w.learner, c.closed))(w); v.Gate == nil || mayPlay(w, w.learner, c.video) {
				t.Errorf("%+v", v)
			}
		}
		wantFault(t, w.LetThrough(w.Context(), w.teacher, run, c.closed, w.stranger), fault.NotFound, "")
		wantFault(t, w.LetThrough(w.Context(), w.teacher, run, c.open, w.learner), fault.NotFound, "")
	})
	t.Run("pictures of the lesson are behind the gate too", func(t *testing.T) {
		w := setup(t)
		c, _ := w.gated()
		picture := w.addImage(w.institution)
		w.exec(`INSERT INTO revision_images (course_id, revision, lesson_id, asset_id) VALUES ($1, 1, $2, $3)`, c.id, c.closed, picture)
		if scan[bool](w, `SELECT may_play($1, $2)`, w.learner, picture) || !scan[bool](w, `SELECT may_play($1, $2)`, w.teacher, picture) {
			t.Error("the picture is open to the learner, or shut to the teacher")
		}
	})
	t.Run("another run of the course has no gate, and taking it away opens the lesson", func(t *testing.T) {
		w := setup(t)
		c, run := w.gated()
		elsewhere, free := w.newRun(c.id, 0), w.learners(1)[0]
		w.enrol(free, c.id, &elsewhere)
		if v := must(w.Lesson(w.Context(), free, c.closed))(w); v.Gate != nil {
			t.Errorf("%+v", v.Gate)
		}
		must(w.GateLesson(w.Context(), w.teacher, run, c.closed, 0))(w)
		if v := must(w.Lesson(w.Context(), w.learner, c.closed))(w); v.Gate != nil || len(v.Activities) == 0 {
			t.Errorf("%+v", v.Gate)
		}
	})
}
