package courses

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// WaitsForFilm reports whether the publication of a class waits for an asset to be playable.
func (s *Service) WaitsForFilm(ctx context.Context, tx pgx.Tx, asset uuid.UUID) (waits bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM class_publications WHERE id = @id AND published_at IS NULL AND failure = '')`, pgx.NamedArgs{"id": asset}).Scan(&waits)
	return waits, pg.Translate(err, "publication", asset)
}

// ReleaseClass shows learners what a class was published as, now that its film can be played. Again, it changes nothing.
func (s *Service) ReleaseClass(ctx context.Context, id uuid.UUID) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error { return s.release(ctx, tx, id) })
}

// publicationRow is a publication that is to be released.
type publicationRow struct {
	Kind       string
	CourseID   uuid.UUID
	LessonID   uuid.UUID
	ActivityID uuid.UUID
	Viewer     uuid.UUID
	State      string
}

func (s *Service) release(ctx context.Context, q pgx.Tx, id uuid.UUID) error {
	args := pgx.NamedArgs{"id": id}
	rows, err := q.Query(ctx, `
		SELECT p.kind, p.course_id, p.lesson_id, p.activity_id, coalesce(p.published_by, '00000000-0000-0000-0000-000000000000') AS viewer, c.state
		FROM class_publications p JOIN assets a ON a.id = p.id JOIN courses c ON c.id = p.course_id
		WHERE p.id = @id AND p.published_at IS NULL AND a.playable FOR UPDATE OF c, p`, args)
	if err != nil {
		return pg.Translate(err, "publication", id)
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[publicationRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return pg.Translate(err, "publication", id)
	}
	// What cannot be published keeps its film and its draft; why is said. A savepoint takes back half of an attempt.
	err = pgx.BeginFunc(ctx, q, func(tx pgx.Tx) error { return s.releaseTo(ctx, tx, p) })
	var f *fault.Error
	switch {
	case err == nil:
		_, err = q.Exec(ctx, `UPDATE class_publications SET published_at = now(), failure = '' WHERE id = @id`, args)
	case errors.As(err, &f) && f.Kind != fault.Internal && f.Kind != fault.Unavailable:
		args["failure"] = f.Code
		_, err = q.Exec(ctx, `UPDATE class_publications SET failure = @failure WHERE id = @id`, args)
	}
	return pg.Translate(err, "publication", id)
}

func (s *Service) releaseTo(ctx context.Context, tx pgx.Tx, p publicationRow) error {
	var already bool // its authors were quicker
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM courses c JOIN revision_activities a ON a.course_id = c.id AND a.revision = c.revision
		WHERE c.id = @course AND c.state = 'published' AND a.activity_id = @activity)`, pgx.NamedArgs{"course": p.CourseID, "activity": p.ActivityID}).Scan(&already)
	switch {
	case err != nil || already:
		return pg.Translate(err, "course", p.CourseID)
	case p.State == Archived:
		return fault.New(fault.Conflict, "course_archived", "The course is archived.")
	case p.Kind == "lesson" && p.State != Published:
		return errCourseDraft
	}
	d, err := loadDraft(ctx, tx, p.Viewer, p.CourseID)
	if err != nil {
		return err
	}
	if p.Kind == "micro" {
		if len(d.Problems) > 0 {
			return fault.NewInvalid(d.Problems[0].Field, d.Problems[0].Code, "The course cannot be published yet.")
		}
		r, err := revise(d)
		if err != nil {
			return err
		}
		return s.show(ctx, tx, p, r)
	}
	return s.releaseActivity(ctx, tx, p, d)
}

var errCourseDraft = fault.New(fault.Conflict, "course_draft", "The course, or the lesson in it, is not published.")

// show publishes a revision.
func (s *Service) show(ctx context.Context, tx pgx.Tx, p publicationRow, r revision) error {
	if err := publish(ctx, tx, p.Viewer, p.CourseID, r); err != nil || s.published == nil {
		return err
	}
	return s.published(ctx, tx, p.CourseID)
}

// releaseActivity publishes what is published already and the one activity: what else has changed in the draft stays there.
func (s *Service) releaseActivity(ctx context.Context, tx pgx.Tx, p publicationRow, d DraftCourse) error {
	r, err := currentRevision(ctx, tx, p.CourseID)
	if err != nil {
		return err
	}
	content, outline, err := d.recorded(p)
	if err != nil {
		return err
	}
	if !r.add(p.LessonID, content, outline) {
		return errCourseDraft
	}
	args := pgx.NamedArgs{"id": p.CourseID}
	var seen int64
	if err := tx.QueryRow(ctx, `SELECT published_edits FROM courses WHERE id = @id`, args).Scan(&seen); err != nil {
		return pg.Translate(err, "course", p.CourseID)
	}
	if err := s.show(ctx, tx, p, r); err != nil {
		return err
	}
	whole, err := revise(d)
	if err != nil {
		return nil //nolint:nilerr // a draft that cannot be published is not what was
	}
	if same, err := r.same(whole); err != nil || same {
		return err
	}
	args["seen"] = seen
	_, err = tx.Exec(ctx, `UPDATE courses SET published_edits = @seen WHERE id = @id`, args)
	return pg.Translate(err, "course", p.CourseID)
}

// recorded is the activity of a publication, as a revision has it.
func (d DraftCourse) recorded(p publicationRow) (revisionActivity, activityInOutline, error) {
	l, err := d.lesson(p.LessonID, nil)
	if err != nil {
		return revisionActivity{}, activityInOutline{}, errCourseDraft
	}
	for _, a := range l.Activities {
		if a.ID == p.ActivityID && a.Asset != nil {
			content, outline, err := reviseLesson(uuid.Nil, DraftLesson{ID: l.ID, Activities: []DraftActivity{a}})
			if err != nil {
				return revisionActivity{}, activityInOutline{}, err
			}
			return content.Activities[0], outline.Activities[0], nil
		}
	}
	return revisionActivity{}, activityInOutline{}, errCourseDraft // an author has taken it out
}

// add puts an activity at the end of a lesson; false when there is no such lesson.
func (r *revision) add(lesson uuid.UUID, content revisionActivity, outline activityInOutline) bool {
	found := false
	var before, after int64
	for u := range r.Outline.Units {
		for l := range r.Outline.Units[u].Lessons {
			one := &r.Outline.Units[u].Lessons[l]
			for _, a := range one.Activities {
				before += a.DurationMs
			}
			if one.ID == lesson {
				one.Activities = append(one.Activities, outline)
				found = true
			}
		}
	}
	for i := range r.Lessons {
		if r.Lessons[i].ID == lesson {
			r.Lessons[i].Activities = append(r.Lessons[i].Activities, content)
		}
	}
	after = before + outline.DurationMs
	r.Course.VideoMinutes = int(math.Ceil(float64(after) / 60_000))
	if r.Course.EffortHours == estimatedHours(before) {
		r.Course.EffortHours = estimatedHours(after)
	}
	return found
}

// same reports whether two revisions hold the same.
func (r revision) same(other revision) (bool, error) {
	a, err := r.hash()
	if err != nil {
		return false, err
	}
	b, err := other.hash()
	return string(a) == string(b), err
}

// currentRevision reads what is published of a course.
func currentRevision(ctx context.Context, q pg.Querier, course uuid.UUID) (r revision, err error) {
	args := pgx.NamedArgs{"id": course}
	err = q.QueryRow(ctx, `SELECT r.course, r.outline FROM courses c JOIN revisions r ON r.course_id = c.id AND r.number = c.revision WHERE c.id = @id`, args).Scan(&r.Course, &r.Outline)
	if err != nil {
		return r, pg.Translate(err, "revision of course", course)
	}
	rows, err := q.Query(ctx, `
		SELECT l.lesson_id AS id, l.unit_id, l.preview, l.activities,
		       ARRAY (SELECT i.asset_id FROM revision_images i WHERE i.course_id = l.course_id AND i.revision = l.revision AND i.lesson_id = l.lesson_id) AS pictures
		FROM courses c JOIN revision_lessons l ON l.course_id = c.id AND l.revision = c.revision WHERE c.id = @id ORDER BY l.position`, args)
	if err != nil {
		return r, pg.Translate(err, "revision of course", course)
	}
	r.Lessons, err = pgx.CollectRows(rows, pgx.RowToStructByName[revisionLesson])
	for i := range r.Lessons {
		if len(r.Lessons[i].Pictures) == 0 {
			r.Lessons[i].Pictures = nil // as revise has it: the hash tells them apart
		}
	}
	if err != nil {
		err = fmt.Errorf("revision of course %s: %w", course, err)
	}
	return r, err
}
