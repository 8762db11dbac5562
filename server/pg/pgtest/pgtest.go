// Package pgtest gives every test a PostgreSQL database of its own, with the whole schema in it.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/server/pg"
)

// server is the Postgres of this test process, with a migrated template to copy.
type server struct {
	admin    *pgxpool.Pool // on the database that the URL names
	url      string
	template string
}

var (
	theServer = sync.OnceValues(start)
	counter   atomic.Int64
)

// setupTime is how long starting Postgres and migrating may take on a busy machine.
const setupTime = 3 * time.Minute

// New returns a pool on a fresh, migrated database that is dropped when the test or benchmark ends. Tests that run in
// parallel do not see each other. The server is $HANZHI_TEST_DATABASE_URL (a user that may create databases), else one
// that this process starts.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pg.Open(t.Context(), URL(t))
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { closePool(t, pool) })
	return pool
}

// URL is New for who opens the database by itself, such as the whole server.
func URL(t testing.TB) string {
	t.Helper()
	return database(t, true)
}

// Empty is URL without the schema: a database with nothing in it.
func Empty(t testing.TB) string {
	t.Helper()
	return database(t, false)
}

func database(t testing.TB, migrated bool) string {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	name := fmt.Sprintf("hz_%d_%d_%d", os.Getpid(), time.Now().UnixMilli(), counter.Add(1))
	sql := "CREATE DATABASE " + name + " TEMPLATE "
	if migrated {
		sql += s.template
	} else {
		sql += "template0"
	}
	if _, err := s.admin.Exec(t.Context(), sql); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		// FORCE: a test that leaks a connection must not leak its database too.
		if _, err := s.admin.Exec(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Logf("pgtest: %v", err)
		}
	})
	return withDatabase(s.url, name)
}

// closePool fails the test when a connection was never given back, instead of hanging for ever.
func closePool(t testing.TB, pool *pgxpool.Pool) {
	closed := make(chan struct{})
	go func() { pool.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Errorf("pgtest: %d connections were not given back: rows not closed or a transaction left open", pool.Stat().AcquiredConns())
	}
}

func start() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), setupTime)
	defer cancel()
	url := os.Getenv("HANZHI_TEST_DATABASE_URL")
	if url == "" {
		var err error
		if url, err = startEmbedded(ctx); err != nil {
			return nil, err
		}
	}
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 4
	admin, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := &server{admin: admin, url: url}
	s.template, err = s.makeTemplate(ctx)
	return s, err
}

// templateLock is the advisory lock of who makes a template: test processes may share one server.
const templateLock int64 = 0x68616e7a6874

// makeTemplate returns the name of a database with today's schema and makes it when there is none. It gets its name
// last, so that a half-made one is never copied.
func (s *server) makeTemplate(ctx context.Context) (string, error) {
	name := "hz_template_" + pg.Schema()
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return "", err
	}
	defer conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", templateLock)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return name, err
	}
	if err := dropLeftovers(ctx, conn.Conn()); err != nil {
		return "", err
	}
	making := name + "_new"
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+making+" TEMPLATE template0"); err != nil {
		return "", err
	}
	if err := pg.Migrate(ctx, withDatabase(s.url, making)); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+making+" RENAME TO "+name)
	return name, err
}

// dropLeftovers removes templates of other schemas and what half-way killed runs left, as far as nobody uses them.
func dropLeftovers(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database d WHERE datname LIKE 'hz\_template\_%'
		AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name); err != nil {
			return err
		}
	}
	return nil
}

// withDatabase returns a URL for another database of the same server. Few connections: many tests run at once.
func withDatabase(raw, name string) string {
	u, err := url.Parse(raw)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return raw + " dbname=" + name + " pool_max_conns=8"
	}
	u.Path = "/" + name
	q := u.Query()
	q.Set("pool_max_conns", "8")
	u.RawQuery = q.Encode()
	return u.String()
}
