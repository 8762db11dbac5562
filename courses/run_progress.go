package courses

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/courses/sheet"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// LearnerProgress is a line of a run's progress table.
type LearnerProgress struct {
	AccountID        uuid.UUID  `json:"accountId" format:"uuid"`
	Name             string     `json:"name"`
	Email            string     `json:"email"`
	Fraction         float64    `json:"fraction" minimum:"0" maximum:"1"`
	CompletedLessons int        `json:"completedLessons"`
	TotalLessons     int        `json:"totalLessons"`
	WatchedSeconds   int        `json:"watchedSeconds"`
	LastSeenAt       *time.Time `json:"lastSeenAt,omitempty"`
	ClassPoints      float64    `json:"classPoints,omitempty" doc:"Reached in the live classes that count."`
	ClassMost        int        `json:"classMost,omitempty" doc:"That could be reached in those they were in; absent = none counted."`
}

// LessonCompletion says how many learners have completed a lesson.
type LessonCompletion struct {
	ID          uuid.UUID     `json:"id" format:"uuid"`
	Title       localize.Text `json:"title"`
	CompletedBy int           `json:"completedBy"`
}

// RunProgress is how the learners of a run are doing.
type RunProgress struct {
	Run      Run                `json:"run"`
	Course   CourseRef          `json:"course"`
	Items    []LearnerProgress  `json:"items" doc:"By name."`
	NextPage string             `json:"nextPage,omitempty"`
	Total    int                `json:"total" doc:"Learners on all pages."`
	Lessons  []LessonCompletion `json:"lessons" doc:"Over all learners of the run, whatever the page and the query."`
}

// RunProgressFilter narrows the table of learners.
type RunProgressFilter struct {
	Query string // part of a name or of an e-mail address
	Page  string
	Limit int
}

// RunProgress returns a page of a run's learners. NotFound unless the viewer may teach the run.
func (s *Service) RunProgress(ctx context.Context, viewer, id uuid.UUID, f RunProgressFilter) (RunProgress, error) {
	after, err := parseCursor(f.Page)
	if err != nil {
		return RunProgress{}, err
	}
	r, err := s.runProgress(ctx, viewer, id)
	if err != nil {
		return RunProgress{}, err
	}
	r.narrow(f.Query)
	r.turn(after, bounded(f.Limit))
	return r, nil
}

// narrow keeps the learners whose name or address holds the query.
func (r *RunProgress) narrow(query string) {
	query = fold(strings.TrimSpace(query))
	var kept []LearnerProgress
	for _, l := range r.Items {
		if strings.Contains(fold(l.Name), query) || strings.Contains(fold(l.Email), query) {
			kept = append(kept, l)
		}
	}
	r.Items, r.Total = notNil(kept), len(kept)
}

// turn keeps one page of the learners, who are in the order of name and id.
func (r *RunProgress) turn(after *cursor, limit int) {
	if after != nil {
		n := 0
		for n < len(r.Items) && (r.Items[n].Name < after.Name || r.Items[n].Name == after.Name && r.Items[n].AccountID.String() <= after.ID.String()) {
			n++
		}
		r.Items = r.Items[n:]
	}
	if len(r.Items) > limit {
		r.Items = r.Items[:limit]
		last := r.Items[limit-1]
		r.NextPage = cursor{Name: last.Name, ID: last.AccountID}.String()
	}
}

type runHeadRow struct {
	Run
	CourseID    uuid.UUID
	PageVersion int64
}

// runProgress derives the progress of all learners of a run.
func (s *Service) runProgress(ctx context.Context, viewer, id uuid.UUID) (RunProgress, error) {
	rows, err := s.db.Query(ctx, `SELECT f.*, c.id AS course_id, c.page_version
		FROM (`+selectRuns+` WHERE r.id = @id AND may_teach(@viewer, r.id)) f
		JOIN runs x ON x.id = f.id JOIN courses c ON c.id = x.course_id WHERE c.revision IS NOT NULL`, pgx.NamedArgs{"id": id, "viewer": viewer})
	if err != nil {
		return RunProgress{}, pg.Translate(err, "run", id)
	}
	head, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[runHeadRow])
	if err != nil {
		return RunProgress{}, pg.Translate(err, "run", id)
	}
	p, err := s.pageOf(ctx, head.CourseID, head.PageVersion)
	if err != nil {
		return RunProgress{}, err
	}
	if p == nil {
		return RunProgress{}, fault.NewNotFound("run")
	}
	r := RunProgress{Run: head.Run.at(s.now()), Course: CourseRef{ID: p.card.ID, Slug: p.card.Slug, Title: p.card.Title}, Items: []LearnerProgress{}}
	for _, u := range p.outline.Units {
		for _, l := range u.Lessons {
			r.Lessons = append(r.Lessons, LessonCompletion{ID: l.ID, Title: l.Title})
		}
	}
	return r, s.addLearners(ctx, viewer, id, p, &r)
}

// learnerRow is a learner with one of the activities begun, or none.
type learnerRow struct {
	AccountID  uuid.UUID
	Name       string
	Email      string
	ActivityID *uuid.UUID
	Watched    spans
	PositionMs *int
	PositionAt *time.Time
	UpdatedAt  *time.Time

	ClassPoints float64
	ClassMost   int
}

// addLearners reads learner by learner, so that a large run needs no large memory.
func (s *Service) addLearners(ctx context.Context, viewer, run uuid.UUID, p *page, r *RunProgress) error {
	rows, err := s.db.Query(ctx, `
		SELECT a.id AS account_id, a.name, a.email, p.activity_id, p.watched::text AS watched, p.position_ms, p.position_at, p.updated_at,
		       coalesce(g.points, 0), coalesce(g.most, 0)
		FROM enrolments e JOIN accounts a ON a.id = e.account_id
		LEFT JOIN (SELECT x.account_id, sum(x.points) AS points, sum(x.most)::int AS most FROM class_grades x JOIN classes k ON k.id = x.class_id
			WHERE k.run_id = @run GROUP BY x.account_id) g ON g.account_id = a.id
		LEFT JOIN progress p ON p.account_id = a.id AND p.course_id = @course
		WHERE e.run_id = @run AND e.left_at IS NULL AND may_teach(@viewer, e.run_id)
		ORDER BY a.name COLLATE "C", a.id`, pgx.NamedArgs{"run": run, "viewer": viewer, "course": p.card.ID})
	if err != nil {
		return pg.Translate(err, "learners of run", run)
	}
	var current *LearnerProgress
	seen := map[uuid.UUID]watched{}
	finish := func() {
		if current != nil {
			r.finish(*current, measure(p.outline, seen))
		}
	}
	var row learnerRow
	_, err = pgx.ForEachRow(rows, []any{&row.AccountID, &row.Name, &row.Email, &row.ActivityID, &row.Watched, &row.PositionMs, &row.PositionAt, &row.UpdatedAt,
		&row.ClassPoints, &row.ClassMost}, func() error {
		if current == nil || current.AccountID != row.AccountID {
			finish()
			current = &LearnerProgress{AccountID: row.AccountID, Name: row.Name, Email: row.Email, ClassPoints: row.ClassPoints, ClassMost: row.ClassMost}
			clear(seen)
		}
		if row.ActivityID != nil {
			seen[*row.ActivityID] = watched{ActivityID: *row.ActivityID, Watched: row.Watched, PositionMs: *row.PositionMs, PositionAt: *row.PositionAt}
			if at := row.UpdatedAt; current.LastSeenAt == nil || at.After(*current.LastSeenAt) {
				current.LastSeenAt = at
			}
		}
		return nil
	})
	finish()
	return pg.Translate(err, "learners of run", run)
}

func (r *RunProgress) finish(l LearnerProgress, t courseTally) {
	l.Fraction, l.CompletedLessons, l.TotalLessons, l.WatchedSeconds = t.progress.Fraction, t.progress.CompletedLessons, t.progress.TotalLessons, t.seconds
	for i, lesson := range t.lessons {
		if lesson.done() {
			r.Lessons[i].CompletedBy++
		}
	}
	r.Items = append(r.Items, l)
	r.Total++
}

// WriteRunProgress writes all learners of a run as CSV. Cells that a spreadsheet would take for a formula are made text.
func (s *Service) WriteRunProgress(ctx context.Context, viewer, id uuid.UUID, to io.Writer) error {
	r, err := s.runProgress(ctx, viewer, id)
	if err != nil {
		return err
	}
	w, err := sheet.NewWriter(to)
	if err != nil {
		return err
	}
	if err := w.Write([]string{"name", "email", "progress_percent", "completed_lessons", "total_lessons", "watched_minutes", "last_seen", "class_points", "class_points_most"}); err != nil {
		return err
	}
	for _, l := range r.Items {
		seen := ""
		if l.LastSeenAt != nil {
			seen = l.LastSeenAt.UTC().Format(time.RFC3339)
		}
		points, most := "", ""
		if l.ClassMost > 0 {
			points, most = strconv.FormatFloat(l.ClassPoints, 'f', -1, 64), strconv.Itoa(l.ClassMost)
		}
		if err := w.Write([]string{sheet.Text(l.Name), sheet.Text(l.Email), strconv.FormatFloat(l.Fraction*100, 'f', 1, 64),
			strconv.Itoa(l.CompletedLessons), strconv.Itoa(l.TotalLessons), strconv.Itoa(l.WatchedSeconds / 60), seen, points, most}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
