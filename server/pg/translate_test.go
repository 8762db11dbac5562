package pg_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
	"hanzhi/server/pg/pgtest"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if _, err := db.Exec(t.Context(), `
		CREATE TABLE shelves (id int PRIMARY KEY);
		CREATE TABLE books (id int PRIMARY KEY, shelf_id int REFERENCES shelves, short_title varchar(5) NOT NULL CHECK (short_title <> ''));
		INSERT INTO shelves VALUES (1); INSERT INTO books VALUES (1, 1, 'a')`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, sql string
		kind      fault.Kind
		field     string
	}{
		{"a taken key is a conflict", "INSERT INTO shelves VALUES (1)", fault.Conflict, ""},
		{"a missing reference is invalid and names the field", "INSERT INTO books VALUES (2, 9, 'a')", fault.Invalid, "shelfId"},
		{"a broken check is invalid and names the field", "INSERT INTO books VALUES (2, 1, '')", fault.Invalid, "shortTitle"},
		{"a missing value is invalid and names the field", "INSERT INTO books VALUES (2, 1, NULL)", fault.Invalid, "shortTitle"},
		{"a value too long is invalid", "INSERT INTO books VALUES (2, 1, 'much too long')", fault.Invalid, ""},
		{"a number that is none is invalid", "SELECT 'x'::text::int", fault.Invalid, ""},
		{"a statement that takes too long is unavailable", "SET LOCAL statement_timeout = 10; SELECT pg_sleep(5)", fault.Unavailable, ""},
		{"a full disk is unavailable", raiseSQL("53100"), fault.Unavailable, ""},
		{"too many connections are unavailable", raiseSQL("53300"), fault.Unavailable, ""},
		{"a server that shuts down is unavailable", raiseSQL("57P01"), fault.Unavailable, ""},
		{"a lost connection is unavailable", "SELECT pg_terminate_backend(pg_backend_pid())", fault.Unavailable, ""},
		{"a mistake in our SQL is internal", "SELECT nothing", fault.Internal, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := db.Exec(t.Context(), c.sql)
			err = pg.Translate(err, "book", 42)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != c.kind || f.Field != c.field {
				t.Fatalf("got %v (%T), want %v on field %q", err, err, c.kind, c.field)
			}
			if !strings.Contains(err.Error(), "book 42") || strings.Contains(f.Safe(), "SQLSTATE") {
				t.Fatalf("the log reads %q, the client %q", err, f.Safe())
			}
		})
	}
}

func raiseSQL(code string) string {
	return fmt.Sprintf("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '%s'; END $$", code)
}

func TestTranslateOthers(t *testing.T) {
	t.Parallel()
	t.Run("nil stays nil", func(t *testing.T) {
		t.Parallel()
		if err := pg.Translate(nil, "book", 1); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("no rows is not found and keeps its cause", func(t *testing.T) {
		t.Parallel()
		err := pg.Translate(pgx.ErrNoRows, "book", 1)
		if !fault.Is(err, fault.NotFound) || !errors.Is(err, pgx.ErrNoRows) {
			t.Fatal(err)
		}
	})
	t.Run("wraps once", func(t *testing.T) {
		t.Parallel()
		once := pg.Translate(pgx.ErrNoRows, "book", 1)
		if twice := pg.Translate(once, "shelf", 2); twice != once {
			t.Fatal(twice)
		}
	})
	t.Run("a passed deadline is unavailable and says when to come back", func(t *testing.T) {
		t.Parallel()
		var f *fault.Error
		if err := pg.Translate(context.DeadlineExceeded, "book", 1); !errors.As(err, &f) || f.Kind != fault.Unavailable || f.RetryAfter == 0 {
			t.Fatal(err)
		}
	})
	t.Run("a database that is not there is unavailable", func(t *testing.T) {
		t.Parallel()
		start := time.Now()
		_, err := pg.Open(t.Context(), "postgres://hanzhi@127.0.0.1:1/hanzhi")
		if !fault.Is(err, fault.Unavailable) || time.Since(start) > 6*time.Second {
			t.Fatalf("%v after %v", err, time.Since(start))
		}
	})
	t.Run("a database that does not exist there is not called invalid input", func(t *testing.T) {
		t.Parallel()
		err := pg.Translate(&pgconn.PgError{Code: "3D000"}, "database", "x")
		if !fault.Is(err, fault.Internal) {
			t.Fatal(err)
		}
	})
}
