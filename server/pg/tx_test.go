package pg_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
	"hanzhi/server/pg/pgtest"
)

// counters makes a table with one row per name, all zero.
func counters(t *testing.T, names ...string) *pgxpool.Pool {
	t.Helper()
	db := pgtest.New(t)
	if _, err := db.Exec(t.Context(), "CREATE TABLE counters (name text PRIMARY KEY, n int NOT NULL DEFAULT 0 CHECK (n < 1000))"); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if _, err := db.Exec(t.Context(), "INSERT INTO counters (name) VALUES ($1)", name); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func count(t *testing.T, q pg.Querier, name string) (n int) {
	t.Helper()
	if err := q.QueryRow(t.Context(), "SELECT n FROM counters WHERE name = $1", name).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func raise(ctx context.Context, q pg.Querier, name string) error {
	_, err := q.Exec(ctx, "UPDATE counters SET n = n + 1 WHERE name = $1", name)
	return pg.Translate(err, "counter", name)
}

func TestInTx(t *testing.T) {
	t.Parallel()
	t.Run("commits what fn did", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		if err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error { return raise(t.Context(), tx, "a") }); err != nil {
			t.Fatal(err)
		}
		if n := count(t, db, "a"); n != 1 {
			t.Fatalf("n = %d, want 1", n)
		}
	})
	t.Run("undoes everything and hands back fn's own error", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		mine := errors.New("mine")
		err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
			return errors.Join(raise(t.Context(), tx, "a"), mine)
		})
		if !errors.Is(err, mine) || count(t, db, "a") != 0 {
			t.Fatalf("err = %v, n = %d; want mine and 0", err, count(t, db, "a"))
		}
	})
	t.Run("gives the connection back after a panic", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		func() {
			defer func() { _ = recover() }()
			_ = pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
				_ = raise(t.Context(), tx, "a")
				panic("fn")
			})
		}()
		if got := db.Stat().AcquiredConns(); got != 0 || count(t, db, "a") != 0 {
			t.Fatalf("%d connections held, n = %d; want 0 and 0", got, count(t, db, "a"))
		}
	})
	t.Run("gives a usable connection back after ctx ends", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		ctx, cancel := context.WithCancel(t.Context())
		err := pg.InTx(ctx, db, func(tx pgx.Tx) error {
			_ = raise(ctx, tx, "a")
			cancel()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) || count(t, db, "a") != 0 {
			t.Fatalf("err = %v, n = %d; want canceled and 0", err, count(t, db, "a"))
		}
	})
}

func TestInTxCollisions(t *testing.T) {
	t.Parallel()
	t.Run("runs colliding serializable transactions until each has counted", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error { return readThenWrite(t.Context(), tx) }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := count(t, db, "a"); n != 6 {
			t.Fatalf("n = %d after 6 transactions", n)
		}
	})
	t.Run("gets both out of a deadlock", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a", "b")
		var both sync.WaitGroup
		both.Add(2)
		cross := func(first, second string) error {
			meet := sync.OnceFunc(func() { both.Done(); both.Wait() }) // only in the first attempt
			return pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
				if err := raise(t.Context(), tx, first); err != nil {
					return err
				}
				meet()
				return raise(t.Context(), tx, second)
			})
		}
		other := make(chan error)
		go func() { other <- cross("b", "a") }()
		if err := errors.Join(cross("a", "b"), <-other); err != nil {
			t.Fatal(err)
		}
		if a, b := count(t, db, "a"), count(t, db, "b"); a != 2 || b != 2 {
			t.Fatalf("a = %d, b = %d; want 2 and 2", a, b)
		}
	})
	t.Run("gives up on a transaction that never gets through", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		runs := 0
		err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
			runs++
			_, err := tx.Exec(t.Context(), "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")
			return pg.Translate(err, "counter", "a")
		})
		if runs != 6 || !fault.Is(err, fault.Unavailable) {
			t.Fatalf("%d runs, %v; want 6 and unavailable", runs, err)
		}
	})
}

func readThenWrite(ctx context.Context, tx pgx.Tx) error {
	var n int
	if _, err := tx.Exec(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, "SELECT n FROM counters WHERE name = 'a'").Scan(&n); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE counters SET n = $1 WHERE name = 'a'", n+1)
	return err
}

func TestInTxNesting(t *testing.T) {
	t.Parallel()
	t.Run("refuses a transaction inside a transaction", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a")
		err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
			return pg.InTx(t.Context(), db, func(tx pgx.Tx) error { return raise(t.Context(), tx, "a") })
		})
		if !fault.Is(err, fault.Internal) || count(t, db, "a") != 0 {
			t.Fatalf("err = %v, n = %d; want internal and 0", err, count(t, db, "a"))
		}
	})
	t.Run("allows one after another and beside another", func(t *testing.T) {
		t.Parallel()
		db := counters(t, "a", "b")
		err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
			beside := make(chan error)
			go func() {
				beside <- pg.InTx(t.Context(), db, func(tx pgx.Tx) error { return raise(t.Context(), tx, "b") })
			}()
			return errors.Join(raise(t.Context(), tx, "a"), <-beside)
		})
		if err != nil || count(t, db, "a")+count(t, db, "b") != 2 {
			t.Fatalf("err = %v", err)
		}
	})
}

func BenchmarkInTx(b *testing.B) {
	db := pgtest.New(b)
	for b.Loop() {
		if err := pg.InTx(b.Context(), db, func(pgx.Tx) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
