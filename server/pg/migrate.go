package pg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"hanzhi/migrations"
)

// migrationLock is the advisory lock that one migrating copy holds ("hanzhi" in ASCII).
const migrationLock int64 = 0x68616e7a6869

// Migrate brings the database at url to the newest schema, ours and that of the job queue. Any number of copies
// may call it at once: one works, the others wait for it. A failed migration leaves its transaction undone.
func Migrate(ctx context.Context, url string) error { return migrate(ctx, url, migrations.FS) }

func migrate(ctx context.Context, url string, files fs.FS) (err error) {
	cfg, err := poolConfig(url)
	if err != nil {
		return err
	}
	// Building an index on a large table may take its time.
	cfg.ConnConfig.RuntimeParams["statement_timeout"] = "0"
	cfg.MaxConns, cfg.MinIdleConns = 3, 0
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("pg: migrate: %w", err)
	}
	defer pool.Close()
	err = alone(ctx, cfg.ConnConfig, func() error {
		if err := migrateOurs(ctx, pool, files); err != nil {
			return err
		}
		return migrateRiver(ctx, pool)
	})
	return Translate(err, "migration of", cfg.ConnConfig.Database)
}

// alone runs fn under the migration lock. The lock is asked for again and again instead of waited for: a waiting
// statement holds a snapshot, on which CREATE INDEX CONCURRENTLY in another copy would wait for ever. It ends with
// its connection, also after kill -9.
func alone(ctx context.Context, cfg *pgx.ConnConfig, fn func() error) error {
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for {
		var got bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", migrationLock).Scan(&got); err != nil {
			return err
		}
		if got {
			return fn()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Schema names the newest schema, ours and the job queue's: it changes with any migration. A copy of the data fits a
// program with the same Schema.
func Schema() string {
	h := sha256.New()
	names, _ := fs.Glob(migrations.FS, "*.sql")
	for _, name := range names {
		b, _ := fs.ReadFile(migrations.FS, name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(b), b)
	}
	if river, err := rivermigrate.New(riverpgxv5.New(nil), nil); err == nil {
		fmt.Fprintf(h, "river %d", len(river.AllVersions()))
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

func migrateOurs(ctx context.Context, pool *pgxpool.Pool, files fs.FS) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err != nil {
		return fmt.Errorf("pg: migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("pg: migrate: %w", err)
	}
	return nil
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return fmt.Errorf("pg: job queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("pg: migrate job queue: %w", err)
	}
	return nil
}
