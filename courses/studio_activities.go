package courses

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewActivity is an activity to be made.
type NewActivity struct {
	LessonID uuid.UUID       `json:"lessonId" format:"uuid"`
	Kind     string          `json:"kind" maxLength:"40" doc:"video, reading, practice or task."`
	Title    localize.Text   `json:"title,omitempty" doc:"At most 200 characters per language."`
	Body     json.RawMessage `json:"body,omitempty" doc:"What the kind holds: {} of a video, {markdown: text per language} of a reading, {exercises} of a practice, {description, phrases, decoys, checklist, canDo} of a task."`
	AssetID  *uuid.UUID      `json:"assetId,omitempty" format:"uuid" doc:"The video, of the course's own institution."`
	After    *uuid.UUID      `json:"after,omitempty" format:"uuid" doc:"The activity to stand behind; absent = the last."`
}

// ActivityPatch changes what it holds.
type ActivityPatch struct {
	Version int             `json:"version" minimum:"1" maximum:"2147483647" doc:"The version last seen."`
	Title   *localize.Text  `json:"title,omitempty" doc:"The whole title, all languages."`
	Body    json.RawMessage `json:"body,omitempty" doc:"The whole body."`
	// AssetID is nil when it stays, not Valid when it is taken away.
	AssetID *uuid.NullUUID `json:"-"`
}

// CreateActivity makes an activity; a repeated creation changes nothing and answers the activity as it is now.
func (s *Service) CreateActivity(ctx context.Context, viewer, id uuid.UUID, in NewActivity) (DraftActivity, error) {
	k, err := kindNamed(in.Kind)
	if err != nil {
		return DraftActivity{}, err
	}
	title, err := titleRule.Clean("title", in.Title)
	if err != nil {
		return DraftActivity{}, err
	}
	body, err := k.check(in.Body)
	if err != nil {
		return DraftActivity{}, err
	}
	if err := checkNewID(id); err != nil {
		return DraftActivity{}, err
	}
	d, err := s.edit(ctx, viewer, place{"lesson", in.LessonID}, func(tx pgx.Tx, c lockedCourse) (bool, error) {
		if known, err := activityLevel.known(ctx, tx, c.ID, id); known || err != nil {
			return false, err
		}
		if err := mustLive(ctx, tx, lessonLevel, in.LessonID); err != nil {
			return false, err
		}
		if in.AssetID != nil {
			if err := checkAsset(ctx, tx, c, "assetId", k.asset, *in.AssetID); err != nil {
				return false, err
			}
		}
		position, err := activityLevel.makeRoom(ctx, tx, in.LessonID, in.After)
		if err != nil {
			return false, err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO activities (id, lesson_id, kind, title, body, asset_id, position)
			VALUES (@id, @lesson, @kind, @title, @body, @asset, @position)`,
			pgx.NamedArgs{"id": id, "lesson": in.LessonID, "kind": in.Kind, "title": title, "body": body, "asset": in.AssetID, "position": position})
		return true, pg.Translate(err, "activity", id)
	})
	return d.activity(id, err)
}

// PatchActivity changes an activity. Conflict stale_version when the version is not the current one.
func (s *Service) PatchActivity(ctx context.Context, viewer, id uuid.UUID, in ActivityPatch) (DraftActivity, error) {
	title, err := cleanPatch(titleRule, "title", in.Title)
	if err != nil {
		return DraftActivity{}, err
	}
	d, err := s.edit(ctx, viewer, place{"activity", id}, func(tx pgx.Tx, c lockedCourse) (bool, error) {
		args := pgx.NamedArgs{"id": id, "version": in.Version, "title": title, "body": nil, "newAsset": in.AssetID != nil, "asset": in.AssetID}
		if err := checkActivityPatch(ctx, tx, c, id, in, args); err != nil {
			return false, err
		}
		tag, err := tx.Exec(ctx, `
			UPDATE activities SET title = coalesce(@title, title), body = coalesce(@body, body),
			       asset_id = CASE WHEN @newAsset THEN @asset ELSE asset_id END, version = version + 1, updated_at = now()
			WHERE id = @id AND version = @version AND deleted_at IS NULL`, args)
		if err != nil {
			return false, pg.Translate(err, "activity", id)
		}
		return patched(ctx, tx, "activity", tag.RowsAffected(), `
			SELECT deleted_at IS NULL, version = @version + 1 AND title = coalesce(@title, title) AND body = coalesce(@body, body)
			       AND (NOT @newAsset OR asset_id IS NOT DISTINCT FROM @asset::uuid)
			FROM activities WHERE id = @id`, args)
	})
	return d.activity(id, err)
}

// checkActivityPatch checks what depends on the activity's kind, and puts the checked body into args.
func checkActivityPatch(ctx context.Context, q pg.Querier, c lockedCourse, id uuid.UUID, in ActivityPatch, args pgx.NamedArgs) error {
	var name string
	if err := q.QueryRow(ctx, `SELECT kind FROM activities WHERE id = @id`, args).Scan(&name); err != nil {
		return pg.Translate(err, "activity", id)
	}
	k, err := kindNamed(name)
	if err != nil {
		return err
	}
	if in.Body != nil {
		body, err := k.check(in.Body)
		if err != nil {
			return err
		}
		args["body"] = body
	}
	if in.AssetID != nil && in.AssetID.Valid {
		return checkAsset(ctx, q, c, "assetId", k.asset, in.AssetID.UUID)
	}
	return nil
}

// checkAsset refuses an asset that is not of the kind, not of the course's institution, or gone.
func checkAsset(ctx context.Context, q pg.Querier, c lockedCourse, field, kind string, id uuid.UUID) error {
	var found bool
	err := q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM assets WHERE id = @id AND kind = @kind AND institution_id = @institution AND deleted_at IS NULL)`,
		pgx.NamedArgs{"id": id, "kind": kind, "institution": c.InstitutionID}).Scan(&found)
	if err == nil && !found {
		return fault.NewInvalid(field, "no_such_asset", "The institution of this course has no such file.")
	}
	return pg.Translate(err, "asset", id)
}

// DeleteActivity takes an activity out of the draft; RestoreActivity brings it back.
func (s *Service) DeleteActivity(ctx context.Context, viewer, id uuid.UUID) error {
	return s.remove(ctx, viewer, activityLevel, id)
}

// RestoreActivity undoes DeleteActivity.
func (s *Service) RestoreActivity(ctx context.Context, viewer, id uuid.UUID) (DraftActivity, error) {
	d, err := s.restore(ctx, viewer, activityLevel, id)
	return d.activity(id, err)
}

// activity finds an activity in the draft.
func (d DraftCourse) activity(id uuid.UUID, err error) (DraftActivity, error) {
	if err != nil {
		return DraftActivity{}, err
	}
	for _, u := range d.Units {
		for _, l := range u.Lessons {
			for _, a := range l.Activities {
				if a.ID == id {
					return a, nil
				}
			}
		}
	}
	return DraftActivity{}, fault.NewNotFound("activity")
}
