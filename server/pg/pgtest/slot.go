package pgtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"

	"hanzhi/server/embedded"
)

// startEmbedded runs a Postgres for this process alone. Its folder is one of a few in the temporary folder, each used
// by one test process at a time and again by later ones: that saves making a cluster and migrating it each time, and
// leaves nothing behind but those few folders. The server ends with the process.
func startEmbedded(ctx context.Context) (string, error) {
	base := filepath.Join(os.TempDir(), fmt.Sprintf("hanzhi-pgtest-%d", os.Geteuid()))
	// Passable: as root, the database runs as another user.
	if err := os.MkdirAll(base, 0o755); err != nil {
		return "", err
	}
	quiet := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	for slot := range 64 {
		o := embedded.Options{Dir: filepath.Join(base, fmt.Sprint(slot)), Log: quiet, Postgres: true, Throwaway: true}
		mine, err := claim(o.Dir + ".lock")
		if err != nil {
			return "", err
		}
		if !mine {
			continue
		}
		s, err := embedded.Start(ctx, o)
		if err != nil {
			// Without fsync a crash of the machine may ruin a cluster: make a new one.
			_ = os.RemoveAll(o.Dir)
			s, err = embedded.Start(ctx, o)
		}
		if err != nil {
			return "", err
		}
		return s.DatabaseURL, dropDatabases(ctx, s.DatabaseURL)
	}
	return "", errors.New("64 test processes run already")
}

// claim takes a slot until the process ends; false = another process has it. embedded's own lock is not enough: a folder
// must not be removed after a failed start when another process has come in between.
func claim(path string) (bool, error) {
	fd, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	if syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false, syscall.Close(fd)
	}
	return true, nil
}

// dropDatabases removes the databases of an earlier process that was killed or timed out.
func dropDatabases(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname ~ '^hz_[0-9]+_'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	return nil
}
