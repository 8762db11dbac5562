package courses

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// ContinueItem is where a learner left a course.
type ContinueItem struct {
	Course      CourseCard     `json:"course"`
	LessonID    uuid.UUID      `json:"lessonId" format:"uuid"`
	LessonTitle localize.Text  `json:"lessonTitle"`
	ActivityID  uuid.UUID      `json:"activityId" format:"uuid"`
	PositionMs  int            `json:"positionMs"`
	DurationMs  int64          `json:"durationMs"`
	Progress    CourseProgress `json:"progress"`
	At          time.Time      `json:"at" doc:"When the learner was last there."`
}

// EnrolledCourse is a course that the viewer takes.
type EnrolledCourse struct {
	Course    CourseCard     `json:"course"`
	Enrolment Enrolment      `json:"enrolment"`
	Progress  CourseProgress `json:"progress"`
	Next      *NextLesson    `json:"next,omitempty" doc:"The next lesson of the run that has a date."`
}

// CourseRef names a course.
type CourseRef struct {
	ID    uuid.UUID     `json:"id" format:"uuid"`
	Slug  string        `json:"slug"`
	Title localize.Text `json:"title"`
}

// TeachingRun is a run that the viewer teaches.
type TeachingRun struct {
	Run    Run       `json:"run"`
	Course CourseRef `json:"course"`
}

// Today is what somebody who has just signed in wants to see first.
type Today struct {
	Continue  []ContinueItem   `json:"continue" doc:"Courses under way, the one last seen first."`
	Enrolled  []EnrolledCourse `json:"enrolled" doc:"All courses the viewer takes, the newest first."`
	Teaching  []TeachingRun    `json:"teaching"`
	Authoring bool             `json:"authoring" doc:"The viewer makes courses somewhere."`
}

// todayRow is an enrolment with the version of its course's page.
type todayRow struct {
	Enrolment
	PageVersion int64
}

type teachingRow struct {
	Run
	CourseID    uuid.UUID
	CourseSlug  string
	CourseTitle localize.Text
}

// Today returns the viewer's courses, as a learner and as a teacher. Posters are left to the caller.
func (s *Service) Today(ctx context.Context, viewer uuid.UUID) (Today, error) {
	t := Today{Continue: []ContinueItem{}, Enrolled: []EnrolledCourse{}, Teaching: []TeachingRun{}}
	var enrolled []todayRow
	var teaching []teachingRow
	args := pgx.NamedArgs{"viewer": viewer}
	b := &pgx.Batch{}
	b.Queue(`
		SELECT e.id, e.course_id, e.run_id, e.enrolled_at, c.page_version FROM enrolments e JOIN courses c ON c.id = e.course_id
		WHERE e.account_id = @viewer AND e.left_at IS NULL AND c.revision IS NOT NULL ORDER BY e.enrolled_at DESC, e.id LIMIT 200`, args).Query(many(&enrolled))
	b.Queue(`SELECT f.*, c.id AS course_id, c.slug AS course_slug, v.course -> 'title' AS course_title
		FROM (`+selectRuns+` JOIN run_teachers m ON m.run_id = r.id WHERE m.account_id = @viewer AND r.cancelled_at IS NULL) f
		JOIN runs x ON x.id = f.id JOIN courses c ON c.id = x.course_id JOIN revisions v ON v.course_id = c.id AND v.number = c.revision
		ORDER BY f.ends_at < now(), f.starts_at, f.id LIMIT 100`, args).Query(many(&teaching))
	b.Queue(`
		SELECT is_admin(@viewer) OR EXISTS (SELECT FROM members m WHERE m.account_id = @viewer AND m.role IN ('author', 'coordinator'))`, args).
		QueryRow(func(row pgx.Row) error { return row.Scan(&t.Authoring) })
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return Today{}, pg.Translate(err, "courses of", viewer)
	}
	for _, r := range teaching {
		run := r.Run.at(s.now()).withoutAddresses()
		t.Teaching = append(t.Teaching, TeachingRun{Run: run, Course: CourseRef{ID: r.CourseID, Slug: r.CourseSlug, Title: r.CourseTitle}})
	}
	return t, s.addEnrolled(ctx, viewer, &t, enrolled)
}

// addEnrolled derives the progress of each course and where to go on.
func (s *Service) addEnrolled(ctx context.Context, viewer uuid.UUID, t *Today, rows []todayRow) error {
	versions, ids := make(map[uuid.UUID]int64, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i], versions[r.CourseID] = r.CourseID, r.PageVersion
	}
	if len(ids) == 0 {
		return nil
	}
	pages, err := s.pagesOf(ctx, versions)
	if err != nil {
		return err
	}
	seen, err := progressOf(ctx, s.db, viewer, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		p := pages[r.CourseID]
		if p == nil {
			continue
		}
		card := p.card
		card.Enrolled, card.NextRun = true, nextRun(p.runs, s.now())
		m := measure(p.outline, seen)
		t.Enrolled = append(t.Enrolled, EnrolledCourse{Course: card, Enrolment: r.Enrolment, Progress: m.progress, Next: p.nextLesson(r.RunID, s.now())})
		if item, ok := p.outline.continueAt(m); ok {
			item.Course = card
			t.Continue = append(t.Continue, item)
		}
	}
	slices.SortStableFunc(t.Continue, func(a, b ContinueItem) int { return b.At.Compare(a.At) })
	return nil
}

// continueAt finds the place to go on; false for a course that has not been begun or is done.
func (o revisionOutline) continueAt(m courseTally) (ContinueItem, bool) {
	at := m.progress.ContinueActivityID
	if m.lastAt.IsZero() || at == nil {
		return ContinueItem{}, false
	}
	for _, u := range o.Units {
		for _, l := range u.Lessons {
			for _, a := range l.Activities {
				if a.ID == *at {
					return ContinueItem{LessonID: l.ID, LessonTitle: l.Title, ActivityID: a.ID, PositionMs: *m.progress.ContinuePositionMs,
						DurationMs: a.DurationMs, Progress: m.progress, At: m.lastAt}, true
				}
			}
		}
	}
	return ContinueItem{}, false
}

// withoutAddresses is the run for who may not see the teachers' e-mail addresses.
func (r Run) withoutAddresses() Run {
	r.Teachers = slices.Clone(r.Teachers)
	for i := range r.Teachers {
		r.Teachers[i].Email = ""
	}
	return r
}
