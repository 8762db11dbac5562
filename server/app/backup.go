package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hanzhi/server/config"
	"hanzhi/server/embedded"
	"hanzhi/server/pg"
)

// state is everything that a backup holds: the database, the object store and the secret that signatures hang on.
// Redis is left out: it holds sessions and what goes on this minute, and a restore costs a new sign-in.
type state struct {
	db     *pgxpool.Pool
	dbURL  string
	s3     *minio.Core
	bucket string
	region string
	secret string // path of the kept secret; there is no file when the operator gives it
	stop   func()
}

// Backup writes all state to one new file, a tar compressed with zstd that ends with the SHA-256 of all it holds. It
// works beside a running server: the database is read as of one moment, the objects after that, so that every object
// of that moment is there unless it was deleted meanwhile. The file appears under its name when it is whole.
func Backup(ctx context.Context, cfg config.Config, file string) error {
	s, err := openState(ctx, cfg, true)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer s.close()
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("backup: %s is there already", file)
	}
	aside := file + ".partial"
	total, err := s.writeArchive(ctx, aside)
	if err == nil {
		err = os.Rename(aside, file)
	}
	if err != nil {
		_ = os.Remove(aside)
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Printf("Backed up %s to %s\n", total, file)
	return nil
}

// Restore fills an empty installation from a backup of the same version of the schema. It reads the file twice: first
// it checks every hash, then it stores. An installation that holds accounts or objects is refused and stays as it is.
func Restore(ctx context.Context, cfg config.Config, file string) error {
	m, err := verifyArchive(ctx, file)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	s, err := openState(ctx, cfg, false)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer s.close()
	if err := s.prepare(ctx); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	total, err := s.readArchive(ctx, file, m)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	fmt.Printf("Restored %s from %s\n", total, file)
	return nil
}

// openState connects to what cfg names. What is embedded is started, or, with attach, used where another process
// runs it.
func openState(ctx context.Context, cfg config.Config, attach bool) (*state, error) {
	s := &state{dbURL: cfg.DatabaseURL, bucket: cfg.S3.Bucket, region: cfg.S3.Region, stop: func() {}}
	if cfg.Secret == "" {
		s.secret = filepath.Join(cfg.DataDir, "secret")
	}
	s3 := cfg.S3
	if s.dbURL == "" || s3.Endpoint == "" {
		run, err := openEmbedded(ctx, cfg, attach)
		if err != nil {
			return nil, err
		}
		s.stop = run.Stop
		if s.dbURL == "" {
			s.dbURL = run.DatabaseURL
		}
		if s3.Endpoint == "" {
			s3.Endpoint, s3.AccessKey, s3.SecretKey = run.S3.Endpoint, run.S3.AccessKey, run.S3.SecretKey
			s3.Region, s3.Secure, s.region = run.S3.Region, run.S3.Secure, run.S3.Region
		}
	}
	core, err := minio.NewCore(s3.Endpoint, &minio.Options{
		Creds: credentials.NewStaticV4(s3.AccessKey, s3.SecretKey, ""), Secure: s3.Secure, Region: s3.Region,
	})
	if err == nil {
		s.s3 = core
		s.db, err = pg.Open(ctx, s.dbURL)
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func openEmbedded(ctx context.Context, cfg config.Config, attach bool) (*embedded.Services, error) {
	if attach {
		run, err := embedded.Attach(cfg.DataDir)
		if !errors.Is(err, embedded.ErrNotRunning) {
			return run, err
		}
	}
	return embedded.Start(ctx, embedded.Options{
		Dir: cfg.DataDir, Log: slog.Default(), Postgres: cfg.DatabaseURL == "", S3: cfg.S3.Endpoint == "",
	})
}

func (s *state) close() {
	s.db.Close()
	s.stop()
}

// prepare makes the schema and the bucket, and refuses an installation that somebody uses.
func (s *state) prepare(ctx context.Context) error {
	if err := pg.Migrate(ctx, s.dbURL); err != nil {
		return err
	}
	var used bool
	if err := s.db.QueryRow(ctx, "SELECT EXISTS (SELECT FROM accounts) OR EXISTS (SELECT FROM institutions)").Scan(&used); err != nil {
		return err
	}
	if used {
		return errors.New("the database is not empty; a backup is restored into a fresh installation only")
	}
	exists, err := s.s3.BucketExists(ctx, s.bucket)
	if err != nil {
		return err
	}
	if !exists {
		return s.s3.MakeBucket(ctx, s.bucket, minio.MakeBucketOptions{Region: s.region})
	}
	for o := range s.s3.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Recursive: true, MaxKeys: 1}) {
		if o.Err != nil {
			return o.Err
		}
		return fmt.Errorf("the bucket %q is not empty; a backup is restored into a fresh installation only", s.bucket)
	}
	return nil
}

// summary says how much was copied.
type summary struct {
	tables, objects, missing int
	rows, bytes              int64
}

// String is for the operator's eyes.
func (t summary) String() string {
	text := fmt.Sprintf("%d rows of %d tables and %d objects (%.1f MB)", t.rows, t.tables, t.objects, float64(t.bytes)/1e6)
	if t.missing > 0 {
		text += fmt.Sprintf("; %d objects were deleted meanwhile", t.missing)
	}
	return text
}

// snapshot runs fn on the database as it is at one moment.
func (s *state) snapshot(ctx context.Context, fn func(pgx.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx))
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return err
	}
	return fn(tx)
}
