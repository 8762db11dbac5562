package media

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// uploadRow is an asset's upload. When the upload is finished there is only the asset.
type uploadRow struct {
	AssetID       uuid.UUID
	InstitutionID uuid.UUID
	Kind          Kind
	Filename      string
	Size          int64
	State         State
	ObjectKey     string
	MultipartID   string
	Parts         []string
	PartsBytes    int64
	TailBytes     int64
	HashState     []byte

	offset int64 // bytes that are safe
}

func (r uploadRow) done() bool { return r.State != StateUploading }

// tailKey is where a tail of n bytes behind the parts lies. Its length is in the key, so that a tail is never
// written over by a shorter one of a slower copy.
func (r uploadRow) tailKey(n int64) string {
	return fmt.Sprintf("t/%s-%d-%d", strings.TrimPrefix(r.ObjectKey, "s/"), len(r.Parts), n)
}

// tailPrefix is where every tail of an upload lies.
func tailPrefix(objectKey string) string { return "t/" + strings.TrimPrefix(objectKey, "s/") + "-" }

// insertAsset makes the asset when the viewer may upload to the institution and the id is free.
func insertAsset(ctx context.Context, q pg.Querier, viewer uuid.UUID, in NewUpload) (bool, error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO assets (id, institution_id, uploaded_by, kind, filename, size)
		SELECT @id, i.id, @viewer, @kind, @filename, @size FROM institutions i
		WHERE i.id = @institution AND may_bring(@viewer, i.id, @kind)
		ON CONFLICT (id) DO NOTHING`,
		pgx.NamedArgs{"id": in.ID, "viewer": viewer, "kind": in.Kind, "filename": in.Filename, "size": in.Size, "institution": in.Institution})
	return tag.RowsAffected() == 1, pg.Translate(err, "asset", in.ID)
}

// whyNoUpload says why there is no upload to see after an attempt to make one.
func whyNoUpload(ctx context.Context, q pg.Querier, viewer uuid.UUID, in NewUpload) error {
	var institution, taken bool
	err := q.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM institutions WHERE id = @institution), EXISTS (SELECT FROM assets WHERE id = @id)`,
		pgx.NamedArgs{"institution": in.Institution, "id": in.ID}).Scan(&institution, &taken)
	switch {
	case err != nil:
		return pg.Translate(err, "upload", in.ID)
	case taken:
		return fault.New(fault.Conflict, "id_taken", "This id belongs to another file.")
	case !institution:
		return fault.NewInvalid("Upload-Metadata.institution", "unknown", "There is no such institution.")
	}
	return fault.New(fault.Forbidden, "forbidden", "Only authors and coordinators of the institution may upload; its teachers may upload slides.")
}

func insertUpload(ctx context.Context, q pg.Querier, asset uuid.UUID, key string, expires time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO uploads (asset_id, object_key, expires_at) VALUES (@asset, @key, @expires)`,
		pgx.NamedArgs{"asset": asset, "key": key, "expires": expires})
	return pg.Translate(err, "upload", asset)
}

// selectUpload finds an upload, finished or not, that the viewer may go on with.
func selectUpload(ctx context.Context, q pg.Querier, viewer, asset uuid.UUID) (uploadRow, error) {
	rows, err := q.Query(ctx, `
		SELECT a.id AS asset_id, a.institution_id, a.kind, a.filename, a.size, a.state,
		       coalesce(u.object_key, '') AS object_key, coalesce(u.multipart_id, '') AS multipart_id,
		       coalesce(u.parts, '{}') AS parts, coalesce(u.parts_bytes, 0) AS parts_bytes,
		       coalesce(u.tail_bytes, 0) AS tail_bytes, coalesce(u.hash_state, '') AS hash_state
		FROM assets a LEFT JOIN uploads u ON u.asset_id = a.id
		WHERE a.id = @asset AND a.deleted_at IS NULL AND (u.asset_id IS NOT NULL OR a.state <> 'uploading')
		  AND may_keep(@viewer, a)`,
		pgx.NamedArgs{"asset": asset, "viewer": viewer})
	if err != nil {
		return uploadRow{}, pg.Translate(err, "upload", asset)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[uploadRow])
	return row, pg.Translate(err, "upload", asset)
}

// updateParts notes one more part, unless another copy has noted it first.
func updateParts(ctx context.Context, q pg.Querier, next uploadRow, expires time.Time) error {
	tag, err := q.Exec(ctx, `
		UPDATE uploads SET parts = @parts, parts_bytes = @bytes, tail_bytes = 0, hash_state = @hash,
		       expires_at = @expires, updated_at = now()
		WHERE asset_id = @asset AND multipart_id = @multipart AND cardinality(parts) = @before`,
		pgx.NamedArgs{"asset": next.AssetID, "parts": next.Parts, "bytes": next.PartsBytes, "hash": next.HashState,
			"expires": expires, "multipart": next.MultipartID, "before": len(next.Parts) - 1})
	return movedOn(tag.RowsAffected(), err, next.AssetID)
}

func updateMultipart(ctx context.Context, q pg.Querier, asset uuid.UUID, multipart string) error {
	tag, err := q.Exec(ctx, `
		UPDATE uploads SET multipart_id = @multipart, updated_at = now()
		WHERE asset_id = @asset AND cardinality(parts) = 0`,
		pgx.NamedArgs{"asset": asset, "multipart": multipart})
	return movedOn(tag.RowsAffected(), err, asset)
}

// updateTail notes a longer tail behind the same parts.
func updateTail(ctx context.Context, q pg.Querier, row uploadRow, size int64, expires time.Time) error {
	tag, err := q.Exec(ctx, `
		UPDATE uploads SET tail_bytes = @size, expires_at = @expires, updated_at = now()
		WHERE asset_id = @asset AND cardinality(parts) = @parts AND tail_bytes < @size`,
		pgx.NamedArgs{"asset": row.AssetID, "size": size, "expires": expires, "parts": len(row.Parts)})
	return movedOn(tag.RowsAffected(), err, row.AssetID)
}

// movedOn turns "no row changed" into the news that another copy is at work on the upload.
func movedOn(changed int64, err error, asset uuid.UUID) error {
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "upload_elsewhere", "Another connection has gone on with this upload.")
	}
	return pg.Translate(err, "upload", asset)
}

// finishAsset hands the asset on to the check; false = it was handed on before.
func finishAsset(ctx context.Context, q pg.Querier, asset uuid.UUID, key string, sum []byte) (bool, error) {
	tag, err := q.Exec(ctx, `
		UPDATE assets SET state = 'checking', progress = 0, source_key = @key, sha256 = @sum, updated_at = now()
		WHERE id = @asset AND state = 'uploading' AND deleted_at IS NULL`,
		pgx.NamedArgs{"asset": asset, "key": key, "sum": sum})
	return tag.RowsAffected() == 1, pg.Translate(err, "asset", asset)
}

func deleteUpload(ctx context.Context, q pg.Querier, asset uuid.UUID) error {
	_, err := q.Exec(ctx, `DELETE FROM uploads WHERE asset_id = @asset`, pgx.NamedArgs{"asset": asset})
	return pg.Translate(err, "upload", asset)
}

// dropUpload takes an unfinished upload and its asset away and leaves their objects to the collector.
func dropUpload(ctx context.Context, q pg.Querier, asset uuid.UUID, key string) error {
	for _, prefix := range []string{key, tailPrefix(key)} {
		if err := insertStray(ctx, q, prefix, nil); err != nil {
			return err
		}
	}
	_, err := q.Exec(ctx, `DELETE FROM assets WHERE id = @asset AND state = 'uploading'`, pgx.NamedArgs{"asset": asset})
	return pg.Translate(err, "asset", asset)
}

// expiredUploads are those that nobody has gone on with.
func expiredUploads(ctx context.Context, q pg.Querier, limit int) (map[uuid.UUID]string, error) {
	rows, err := q.Query(ctx, `
		SELECT asset_id, object_key FROM uploads WHERE expires_at < now() ORDER BY expires_at LIMIT @limit`,
		pgx.NamedArgs{"limit": limit})
	if err != nil {
		return nil, pg.Translate(err, "uploads", "expired")
	}
	found := map[uuid.UUID]string{}
	var id uuid.UUID
	var key string
	_, err = pgx.ForEachRow(rows, []any{&id, &key}, func() error { found[id] = key; return nil })
	return found, pg.Translate(err, "uploads", "expired")
}

// worker names the attempt that objects belong to while it is at work.
type worker struct {
	asset      uuid.UUID
	generation int
}

// insertStray marks every object under a prefix for deletion; with a worker, only once that is no longer at work.
func insertStray(ctx context.Context, q pg.Querier, prefix string, by *worker) error {
	args := pgx.NamedArgs{"prefix": prefix, "asset": nil, "generation": nil}
	if by != nil {
		args["asset"], args["generation"] = by.asset, by.generation
	}
	_, err := q.Exec(ctx, `
		INSERT INTO stray_objects (key_prefix, asset_id, generation) VALUES (@prefix, @asset, @generation)
		ON CONFLICT (key_prefix) DO UPDATE SET asset_id = excluded.asset_id, generation = excluded.generation`, args)
	return pg.Translate(err, "stray objects", prefix)
}

func deleteStray(ctx context.Context, q pg.Querier, prefix string) error {
	_, err := q.Exec(ctx, `DELETE FROM stray_objects WHERE key_prefix = @prefix`, pgx.NamedArgs{"prefix": prefix})
	return pg.Translate(err, "stray objects", prefix)
}
