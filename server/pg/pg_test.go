package pg_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hanzhi/server/embedded"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
	"hanzhi/server/pg/pgtest"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("limits statements and speaks UTC", func(t *testing.T) {
		t.Parallel()
		db := pgtest.New(t)
		var timeout, zone string
		err := db.QueryRow(t.Context(), "SELECT current_setting('statement_timeout'), current_setting('timezone')").Scan(&timeout, &zone)
		if err != nil || timeout != "15s" || zone != "UTC" {
			t.Fatalf("timeout %q, zone %q, %v", timeout, zone, err)
		}
	})
	t.Run("lets the URL decide otherwise", func(t *testing.T) {
		t.Parallel()
		url := strings.Replace(pgtest.URL(t), "pool_max_conns=8", "pool_max_conns=3", 1)
		db, err := pg.Open(t.Context(), url+"&statement_timeout=3s")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var timeout string
		if err := db.QueryRow(t.Context(), "SELECT current_setting('statement_timeout')").Scan(&timeout); err != nil || timeout != "3s" {
			t.Fatalf("timeout %q, %v", timeout, err)
		}
		if got := db.Config().MaxConns; got != 3 {
			t.Fatalf("%d connections at most", got)
		}
	})
	t.Run("keeps the password out of its errors", func(t *testing.T) {
		t.Parallel()
		_, err := pg.Open(t.Context(), "postgres://hanzhi:hunter2@127.0.0.1:1/hanzhi?sslmode=nonsense")
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Fatal(err)
		}
	})
}

func TestPoolHeals(t *testing.T) {
	t.Parallel()
	t.Run("answers again within 5 s of the server's sudden death", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join("/tmp", fmt.Sprintf("hz-heal-%d", os.Getpid())) // open to the database's user
		t.Cleanup(func() { os.RemoveAll(dir) })
		s, err := embedded.Start(t.Context(), embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Postgres: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Stop)
		db, err := pg.Open(t.Context(), s.DatabaseURL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		if _, err := db.Exec(t.Context(), "CREATE TABLE acknowledged (n int)"); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, "postgres.pid"))
		if err != nil {
			t.Fatal(err)
		}
		var pid int
		if _, err := fmt.Sscan(string(b), &pid); err != nil {
			t.Fatal(err)
		}
		acknowledged := 0
		for i := range 50 {
			if i == 25 {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := db.Exec(t.Context(), "INSERT INTO acknowledged VALUES ($1)", i); err == nil {
				acknowledged++
			} else if err = pg.Translate(err, "row", i); !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
		died := time.Now()
		var kept int
		for db.QueryRow(t.Context(), "SELECT count(*) FROM acknowledged").Scan(&kept) != nil {
			if time.Since(died) > 5*time.Second {
				t.Fatal("it does not answer")
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Logf("healed after %v; %d of 50 acknowledged", time.Since(died), acknowledged)
		// One that was stored but not acknowledged, since the answer was lost, is allowed; fewer than acknowledged is not.
		if kept < acknowledged || acknowledged < 25 {
			t.Fatalf("%d rows, %d acknowledged", kept, acknowledged)
		}
	})
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	t.Run("lets several copies start at once on an empty database, and again later", func(t *testing.T) {
		t.Parallel()
		url := pgtest.Empty(t)
		for range 2 {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if err := pg.Migrate(t.Context(), url); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		db, err := pg.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var doubled int
		err = db.QueryRow(t.Context(), "SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version").Scan(&doubled)
		if err != nil || doubled != 0 {
			t.Fatalf("%d migrations ran twice, %v", doubled, err)
		}
	})
}
