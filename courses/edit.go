package courses

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// lockedCourse is what every edit needs to know of the course it has locked.
type lockedCourse struct {
	ID            uuid.UUID
	InstitutionID uuid.UUID
	Format        string
	State         string
	Languages     []string
}

// edit is the frame of every change to a draft: it locks the course, so that edits of one course happen one after the
// other, calls change, marks the draft as changed if change says so, and returns the draft as it is then.
// NotFound unless the viewer may author the course; Conflict when it is archived.
func (s *Service) edit(ctx context.Context, viewer uuid.UUID, at place, change func(tx pgx.Tx, c lockedCourse) (bool, error)) (DraftCourse, error) {
	var d DraftCourse
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		c, err := lockCourse(ctx, tx, viewer, at)
		if err != nil {
			return err
		}
		if c.State == Archived {
			return fault.New(fault.Conflict, "course_archived", "The course is archived; restore it to edit it.")
		}
		changed, err := change(tx, c)
		if err != nil {
			return err
		}
		if changed {
			if err := markChanged(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		d, err = loadDraft(ctx, tx, viewer, c.ID)
		return err
	})
	return d.at(s.now()), err
}

// place is an entity of a draft; its course is the one to lock.
type place struct {
	what string // course, unit, lesson, activity or run
	id   uuid.UUID
}

// courseOf finds the course of an entity, also of a deleted one, for it can be restored.
var courseOf = map[string]string{
	"course":   `SELECT @id::uuid`,
	"unit":     `SELECT course_id FROM units WHERE id = @id`,
	"lesson":   `SELECT u.course_id FROM lessons l JOIN units u ON u.id = l.unit_id WHERE l.id = @id`,
	"activity": `SELECT u.course_id FROM activities a JOIN lessons l ON l.id = a.lesson_id JOIN units u ON u.id = l.unit_id WHERE a.id = @id`,
	"run":      `SELECT course_id FROM runs WHERE id = @id`,
}

func lockCourse(ctx context.Context, q pg.Querier, viewer uuid.UUID, at place) (lockedCourse, error) {
	rows, err := q.Query(ctx, `
		SELECT c.id, c.institution_id, c.format, c.state, c.languages
		FROM courses c WHERE c.id = (`+courseOf[at.what]+`) AND may_author(@viewer, c.id)
		FOR UPDATE OF c`, pgx.NamedArgs{"id": at.id, "viewer": viewer})
	if err != nil {
		return lockedCourse{}, pg.Translate(err, at.what, at.id)
	}
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[lockedCourse])
	return c, pg.Translate(err, at.what, at.id)
}

func markChanged(ctx context.Context, q pg.Querier, course uuid.UUID) error {
	_, err := q.Exec(ctx, `UPDATE courses SET edits = edits + 1, updated_at = now() WHERE id = @course`, pgx.NamedArgs{"course": course})
	return pg.Translate(err, "course", course)
}

// level is one level of the outline, for what all three have in common.
type level struct {
	what   string // for messages
	table  string
	parent string // the column that names the parent
	limit  int    // live siblings of one parent
}

var (
	unitLevel     = level{what: "unit", table: "units", parent: "course_id", limit: 60}
	lessonLevel   = level{what: "lesson", table: "lessons", parent: "unit_id", limit: 60}
	activityLevel = level{what: "activity", table: "activities", parent: "lesson_id", limit: 40}
)

// known reports whether the entity exists already. A repeated creation finds its own work; an id that is in use
// in another course is a Conflict.
func (l level) known(ctx context.Context, q pg.Querier, course, id uuid.UUID) (bool, error) {
	var owner uuid.UUID
	err := q.QueryRow(ctx, courseOf[l.what], pgx.NamedArgs{"id": id}).Scan(&owner)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, pg.Translate(err, l.what, id)
	case owner != course:
		return false, fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	}
	return true, nil
}

// makeRoom returns the position for a new child: behind after, or behind all when after is nil.
func (l level) makeRoom(ctx context.Context, q pg.Querier, parent uuid.UUID, after *uuid.UUID) (int, error) {
	if err := l.checkLimit(ctx, q, parent); err != nil {
		return 0, err
	}
	args := pgx.NamedArgs{"parent": parent, "after": after}
	var position *int
	err := q.QueryRow(ctx, `SELECT max(position) + 1 FROM `+l.table+`
		WHERE `+l.parent+` = @parent AND (@after::uuid IS NULL OR id = @after AND deleted_at IS NULL)`, args).Scan(&position)
	switch {
	case err != nil:
		return 0, pg.Translate(err, l.what, parent)
	case position == nil && after != nil:
		return 0, fault.NewInvalid("after", "no_such_neighbour", "There is no such %s to stand behind.", l.what)
	case position == nil:
		return 0, nil
	}
	args["position"] = *position
	_, err = q.Exec(ctx, `UPDATE `+l.table+` SET position = position + 1 WHERE `+l.parent+` = @parent AND position >= @position`, args)
	return *position, pg.Translate(err, l.what, parent)
}

func (l level) checkLimit(ctx context.Context, q pg.Querier, parent uuid.UUID) error {
	var n int
	err := q.QueryRow(ctx, `SELECT count(*) FROM `+l.table+` WHERE `+l.parent+` = @parent AND deleted_at IS NULL`, pgx.NamedArgs{"parent": parent}).Scan(&n)
	if err == nil && n >= l.limit {
		return fault.New(fault.Conflict, "outline_full", "There is no room for another %s here: %d are the most.", l.what, l.limit)
	}
	return pg.Translate(err, l.what, parent)
}

// remove marks an entity deleted; what is below it goes and comes back with it. Removing twice is removing once.
func (s *Service) remove(ctx context.Context, viewer uuid.UUID, l level, id uuid.UUID) error {
	_, err := s.edit(ctx, viewer, place{l.what, id}, func(tx pgx.Tx, _ lockedCourse) (bool, error) {
		tag, err := tx.Exec(ctx, `UPDATE `+l.table+` SET deleted_at = now(), updated_at = now() WHERE id = @id AND deleted_at IS NULL`, pgx.NamedArgs{"id": id})
		return tag.RowsAffected() > 0, pg.Translate(err, l.what, id)
	})
	return err
}

// restore undoes remove.
func (s *Service) restore(ctx context.Context, viewer uuid.UUID, l level, id uuid.UUID) (DraftCourse, error) {
	return s.edit(ctx, viewer, place{l.what, id}, func(tx pgx.Tx, _ lockedCourse) (bool, error) {
		args := pgx.NamedArgs{"id": id}
		var parent uuid.UUID
		err := tx.QueryRow(ctx, `UPDATE `+l.table+` SET deleted_at = NULL, updated_at = now() WHERE id = @id AND deleted_at IS NOT NULL RETURNING `+l.parent, args).Scan(&parent)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, pg.Translate(err, l.what, id)
		}
		var n int
		err = tx.QueryRow(ctx, `SELECT count(*) FROM `+l.table+` WHERE `+l.parent+` = @parent AND deleted_at IS NULL`, pgx.NamedArgs{"parent": parent}).Scan(&n)
		if err == nil && n > l.limit {
			return false, fault.New(fault.Conflict, "outline_full", "There is no room for another %s here: %d are the most.", l.what, l.limit)
		}
		return true, pg.Translate(err, l.what, id)
	})
}

// patched judges an UPDATE … WHERE version = @version of one entity. When it changed nothing, either the patch has
// been applied before and its answer was lost (done, a query, says so), or somebody else has changed the entity.
func patched(ctx context.Context, q pg.Querier, what string, changed int64, done string, args pgx.NamedArgs) (bool, error) {
	if changed > 0 {
		return true, nil
	}
	var live, repeated bool
	if err := q.QueryRow(ctx, done, args).Scan(&live, &repeated); err != nil {
		return false, pg.Translate(err, what, args["id"])
	}
	switch {
	case !live:
		return false, fault.NewNotFound(what)
	case !repeated:
		return false, fault.New(fault.Conflict, "stale_version", "Somebody has changed this %s meanwhile; look at both versions.", what)
	}
	return false, nil
}
