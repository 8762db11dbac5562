package media

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// pageRow is a page of a deck and where its picture lies.
type pageRow struct {
	ID            uuid.UUID
	ObjectKey     string
	Width, Height int
	Bytes         int64
}

// insertPages writes a deck's pages in their order.
func insertPages(ctx context.Context, q pg.Querier, asset uuid.UUID, pages []pageRow) error {
	keys, widths, heights, bytes := []string{}, []int{}, []int{}, []int64{}
	for _, p := range pages {
		keys, widths, heights, bytes = append(keys, p.ObjectKey), append(widths, p.Width), append(heights, p.Height), append(bytes, p.Bytes)
	}
	_, err := q.Exec(ctx, `
		INSERT INTO asset_pages (asset_id, number, object_key, width, height, bytes)
		SELECT @asset, p.number, p.key, p.width, p.height, p.bytes
		FROM unnest(@keys::text[], @widths::int[], @heights::int[], @bytes::bigint[]) WITH ORDINALITY AS p (key, width, height, bytes, number)`,
		pgx.NamedArgs{"asset": asset, "keys": keys, "widths": widths, "heights": heights, "bytes": bytes})
	return pg.Translate(err, "pages of", asset)
}

// selectPages returns a deck's pages in their order.
func selectPages(ctx context.Context, q pg.Querier, asset uuid.UUID) ([]Page, error) {
	rows, err := q.Query(ctx, `SELECT id AS asset, width, height FROM asset_pages WHERE asset_id = @asset ORDER BY number`,
		pgx.NamedArgs{"asset": asset})
	if err != nil {
		return nil, pg.Translate(err, "pages of", asset)
	}
	pages, err := pgx.CollectRows(rows, pgx.RowToStructByName[Page])
	return pages, pg.Translate(err, "pages of", asset)
}

// notShown refuses to lose slides that a class has shown: its replay needs them.
func notShown(ctx context.Context, q pg.Querier, deck uuid.UUID) error {
	var shown bool
	err := q.QueryRow(ctx, `SELECT shown_in_class(@deck)`, pgx.NamedArgs{"deck": deck}).Scan(&shown)
	if err == nil && shown {
		return fault.New(fault.Conflict, "asset_in_use", "A class has shown these slides, and its replay needs them.")
	}
	return pg.Translate(err, "deck", deck)
}
