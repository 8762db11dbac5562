package media

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// renditionRow is a published rendition: where it lies and how it is cut.
type renditionRow struct {
	AssetID          uuid.UUID
	Name             string
	Kind             string
	Codecs           string
	Width, Height    int
	FrameRate        float64
	Bandwidth        int
	AverageBandwidth int
	Bytes            int64
	Generation       int
	ObjectKey        string
	SegmentOffsets   []int64
	SegmentMs        []int32
}

// Rendition is the row as clients see it.
func (r renditionRow) Rendition() Rendition {
	return Rendition{Name: r.Name, Kind: r.Kind, Codecs: r.Codecs, Width: r.Width, Height: r.Height,
		Bandwidth: r.Bandwidth, AverageBandwidth: r.AverageBandwidth, Bytes: r.Bytes}
}

// selectRenditions returns the renditions of assets, sound first, then from the smallest picture to the largest.
func selectRenditions(ctx context.Context, q pg.Querier, assets []uuid.UUID) (map[uuid.UUID][]renditionRow, error) {
	rows, err := q.Query(ctx, `
		SELECT asset_id, name, kind, codecs, width, height, frame_rate, bandwidth, average_bandwidth, bytes, generation,
		       object_key, segment_offsets, segment_ms
		FROM renditions WHERE asset_id = ANY (@assets)
		ORDER BY asset_id, kind, (name <> 'slides'), width::bigint * height, average_bandwidth, name`, pgx.NamedArgs{"assets": assets})
	if err != nil {
		return nil, pg.Translate(err, "renditions", len(assets))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[renditionRow])
	found := map[uuid.UUID][]renditionRow{}
	for _, r := range list {
		found[r.AssetID] = append(found[r.AssetID], r)
	}
	return found, pg.Translate(err, "renditions", len(assets))
}

// upsertRendition publishes a rendition in the place of an older one of that name.
func upsertRendition(ctx context.Context, q pg.Querier, r renditionRow) error {
	_, err := q.Exec(ctx, `
		INSERT INTO renditions (asset_id, name, kind, codecs, width, height, frame_rate, bandwidth, average_bandwidth, bytes,
		       generation, object_key, segment_offsets, segment_ms)
		VALUES (@asset, @name, @kind, @codecs, @width, @height, @rate, @bandwidth, @average, @bytes, @generation, @key, @offsets, @ms)
		ON CONFLICT (asset_id, name) DO UPDATE SET kind = excluded.kind, codecs = excluded.codecs, width = excluded.width,
		       height = excluded.height, frame_rate = excluded.frame_rate, bandwidth = excluded.bandwidth,
		       average_bandwidth = excluded.average_bandwidth, bytes = excluded.bytes, generation = excluded.generation,
		       object_key = excluded.object_key, segment_offsets = excluded.segment_offsets, segment_ms = excluded.segment_ms,
		       created_at = now()`,
		pgx.NamedArgs{"asset": r.AssetID, "name": r.Name, "kind": r.Kind, "codecs": r.Codecs, "width": r.Width, "height": r.Height,
			"rate": r.FrameRate, "bandwidth": r.Bandwidth, "average": r.AverageBandwidth, "bytes": r.Bytes, "generation": r.Generation,
			"key": r.ObjectKey, "offsets": r.SegmentOffsets, "ms": r.SegmentMs})
	return pg.Translate(err, "rendition "+r.Name+" of", r.AssetID)
}
