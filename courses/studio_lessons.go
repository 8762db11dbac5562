package courses

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewLesson is a lesson to be made.
type NewLesson struct {
	UnitID  uuid.UUID     `json:"unitId" format:"uuid"`
	Title   localize.Text `json:"title,omitempty" doc:"At most 200 characters per language."`
	Summary localize.Text `json:"summary,omitempty" doc:"At most 1000 characters per language."`
	Preview bool          `json:"preview,omitempty" doc:"Open without an account once published."`
	After   *uuid.UUID    `json:"after,omitempty" format:"uuid" doc:"The lesson to stand behind; absent = the last."`
}

// LessonPatch changes what it holds.
type LessonPatch struct {
	Version int            `json:"version" minimum:"1" maximum:"2147483647" doc:"The version last seen."`
	Title   *localize.Text `json:"title,omitempty" doc:"The whole title, all languages."`
	Summary *localize.Text `json:"summary,omitempty" doc:"The whole summary, all languages."`
	Preview *bool          `json:"preview,omitempty"`
}

// CreateLesson makes a lesson; a repeated creation changes nothing and answers the lesson as it is now.
func (s *Service) CreateLesson(ctx context.Context, viewer, id uuid.UUID, in NewLesson) (DraftLesson, error) {
	title, err := titleRule.Clean("title", in.Title)
	if err != nil {
		return DraftLesson{}, err
	}
	summary, err := summaryRule.Clean("summary", in.Summary)
	if err != nil {
		return DraftLesson{}, err
	}
	if err := checkNewID(id); err != nil {
		return DraftLesson{}, err
	}
	d, err := s.edit(ctx, viewer, place{"unit", in.UnitID}, func(tx pgx.Tx, c lockedCourse) (bool, error) {
		if known, err := lessonLevel.known(ctx, tx, c.ID, id); known || err != nil {
			return false, err
		}
		if err := mustLive(ctx, tx, unitLevel, in.UnitID); err != nil {
			return false, err
		}
		position, err := lessonLevel.makeRoom(ctx, tx, in.UnitID, in.After)
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO lessons (id, unit_id, title, summary, preview, position) VALUES (@id, @unit, @title, @summary, @preview, @position)`,
			pgx.NamedArgs{"id": id, "unit": in.UnitID, "title": title, "summary": summary, "preview": in.Preview, "position": position})
		return true, pg.Translate(err, "lesson", id)
	})
	return d.lesson(id, err)
}

// PatchLesson changes a lesson. Conflict stale_version when the version is not the current one.
func (s *Service) PatchLesson(ctx context.Context, viewer, id uuid.UUID, in LessonPatch) (DraftLesson, error) {
	title, err := cleanPatch(titleRule, "title", in.Title)
	if err != nil {
		return DraftLesson{}, err
	}
	summary, err := cleanPatch(summaryRule, "summary", in.Summary)
	if err != nil {
		return DraftLesson{}, err
	}
	args := pgx.NamedArgs{"id": id, "version": in.Version, "title": title, "summary": summary, "preview": in.Preview}
	d, err := s.edit(ctx, viewer, place{"lesson", id}, func(tx pgx.Tx, _ lockedCourse) (bool, error) {
		tag, err := tx.Exec(ctx, `
			UPDATE lessons SET title = coalesce(@title, title), summary = coalesce(@summary, summary), preview = coalesce(@preview, preview),
			       version = version + 1, updated_at = now()
			WHERE id = @id AND version = @version AND deleted_at IS NULL`, args)
		if err != nil {
			return false, pg.Translate(err, "lesson", id)
		}
		return patched(ctx, tx, "lesson", tag.RowsAffected(), `
			SELECT deleted_at IS NULL, version = @version + 1 AND title = coalesce(@title, title)
			       AND summary = coalesce(@summary, summary) AND preview = coalesce(@preview, preview)
			FROM lessons WHERE id = @id`, args)
	})
	return d.lesson(id, err)
}

// DeleteLesson takes a lesson and what is in it out of the draft; RestoreLesson brings it back.
func (s *Service) DeleteLesson(ctx context.Context, viewer, id uuid.UUID) error {
	return s.remove(ctx, viewer, lessonLevel, id)
}

// RestoreLesson undoes DeleteLesson.
func (s *Service) RestoreLesson(ctx context.Context, viewer, id uuid.UUID) (DraftLesson, error) {
	d, err := s.restore(ctx, viewer, lessonLevel, id)
	return d.lesson(id, err)
}

// lesson finds a lesson in the draft.
func (d DraftCourse) lesson(id uuid.UUID, err error) (DraftLesson, error) {
	if err != nil {
		return DraftLesson{}, err
	}
	for _, u := range d.Units {
		for _, l := range u.Lessons {
			if l.ID == id {
				return l, nil
			}
		}
	}
	return DraftLesson{}, fault.NewNotFound("lesson")
}

// mustLive refuses to put something into what has been deleted.
func mustLive(ctx context.Context, q pg.Querier, l level, id uuid.UUID) error {
	var found bool
	err := q.QueryRow(ctx, `SELECT true FROM `+l.table+` WHERE id = @id AND deleted_at IS NULL`, pgx.NamedArgs{"id": id}).Scan(&found)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.Conflict, "parent_deleted", "The %s that this belongs to has been deleted; restore it first.", l.what)
	}
	return pg.Translate(err, l.what, id)
}
