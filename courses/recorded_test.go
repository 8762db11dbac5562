package courses

import (
	"testing"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// lecture is a class of a course's run that has been held and recorded.
type lecture struct {
	*world
	course, lesson, class uuid.UUID
}

func (w *world) lecture() *lecture {
	l := &lecture{world: w, course: newID(), lesson: newID(), class: newID()}
	ctx := w.Context()
	must(w.CreateCourse(ctx, w.author, l.course, NewCourse{InstitutionID: w.institution, Format: "mooc", Title: en("Lathe"), Languages: []string{"en"}, Trade: "7223"}))(w)
	unit := newID()
	must(w.CreateUnit(ctx, w.author, unit, NewUnit{CourseID: l.course, Kind: "vocational", Title: en("Unit")}))(w)
	must(w.CreateLesson(ctx, w.author, l.lesson, NewLesson{UnitID: unit, Title: en("Stopping")}))(w)
	asset := w.addVideo(w.institution, 60)
	must(w.CreateActivity(ctx, w.author, newID(), NewActivity{LessonID: l.lesson, Kind: "video", Title: en("Video"), AssetID: &asset}))(w)
	must(w.Publish(ctx, w.author, l.course))(w)
	run := newID()
	w.exec(`INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, run, l.course)
	w.exec(`INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, run, w.teacher)
	w.exec(`INSERT INTO enrolments (id, account_id, course_id, run_id) VALUES ($1, $2, $3, $4)`, newID(), w.learner, l.course, run)
	w.exec(`INSERT INTO classes (id, run_id, title, starts_at, minutes, time_zone, state) VALUES ($1, $2, '{"en":"Class"}', now(), 45, 'UTC', 'ended')`, l.class, run)
	return l
}

// film orders a film of the class.
func (l *lecture) film() uuid.UUID {
	id := newID()
	l.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, duration_ms) VALUES ($1, $2, 'video', 'film.mp4', 1, 'checking', 90000)`, id, l.institution)
	l.exec(`INSERT INTO class_films (asset_id, class_id, from_ms, to_ms) VALUES ($1, $2, 0, 0)`, id, l.class)
	return id
}

// made is when the film can be played.
func (l *lecture) made(id uuid.UUID) {
	l.exec(`UPDATE assets SET state = 'transcoding', playable = true WHERE id = $1`, id)
	if err := l.ReleaseClass(l.Context(), id); err != nil {
		l.Fatal(err)
	}
}

func (l *lecture) publication(id uuid.UUID) ClassPublication {
	for _, p := range must(l.ClassPublications(l.Context(), l.teacher, l.class))(l.world).Items {
		if p.ID == id {
			return p
		}
	}
	l.Fatal("no such publication")
	return ClassPublication{}
}

func TestPublishClassAsMicroCourse(t *testing.T) {
	w := setup(t)
	l := w.lecture()
	ctx, id := w.Context(), l.film()
	in := NewClassPublication{Kind: "micro", Title: localize.Text{"ru": "Остановка станка"}}
	t.Run("nobody but who leads the class publishes it", func(t *testing.T) {
		for _, viewer := range []uuid.UUID{w.learner, w.stranger, w.author, uuid.Nil} {
			if _, err := w.PublishClass(ctx, viewer, l.class, id, in); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v", err)
			}
			if _, err := w.ClassPublications(ctx, viewer, l.class); !fault.Is(err, fault.NotFound) {
				t.Errorf("%v", err)
			}
		}
	})
	t.Run("as long as the film is being made nobody else sees the course", func(t *testing.T) {
		p := must(w.PublishClass(ctx, w.teacher, l.class, id, in))(w)
		if p.State != "making" || p.CourseSlug == "" {
			t.Fatalf("%+v", p)
		}
		if _, err := w.CourseDetail(ctx, w.learner, p.CourseSlug); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
	t.Run("again, it is the same course", func(t *testing.T) {
		p := must(w.PublishClass(ctx, w.teacher, l.class, id, in))(w)
		if n := scan[int](w, `SELECT count(*) FROM courses WHERE format = 'micro'`); n != 1 || p.State != "making" {
			t.Errorf("%d courses, %+v", n, p)
		}
	})
	t.Run("when the film can be played it is an open course of the class's trade, and who published it may edit it", func(t *testing.T) {
		l.made(id)
		p := l.publication(id)
		d := must(w.CourseDetail(ctx, w.learner, p.CourseSlug))(w)
		if p.State != "published" || d.Format != "micro" || d.Trade != "7223" || d.Title["en"] == "" || d.Title["ru"] == "" {
			t.Errorf("%+v %+v", p, d)
		}
		if length := scan[int](w, `SELECT length FROM revision_activities WHERE asset_id = $1`, id); length != 90 {
			t.Errorf("the activity has %d s", length)
		}
		must(w.DraftCourse(ctx, w.teacher, p.CourseID))(w)
		mine, _, err := w.DraftCourses(ctx, w.teacher, StudioFilter{})
		if err != nil || len(mine) != 1 || mine[0].ID != p.CourseID {
			t.Errorf("%v %v", mine, err)
		}
		if _, err := w.DraftCourse(ctx, w.teacher, l.course); !fault.Is(err, fault.NotFound) {
			t.Errorf("the teacher authors the class's course: %v", err)
		}
	})
	t.Run("released again, nothing changes", func(t *testing.T) {
		l.made(id)
		if n := scan[int](w, `SELECT count(*) FROM revisions r JOIN class_publications p ON p.course_id = r.course_id`); n != 1 {
			t.Errorf("%d revisions", n)
		}
	})
	t.Run("a film that is made already is published at once", func(t *testing.T) {
		done := l.film()
		w.exec(`UPDATE assets SET state = 'ready', playable = true WHERE id = $1`, done)
		if p := must(w.PublishClass(ctx, w.teacher, l.class, done, in))(w); p.State != "published" {
			t.Errorf("%+v", p)
		}
	})
	t.Run("a film that could not be made says why", func(t *testing.T) {
		failed := l.film()
		must(w.PublishClass(ctx, w.teacher, l.class, failed, in))(w)
		w.exec(`UPDATE assets SET state = 'failed', failure_code = 'nothing_recorded' WHERE id = $1`, failed)
		if p := l.publication(failed); p.State != "failed" || p.Failure != "nothing_recorded" {
			t.Errorf("%+v", p)
		}
	})
}

func TestPublishClassInLesson(t *testing.T) {
	w := setup(t)
	l := w.lecture()
	ctx := w.Context()
	in := NewClassPublication{Kind: "lesson", Title: en("Recording"), LessonID: &l.lesson}
	w.addMember(w.institution, w.teacher, "author")
	t.Run("only who authors the course puts it there", func(t *testing.T) {
		w.exec(`UPDATE members SET role = 'student' WHERE account_id = $1`, w.teacher)
		if _, err := w.PublishClass(ctx, w.teacher, l.class, l.film(), in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		if p := must(w.ClassPublications(ctx, w.teacher, l.class))(w); len(p.Lessons) != 0 {
			t.Errorf("%v", p.Lessons)
		}
		w.exec(`UPDATE members SET role = 'author' WHERE account_id = $1`, w.teacher)
		if p := must(w.ClassPublications(ctx, w.teacher, l.class))(w); len(p.Lessons) != 1 || p.Lessons[0].ID != l.lesson {
			t.Errorf("%v", p.Lessons)
		}
	})
	t.Run("it stands in the draft at once, and learners see it when the film is made", func(t *testing.T) {
		id := l.film()
		must(w.PublishClass(ctx, w.teacher, l.class, id, in))(w)
		if v := must(w.Lesson(ctx, w.learner, l.lesson))(w); len(v.Activities) != 1 {
			t.Fatalf("%+v", v.Activities)
		}
		if d := must(w.DraftCourse(ctx, w.author, l.course))(w); len(d.Units[0].Lessons[0].Activities) != 2 {
			t.Fatalf("%+v", d.Units)
		}
		l.made(id)
		if v := must(w.Lesson(ctx, w.learner, l.lesson))(w); len(v.Activities) != 2 || v.Activities[1].Length != 90 {
			t.Fatalf("%+v", v.Activities)
		}
		if d := must(w.DraftCourse(ctx, w.author, l.course))(w); d.Dirty {
			t.Error("the draft is as published, and is not said to be")
		}
	})
	t.Run("what else has changed in the draft stays there", func(t *testing.T) {
		d := must(w.DraftCourse(ctx, w.author, l.course))(w)
		title := en("Half a thought")
		must(w.PatchCourse(ctx, w.author, l.course, CoursePatch{Version: d.Version, Title: &title}))(w)
		id := l.film()
		must(w.PublishClass(ctx, w.teacher, l.class, id, in))(w)
		l.made(id)
		v := must(w.Lesson(ctx, w.learner, l.lesson))(w)
		if len(v.Activities) != 3 || v.Course.Title["en"] != "Lathe" {
			t.Errorf("%+v", v.Course)
		}
		if d := must(w.DraftCourse(ctx, w.author, l.course))(w); !d.Dirty {
			t.Error("the draft is not as published, and is said to be")
		}
	})
	t.Run("in a course that is not published it stays in the draft", func(t *testing.T) {
		must(w.Unpublish(ctx, w.author, l.course))(w)
		id := l.film()
		must(w.PublishClass(ctx, w.teacher, l.class, id, in))(w)
		l.made(id)
		if p := l.publication(id); p.State != "draft" {
			t.Errorf("%+v", p)
		}
	})
}
