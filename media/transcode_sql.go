package media

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// attemptRow is what a worker needs of an asset.
type attemptRow struct {
	ID         uuid.UUID
	Kind       Kind
	Generation int
	Progress   float64
	Playable   bool
	SourceKey  string
	Sha256     []byte
	Probe      *source
}

// beginAttempt takes the asset: older attempts can write no more from here on.
func beginAttempt(ctx context.Context, q pg.Querier, asset uuid.UUID, state State) (attemptRow, error) {
	rows, err := q.Query(ctx, `
		UPDATE assets SET generation = generation + 1, worked_at = now(), updated_at = now()
		WHERE id = @asset AND state = @state AND deleted_at IS NULL
		RETURNING id, kind, generation, progress, playable, source_key, sha256, probe`,
		pgx.NamedArgs{"asset": asset, "state": state})
	if err != nil {
		return attemptRow{}, pg.Translate(err, "asset", asset)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[attemptRow])
	return row, pg.Translate(err, "asset", asset)
}

// updateProgress is the worker's sign of life; false = the asset is no longer its own.
func updateProgress(ctx context.Context, q pg.Querier, w worker, progress float64) (bool, error) {
	tag, err := q.Exec(ctx, `
		UPDATE assets SET progress = greatest(progress, @progress), worked_at = now()
		WHERE id = @asset AND generation = @generation AND state IN ('checking', 'transcoding')`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "progress": progress})
	return tag.RowsAffected() == 1, pg.Translate(err, "asset", w.asset)
}

// ownedBy turns "no row" into errOvertaken.
func ownedBy(w worker, changed int64, err error) error {
	if err == nil && changed == 0 {
		return errOvertaken
	}
	return pg.Translate(err, "asset", w.asset)
}

// updateChecked notes what the check learnt and hands the asset on.
func updateChecked(ctx context.Context, q pg.Querier, w worker, src source, progress float64) error {
	tag, err := q.Exec(ctx, `
		UPDATE assets SET state = 'transcoding', probe = @probe, duration_ms = @ms, width = @width, height = @height,
		       has_audio = @audio, progress = greatest(progress, @progress), worked_at = NULL, updated_at = now()
		WHERE id = @asset AND generation = @generation AND state = 'checking'`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "probe": src, "ms": src.Duration.Milliseconds(),
			"width": src.Width, "height": src.Height, "audio": src.Audio >= 0, "progress": progress})
	return ownedBy(w, tag.RowsAffected(), err)
}

// updatePublished makes new files the asset's and returns the keys of those they replace.
func updatePublished(ctx context.Context, q pg.Querier, w worker, files map[string]storedFile, board *Storyboard, last bool) ([]string, error) {
	var replaced []string
	err := q.QueryRow(ctx, `
		WITH old AS (SELECT files FROM assets WHERE id = @asset)
		UPDATE assets SET playable = true, files = assets.files || @files, storyboard = coalesce(@board, storyboard),
		       state = CASE WHEN @last THEN 'ready' ELSE state END,
		       progress = CASE WHEN @last THEN 1 ELSE progress END, worked_at = CASE WHEN @last THEN NULL ELSE now() END, updated_at = now()
		FROM old
		WHERE id = @asset AND generation = @generation AND state IN ('checking', 'transcoding') AND deleted_at IS NULL
		RETURNING ARRAY (SELECT f.value ->> 'key' FROM jsonb_each(old.files) f WHERE @files ? f.key)`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "files": files, "board": board, "last": last}).Scan(&replaced)
	if err == pgx.ErrNoRows {
		return nil, errOvertaken
	}
	return replaced, pg.Translate(err, "asset", w.asset)
}

// finishAttempt ends a transcode that had nothing left to make.
func finishAttempt(ctx context.Context, q pg.Querier, w worker) error {
	tag, err := q.Exec(ctx, `
		UPDATE assets SET state = 'ready', progress = 1, worked_at = NULL, updated_at = now()
		WHERE id = @asset AND generation = @generation AND state IN ('transcoding', 'ready')`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation})
	return ownedBy(w, tag.RowsAffected(), err)
}

// failAttempt ends an attempt for good, with the reason.
func failAttempt(ctx context.Context, q pg.Querier, w worker, reason failure) error {
	_, err := q.Exec(ctx, `
		UPDATE assets SET state = 'failed', failure_code = @reason, worked_at = NULL, updated_at = now()
		WHERE id = @asset AND generation = @generation AND state IN ('checking', 'transcoding')`,
		pgx.NamedArgs{"asset": w.asset, "generation": w.generation, "reason": string(reason)})
	return pg.Translate(err, "asset", w.asset)
}

// failAsset ends whatever attempt there is.
func failAsset(ctx context.Context, q pg.Querier, asset uuid.UUID, reason failure) error {
	_, err := q.Exec(ctx, `
		UPDATE assets SET state = 'failed', failure_code = @reason, generation = generation + 1, worked_at = NULL, updated_at = now()
		WHERE id = @asset AND state IN ('checking', 'transcoding')`,
		pgx.NamedArgs{"asset": asset, "reason": string(reason)})
	return pg.Translate(err, "asset", asset)
}

// strayOldRendition leaves the object of the rendition of that name, if there is one, to the collector.
func strayOldRendition(ctx context.Context, q pg.Querier, asset uuid.UUID, name string) error {
	_, err := q.Exec(ctx, `
		INSERT INTO stray_objects (key_prefix)
		SELECT object_key FROM renditions WHERE asset_id = @asset AND name = @name
		ON CONFLICT (key_prefix) DO NOTHING`, pgx.NamedArgs{"asset": asset, "name": name})
	return pg.Translate(err, "rendition "+name+" of", asset)
}
