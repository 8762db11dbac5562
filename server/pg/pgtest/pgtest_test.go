package pgtest_test

import (
	"fmt"
	"testing"

	"hanzhi/server/pg/pgtest"
)

func TestNew(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprintf("gives parallel test %d a migrated database of its own", i), func(t *testing.T) {
			t.Parallel()
			db := pgtest.New(t)
			if _, err := db.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
				t.Fatal(err)
			}
			var accounts, jobs, mine int
			err := db.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM river_job), (SELECT count(*) FROM mine)").
				Scan(&accounts, &jobs, &mine)
			if err != nil || accounts+jobs+mine != 0 {
				t.Fatalf("accounts %d, jobs %d, mine %d, %v; want an empty schema", accounts, jobs, mine, err)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		b.Run("database", func(b *testing.B) { pgtest.New(b) })
	}
}
