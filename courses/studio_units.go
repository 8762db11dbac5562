package courses

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

var (
	titleRule   = localize.Rule{MaxRunes: 200}
	summaryRule = localize.Rule{MaxRunes: 1000, Lines: true}
)

// NewUnit is a unit to be made.
type NewUnit struct {
	CourseID uuid.UUID     `json:"courseId" format:"uuid"`
	Kind     string        `json:"kind" enum:"language,vocational"`
	Title    localize.Text `json:"title,omitempty" doc:"At most 200 characters per language."`
	After    *uuid.UUID    `json:"after,omitempty" format:"uuid" doc:"The unit to stand behind; absent = the last."`
}

// UnitPatch changes what it holds.
type UnitPatch struct {
	Version int            `json:"version" minimum:"1" maximum:"2147483647" doc:"The version last seen."`
	Kind    *string        `json:"kind,omitempty" enum:"language,vocational"`
	Title   *localize.Text `json:"title,omitempty" doc:"The whole title, all languages."`
}

// CreateUnit makes a unit; a repeated creation changes nothing and answers the unit as it is now.
func (s *Service) CreateUnit(ctx context.Context, viewer, id uuid.UUID, in NewUnit) (DraftUnit, error) {
	title, err := titleRule.Clean("title", in.Title)
	if err != nil {
		return DraftUnit{}, err
	}
	if err := checkNewID(id); err != nil {
		return DraftUnit{}, err
	}
	d, err := s.edit(ctx, viewer, place{"course", in.CourseID}, func(tx pgx.Tx, c lockedCourse) (bool, error) {
		if known, err := unitLevel.known(ctx, tx, c.ID, id); known || err != nil {
			return false, err
		}
		position, err := unitLevel.makeRoom(ctx, tx, c.ID, in.After)
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `INSERT INTO units (id, course_id, kind, title, position) VALUES (@id, @course, @kind, @title, @position)`,
			pgx.NamedArgs{"id": id, "course": c.ID, "kind": in.Kind, "title": title, "position": position})
		return true, pg.Translate(err, "unit", id)
	})
	return d.unit(id, err)
}

// PatchUnit changes a unit. Conflict stale_version when the version is not the current one. A unit that changes its kind
// loses its pairings, which are between kinds.
func (s *Service) PatchUnit(ctx context.Context, viewer, id uuid.UUID, in UnitPatch) (DraftUnit, error) {
	title, err := cleanPatch(titleRule, "title", in.Title)
	if err != nil {
		return DraftUnit{}, err
	}
	args := pgx.NamedArgs{"id": id, "version": in.Version, "kind": in.Kind, "title": title}
	d, err := s.edit(ctx, viewer, place{"unit", id}, func(tx pgx.Tx, _ lockedCourse) (bool, error) {
		tag, err := tx.Exec(ctx, `
			UPDATE units SET kind = coalesce(@kind, kind), title = coalesce(@title, title), version = version + 1, updated_at = now()
			WHERE id = @id AND version = @version AND deleted_at IS NULL`, args)
		if err != nil {
			return false, pg.Translate(err, "unit", id)
		}
		changed, err := patched(ctx, tx, "unit", tag.RowsAffected(), `
			SELECT deleted_at IS NULL, version = @version + 1 AND kind = coalesce(@kind, kind) AND title = coalesce(@title, title)
			FROM units WHERE id = @id`, args)
		if err != nil || in.Kind == nil {
			return changed, err
		}
		return changed, dropWrongPairings(ctx, tx, id)
	})
	return d.unit(id, err)
}

func dropWrongPairings(ctx context.Context, q pg.Querier, unit uuid.UUID) error {
	_, err := q.Exec(ctx, `
		DELETE FROM pairings p USING units u
		WHERE u.id = @id AND (p.language_unit_id = u.id AND u.kind <> 'language' OR p.vocational_unit_id = u.id AND u.kind <> 'vocational')`,
		pgx.NamedArgs{"id": unit})
	return pg.Translate(err, "unit", unit)
}

// DeleteUnit takes a unit and what is in it out of the draft; RestoreUnit brings it back.
func (s *Service) DeleteUnit(ctx context.Context, viewer, id uuid.UUID) error {
	return s.remove(ctx, viewer, unitLevel, id)
}

// RestoreUnit undoes DeleteUnit.
func (s *Service) RestoreUnit(ctx context.Context, viewer, id uuid.UUID) (DraftUnit, error) {
	d, err := s.restore(ctx, viewer, unitLevel, id)
	return d.unit(id, err)
}

// unit finds a unit in the draft.
func (d DraftCourse) unit(id uuid.UUID, err error) (DraftUnit, error) {
	if err != nil {
		return DraftUnit{}, err
	}
	for _, u := range d.Units {
		if u.ID == id {
			return u, nil
		}
	}
	return DraftUnit{}, fault.NewNotFound("unit")
}

// cleanPatch checks a text that may be absent.
func cleanPatch(rule localize.Rule, field string, t *localize.Text) (*localize.Text, error) {
	if t == nil {
		return nil, nil //nolint:nilnil // absent stays absent
	}
	clean, err := rule.Clean(field, *t)
	return &clean, err
}

// checkNewID refuses the nil UUID, which stands for nobody and nothing.
func checkNewID(id uuid.UUID) error {
	if id == uuid.Nil {
		return fault.NewInvalid("id", "bad_id", "Make a new UUID (version 7) for this.")
	}
	return nil
}
