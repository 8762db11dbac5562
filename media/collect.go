package media

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// Collect drops uploads that nobody has gone on with, and deletes every object that nothing refers to any more. It
// may run on several copies at once and be stopped anywhere.
func (s *Service) Collect(ctx context.Context) error {
	return errors.Join(s.collectUploads(ctx), s.collectStray(ctx))
}

func (s *Service) collectUploads(ctx context.Context) error {
	for {
		expired, err := expiredUploads(ctx, s.db, 100)
		if err != nil || len(expired) == 0 {
			return err
		}
		for id, key := range expired {
			err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error { return dropUpload(ctx, tx, id, key) })
			if err != nil {
				return err
			}
			s.log.Info("upload dropped: nobody went on with it", "asset", id)
		}
	}
}

func (s *Service) collectStray(ctx context.Context) error {
	prefixes, err := strayPrefixes(ctx, s.db)
	if err != nil {
		return err
	}
	for _, prefix := range prefixes {
		n, err := s.store.RemovePrefix(ctx, prefix)
		if err != nil {
			return err
		}
		if err := deleteStray(ctx, s.db, prefix); err != nil {
			return err
		}
		s.log.Info("stray objects deleted", "prefix", prefix, "objects", n)
	}
	return nil
}

// strayPrefixes are those that no worker is at work on.
func strayPrefixes(ctx context.Context, q pg.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT key_prefix FROM stray_objects o
		WHERE NOT EXISTS (SELECT FROM assets a WHERE a.id = o.asset_id AND a.generation = o.generation
		                  AND a.state IN ('checking', 'transcoding') AND a.deleted_at IS NULL)
		ORDER BY created_at LIMIT 1000`)
	if err != nil {
		return nil, pg.Translate(err, "stray objects", "all")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return list, pg.Translate(err, "stray objects", "all")
}

// sweepSpool removes, now and then, what this copy's disk keeps of uploads that are finished or gone.
func (s *Service) sweepSpool(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := s.sweepOnce(ctx, time.Hour); err != nil && ctx.Err() == nil {
			s.log.Warn("spool not swept", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// sweepOnce leaves alone what was written to within age: its upload may be about to be made.
func (s *Service) sweepOnce(ctx context.Context, age time.Duration) error {
	found, err := s.spool.uploads()
	if err != nil {
		return err
	}
	for id, at := range found {
		if time.Since(at) < age {
			continue
		}
		var live bool
		err := s.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM uploads WHERE asset_id = @id)`, pgx.NamedArgs{"id": id}).Scan(&live)
		if err != nil {
			return pg.Translate(err, "upload", id)
		}
		if !live {
			if err := s.spool.drop(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Orphans lists assets whose worker has shown no sign of life for so long, for the job queue to start again.
func (s *Service) Orphans(ctx context.Context, silence time.Duration) ([]uuid.UUID, error) {
	rows, err := s.db.Query(ctx, `
		SELECT id FROM assets WHERE state IN ('checking', 'transcoding') AND deleted_at IS NULL
		  AND worked_at < now() - @silence::interval`, pgx.NamedArgs{"silence": silence})
	if err != nil {
		return nil, pg.Translate(err, "assets", "orphaned")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, pg.Translate(err, "assets", "orphaned")
}

// Restart enqueues the work of an asset whose job is gone.
func (s *Service) Restart(ctx context.Context, asset uuid.UUID) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		var state State
		err := tx.QueryRow(ctx, `
			UPDATE assets SET worked_at = NULL WHERE id = @asset AND state IN ('checking', 'transcoding') AND deleted_at IS NULL
			RETURNING state`, pgx.NamedArgs{"asset": asset}).Scan(&state)
		switch {
		case err == pgx.ErrNoRows:
			return nil
		case err != nil:
			return pg.Translate(err, "asset", asset)
		case state == StateChecking:
			return s.enqueueWork(ctx, tx, asset)
		}
		return s.cfg.Queue.EnqueueTranscode(ctx, tx, asset)
	})
}
