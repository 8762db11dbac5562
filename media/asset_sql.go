package media

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

type assetRow struct {
	ID            uuid.UUID
	InstitutionID uuid.UUID
	Kind          Kind
	Filename      string
	Size          int64
	State         State
	Playable      bool
	Progress      float64
	FailureCode   string
	DurationMs    int64
	Width, Height int
	Offset        int64
	CreatedAt     time.Time
}

const assetColumns = `a.id, a.institution_id, a.kind, a.filename, a.size, a.state, a.playable, a.progress, a.failure_code,
	a.duration_ms, a.width, a.height, a.created_at,
	coalesce((SELECT u.parts_bytes + u.tail_bytes FROM uploads u WHERE u.asset_id = a.id), a.size) AS "offset"`

func (r assetRow) asset() Asset {
	a := Asset{ID: r.ID, InstitutionID: r.InstitutionID, Kind: r.Kind, Filename: r.Filename, Size: r.Size, State: r.State,
		Playable: r.Playable, Progress: r.Progress, DurationMs: r.DurationMs, Width: r.Width, Height: r.Height,
		Offset: r.Offset, CreatedAt: r.CreatedAt, Renditions: []Rendition{}, Captions: []CaptionRef{}, UsedIn: []Use{}}
	if r.State == StateFailed {
		a.Failure = &Failure{Code: r.FailureCode}
	}
	return a
}

// selectAssets returns one row more than asked for, so that the caller sees whether there are more.
func selectAssets(ctx context.Context, q pg.Querier, viewer uuid.UUID, f AssetFilter, before uuid.UUID) ([]assetRow, error) {
	rows, err := q.Query(ctx, `
		SELECT `+assetColumns+` FROM assets a
		WHERE a.deleted_at IS NULL AND may_keep(@viewer, a)
		  AND (@institution::uuid IS NULL OR a.institution_id = @institution)
		  AND (@kind = '' OR a.kind = @kind)
		  AND (@query = '' OR strpos(lower(a.filename), lower(@query)) > 0)
		  AND a.id < @before
		ORDER BY a.id DESC LIMIT @limit`,
		pgx.NamedArgs{"viewer": viewer, "institution": orNull(f.Institution), "kind": string(f.Kind), "query": f.Query, "before": before, "limit": f.Limit + 1})
	if err != nil {
		return nil, pg.Translate(err, "assets", f.Institution)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[assetRow])
	return list, pg.Translate(err, "assets", f.Institution)
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func selectAsset(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (assetRow, error) {
	rows, err := q.Query(ctx, `
		SELECT `+assetColumns+` FROM assets a
		WHERE a.id = @id AND a.deleted_at IS NULL AND may_keep(@viewer, a)`,
		pgx.NamedArgs{"id": id, "viewer": viewer})
	if err != nil {
		return assetRow{}, pg.Translate(err, "asset", id)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[assetRow])
	return row, pg.Translate(err, "asset", id)
}

func retryAsset(ctx context.Context, q pg.Querier, id uuid.UUID) error {
	_, err := q.Exec(ctx, `
		UPDATE assets SET state = 'checking', failure_code = '', progress = 0, worked_at = NULL, updated_at = now()
		WHERE id = @id AND state = 'failed'`, pgx.NamedArgs{"id": id})
	return pg.Translate(err, "asset", id)
}

// deleteAsset hides the row: published revisions of long ago may still refer to it.
func deleteAsset(ctx context.Context, q pg.Querier, id uuid.UUID) error {
	for _, sql := range []string{
		`DELETE FROM uploads WHERE asset_id = @id`,
		`DELETE FROM renditions WHERE asset_id = @id`,
		`DELETE FROM captions WHERE asset_id = @id`,
		`UPDATE assets SET deleted_at = now(), playable = false, files = '{}', source_key = '', generation = generation + 1, updated_at = now()
		 WHERE id = @id`,
	} {
		if _, err := q.Exec(ctx, sql, pgx.NamedArgs{"id": id}); err != nil {
			return pg.Translate(err, "asset", id)
		}
	}
	return nil
}

// selectUses finds the courses that show assets: in a draft, as a poster, in a text, or in the published revision.
func selectUses(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID][]Use, error) {
	rows, err := q.Query(ctx, `
		WITH wanted AS (SELECT unnest(@ids::uuid[]) AS id), draft AS (
			SELECT u.course_id, y.asset_id, y.body FROM activities y
			JOIN lessons l ON l.id = y.lesson_id AND l.deleted_at IS NULL
			JOIN units u ON u.id = l.unit_id AND u.deleted_at IS NULL
			WHERE y.deleted_at IS NULL)
		SELECT used.asset, c.id, c.title FROM (
			SELECT w.id AS asset, d.course_id FROM wanted w JOIN draft d ON d.asset_id = w.id
			UNION SELECT w.id, d.course_id FROM wanted w JOIN draft d ON strpos(d.body::text, 'asset:' || w.id) > 0
			UNION SELECT w.id, c.id FROM wanted w JOIN courses c ON c.poster_asset_id = w.id
			UNION SELECT w.id, r.course_id FROM wanted w JOIN revision_activities r ON r.asset_id = w.id
			      JOIN courses c ON c.id = r.course_id AND c.revision = r.revision
			UNION SELECT w.id, r.course_id FROM wanted w JOIN revision_images r ON r.asset_id = w.id
			      JOIN courses c ON c.id = r.course_id AND c.revision = r.revision
		) used JOIN courses c ON c.id = used.course_id
		ORDER BY c.id`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, pg.Translate(err, "uses of assets", len(ids))
	}
	found := map[uuid.UUID][]Use{}
	var asset uuid.UUID
	var u Use
	_, err = pgx.ForEachRow(rows, []any{&asset, &u.CourseID, &u.CourseTitle}, func() error {
		found[asset] = append(found[asset], u)
		u = Use{}
		return nil
	})
	return found, pg.Translate(err, "uses of assets", len(ids))
}

// countTerms counts the terms of word banks that show assets or are heard in them.
func countTerms(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	rows, err := q.Query(ctx, `
		SELECT w.id, (SELECT count(*) FROM terms t WHERE t.picture_id = w.id AND t.deleted_at IS NULL)
		           + (SELECT count(*) FROM terms t WHERE t.audio_id = w.id AND t.deleted_at IS NULL)
		FROM unnest(@ids::uuid[]) AS w (id)`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, pg.Translate(err, "terms with assets", len(ids))
	}
	found := map[uuid.UUID]int{}
	var asset uuid.UUID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&asset, &n}, func() error {
		found[asset] = n
		return nil
	})
	return found, pg.Translate(err, "terms with assets", len(ids))
}
