package courses

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TestPlans holds the two most frequent statements to reading the rows of those they are about. Postgres may otherwise
// answer EXISTS (…) beside OR by reading a whole table once for each batch, which is cheap only while the table is small.
func TestPlans(t *testing.T) {
	const crowd, batch, batches = 2000, 64, 12
	w := setup(t)
	for range 9 {
		w.publish(Micro)
	}
	c := w.publish(Micro)
	w.exec(`INSERT INTO accounts (id, email, name, password_hash) SELECT gen_random_uuid(), n || '@example.com', 'x', 'x' FROM generate_series(1, $1::int) n`, crowd)
	w.exec(`INSERT INTO enrolments (id, account_id, course_id) SELECT gen_random_uuid(), id, $1 FROM accounts WHERE email LIKE '%@example.com'`, c.id)
	w.exec(`INSERT INTO members (institution_id, account_id, role) SELECT $1, id, 'student' FROM accounts WHERE email LIKE '%@example.com'`, w.institution)
	w.exec(`INSERT INTO progress (account_id, course_id, activity_id) SELECT account_id, course_id, gen_random_uuid()
		FROM enrolments, generate_series(1, 20)`)
	w.exec(`ANALYZE`)
	accounts := scan[[]uuid.UUID](w, `SELECT array_agg(id) FROM (SELECT id FROM accounts WHERE email LIKE '%@example.com' ORDER BY id LIMIT $1) x`, batch)

	// One connection, so that the statistics below are of what has run on it, and its statements come to generic plans.
	config := w.db.Config()
	config.MinIdleConns, config.MaxConns = 0, 1
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	w.no(err)
	defer db.Close()
	read := func(run func() error) int {
		var before, after int
		const count = `SELECT sum(seq_tup_read)::int FROM pg_stat_user_tables WHERE relname IN ('enrolments', 'accounts', 'members', 'progress')`
		w.no(db.QueryRow(t.Context(), count).Scan(&before))
		for range batches {
			w.no(run())
		}
		_, err := db.Exec(t.Context(), `SELECT pg_stat_force_next_flush()`)
		w.no(err)
		w.no(db.QueryRow(t.Context(), count).Scan(&after))
		return after - before
	}
	t.Run("a batch of reports reads the rows of its learners, however many others there are", func(t *testing.T) {
		s := New(db)
		defer s.Close()
		second := 0
		n := read(func() error {
			second++
			updates := make([]update, len(accounts))
			for i, a := range accounts {
				updates[i] = update{account: a, activity: c.video, watched: spans{{second, second + 1}}, at: time.Now()}
			}
			err := s.writeProgress(t.Context(), updates)
			if !updates[0].allowed {
				t.Error("the reports were refused")
			}
			return err
		})
		if n >= crowd*batches {
			t.Errorf("%d batches of %d reports read %d rows by way of whole tables", batches, batch, n)
		}
	})
	t.Run("so does a batch of course pages", func(t *testing.T) {
		v := newViewers(db)
		slug := scan[string](w, `SELECT slug FROM courses WHERE id = $1`, c.id)
		n := read(func() error {
			requests := make([]*viewerRequest, len(accounts))
			for i, a := range accounts {
				requests[i] = &viewerRequest{viewer: pgtype.UUID{Bytes: a, Valid: true}, slug: slug}
			}
			err := v.answer(t.Context(), requests)
			if !requests[0].row.enrolmentID.Valid {
				t.Error("nobody is enrolled")
			}
			return err
		})
		if n >= crowd*batches {
			t.Errorf("%d batches of %d pages read %d rows by way of whole tables", batches, batch, n)
		}
	})
}
