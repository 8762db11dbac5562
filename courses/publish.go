package courses

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Publish makes the draft what everybody sees: a new revision, unless the draft holds exactly what is published. Invalid
// not_publishable while DraftCourse.Problems names anything.
func (s *Service) Publish(ctx context.Context, viewer, id uuid.UUID) (DraftCourse, error) {
	return s.changeState(ctx, viewer, id, func(tx pgx.Tx, c lockedCourse) error {
		if c.State == Archived {
			return fault.New(fault.Conflict, "course_archived", "The course is archived; restore it to publish it.")
		}
		d, err := loadDraft(ctx, tx, viewer, id)
		if err != nil {
			return err
		}
		if len(d.Problems) > 0 {
			return fault.NewInvalid(d.Problems[0].Field, "not_publishable", "%d things must be put right before the course can be published.", len(d.Problems))
		}
		r, err := revise(d)
		if err != nil {
			return err
		}
		if err := publish(ctx, tx, viewer, id, r); err != nil || s.published == nil {
			return err
		}
		return s.published(ctx, tx, id)
	})
}

// Unpublish takes a course away from everybody but its authors. Its learners keep their places and their progress for
// when it is published again.
func (s *Service) Unpublish(ctx context.Context, viewer, id uuid.UUID) (DraftCourse, error) {
	return s.changeState(ctx, viewer, id, func(tx pgx.Tx, c lockedCourse) error {
		if c.State == Archived {
			return fault.New(fault.Conflict, "course_archived", "The course is archived; restore it first.")
		}
		return setState(ctx, tx, id, `state = 'draft', revision = NULL`)
	})
}

// Archive takes a course out of the catalogue and closes it to new learners; those who are enrolled keep it.
func (s *Service) Archive(ctx context.Context, viewer, id uuid.UUID) (DraftCourse, error) {
	return s.changeState(ctx, viewer, id, func(tx pgx.Tx, _ lockedCourse) error {
		return setState(ctx, tx, id, `state = 'archived'`)
	})
}

// RestoreCourse undoes Archive.
func (s *Service) RestoreCourse(ctx context.Context, viewer, id uuid.UUID) (DraftCourse, error) {
	return s.changeState(ctx, viewer, id, func(tx pgx.Tx, c lockedCourse) error {
		if c.State != Archived {
			return nil
		}
		if err := setState(ctx, tx, id, `state = CASE WHEN revision IS NULL THEN 'draft' ELSE 'published' END`); err != nil {
			return err
		}
		return list(ctx, tx, id)
	})
}

func (s *Service) changeState(ctx context.Context, viewer, id uuid.UUID, change func(pgx.Tx, lockedCourse) error) (DraftCourse, error) {
	var d DraftCourse
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		c, err := lockCourse(ctx, tx, viewer, place{"course", id})
		if err != nil {
			return err
		}
		if err := change(tx, c); err != nil {
			return err
		}
		d, err = loadDraft(ctx, tx, viewer, id)
		return err
	})
	return d.at(s.now()), err
}

// setState changes the state and takes the course out of the catalogue.
func setState(ctx context.Context, q pg.Querier, id uuid.UUID, set string) error {
	args := pgx.NamedArgs{"id": id}
	b := &pgx.Batch{}
	b.Queue(`UPDATE courses SET `+set+`, page_version = page_version + 1, updated_at = now() WHERE id = @id`, args)
	b.Queue(`DELETE FROM catalogue WHERE course_id = @id`, args)
	return pg.Translate(q.SendBatch(ctx, b).Close(), "course", id)
}

// publish makes r the course's current revision, storing it unless the last one is the same.
func publish(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, r revision) error {
	hash, err := r.hash()
	if err != nil {
		return err
	}
	args := pgx.NamedArgs{"id": id, "viewer": viewer, "hash": hash, "course": r.Course, "outline": r.Outline}
	var number int
	var same bool
	err = q.QueryRow(ctx, `SELECT number, hash = @hash FROM revisions WHERE course_id = @id ORDER BY number DESC LIMIT 1`, args).Scan(&number, &same)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return pg.Translate(err, "revisions of course", id)
	}
	if !same {
		number++
		if err := insertRevision(ctx, q, number, r, args); err != nil {
			return err
		}
	}
	args["number"] = number
	_, err = q.Exec(ctx, `
		UPDATE courses SET state = 'published', revision = @number, published_edits = edits, page_version = page_version + 1, updated_at = now()
		WHERE id = @id`, args)
	if err != nil {
		return pg.Translate(err, "course", id)
	}
	return list(ctx, q, id)
}

// insertRevision stores a revision with its lessons, activities and pictures in one round trip.
func insertRevision(ctx context.Context, q pg.Querier, number int, r revision, args pgx.NamedArgs) error {
	args["number"] = number
	b := &pgx.Batch{}
	b.Queue(`
		INSERT INTO revisions (course_id, number, hash, course, outline, published_by)
		VALUES (@id, @number, @hash, @course, @outline, @viewer)`, args)
	for position, l := range r.Lessons {
		lesson := pgx.NamedArgs{"id": args["id"], "number": number, "lesson": l.ID, "unit": l.UnitID, "position": position,
			"preview": l.Preview, "activities": l.Activities, "pictures": l.Pictures}
		b.Queue(`
			INSERT INTO revision_lessons (course_id, revision, lesson_id, unit_id, position, preview, activities)
			VALUES (@id, @number, @lesson, @unit, @position, @preview, @activities)`, lesson)
		b.Queue(`
			INSERT INTO revision_images (course_id, revision, lesson_id, asset_id)
			SELECT @id, @number, @lesson, p FROM unnest(@pictures::uuid[]) p`, lesson)
		for _, a := range l.Activities {
			b.Queue(`
				INSERT INTO revision_activities (course_id, revision, activity_id, lesson_id, kind, asset_id, length)
				VALUES (@id, @number, @activity, @lesson, @kind, @asset, @length)`,
				pgx.NamedArgs{"id": args["id"], "number": number, "activity": a.ID, "lesson": l.ID, "kind": a.Kind, "asset": a.AssetID, "length": a.Length})
		}
	}
	if p := r.Course.PosterAssetID; p != nil {
		b.Queue(`INSERT INTO revision_images (course_id, revision, asset_id) VALUES (@id, @number, @poster)`,
			pgx.NamedArgs{"id": args["id"], "number": number, "poster": p})
	}
	return pg.Translate(q.SendBatch(ctx, b).Close(), "revision of course", args["id"])
}

// list puts a published course into the catalogue, as its current revision has it; any other course is left out.
func list(ctx context.Context, q pg.Querier, id uuid.UUID) error {
	args := pgx.NamedArgs{"id": id}
	var course revisionCourse
	var outline revisionOutline
	var institution map[string]string
	err := q.QueryRow(ctx, `
		SELECT r.course, r.outline, i.name FROM courses c
		JOIN revisions r ON r.course_id = c.id AND r.number = c.revision JOIN institutions i ON i.id = c.institution_id
		WHERE c.id = @id AND c.state = 'published'`, args).Scan(&course, &outline, &institution)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return pg.Translate(err, "course", id)
	}
	doc := searchDocument(course, outline)
	args["trade"], args["level"], args["languages"] = course.Trade, course.Level, course.Languages
	args["title"], args["summary"], args["poster"] = course.Title, course.Summary, course.PosterAssetID
	args["hours"], args["minutes"], args["lessons"] = course.EffortHours, course.VideoMinutes, course.LessonCount
	args["text"], args["configs"], args["weights"], args["texts"] = doc.plain, doc.configs, doc.weights, doc.texts
	_, err = q.Exec(ctx, `
		INSERT INTO catalogue (course_id, institution_id, format, trade, level, languages, title, summary, poster_asset_id, effort_hours,
		                       video_minutes, lesson_count, listed_at, search_text, search_vector)
		SELECT c.id, c.institution_id, c.format, @trade, @level, @languages, @title, @summary, @poster, @hours, @minutes, @lessons,
		       (SELECT min(r.published_at) FROM revisions r WHERE r.course_id = c.id), @text, search_document(@configs, @weights, @texts)
		FROM courses c WHERE c.id = @id
		ON CONFLICT (course_id) DO UPDATE SET trade = excluded.trade, level = excluded.level, languages = excluded.languages,
		    title = excluded.title, summary = excluded.summary, poster_asset_id = excluded.poster_asset_id,
		    effort_hours = excluded.effort_hours, video_minutes = excluded.video_minutes, lesson_count = excluded.lesson_count,
		    search_text = excluded.search_text, search_vector = excluded.search_vector`, args)
	return pg.Translate(err, "course", id)
}
