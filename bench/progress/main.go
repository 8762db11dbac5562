// Command progress measures what one acknowledged, durable progress report costs, beside the plain way: one upsert of
// one row for each request. Both run on the same PostgreSQL with fsync on, in turns, with the same learners, activities
// and number of requests under way; CPU is that of PostgreSQL and of this process together, WAL is what PostgreSQL wrote.
//
// With -long it does the long test instead, with HANZHI_LONG=1 after the measurements: see long.go.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/bench/fixture"
	"hanzhi/bench/report"
	"hanzhi/courses"
	"hanzhi/server/embedded"
	"hanzhi/server/pg"
)

func main() {
	long := flag.Bool("long", false, "a million reports, shuffled, tripled, with answers lost and ten kills, compared with a reference")
	serve := flag.String("serve", "", "(used by -long) take reports on this unix socket")
	database := flag.String("database", "", "(used by -long) the database to serve from")
	reports := flag.Int("reports", 1_000_000, "how many different reports -long sends, three times each")
	flag.Parse()
	report.Main("progress", func() error {
		if *serve != "" {
			return serveReports(*serve, *database)
		}
		if *long {
			return runLong(*reports)
		}
		if err := run(); err != nil || os.Getenv("HANZHI_LONG") == "" {
			return err
		}
		return runLong(*reports)
	})
}

const (
	learners = 2000
	clients  = 64
	rounds   = 3
	perRound = 20_000 // requests of one report
)

func run() error {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "hanzhi-bench-progress-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	services, err := embedded.Start(ctx, embedded.Options{Dir: dir, Log: slog.New(slog.DiscardHandler), Postgres: true})
	if err != nil {
		return err
	}
	defer services.Stop()
	if err := pg.Migrate(ctx, services.DatabaseURL); err != nil {
		return err
	}
	db, err := pg.Open(ctx, services.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	s := courses.New(db)
	defer s.Close()
	w, err := fixture.Seed(ctx, db, s, learners)
	if err != nil {
		return err
	}
	batched := func(ctx context.Context, account, activity uuid.UUID, second int) error {
		r, err := s.Report(ctx, account, []courses.Report{{ID: uuid.New(), ActivityID: activity, Watched: [][2]int{{second, second + 15}}, PositionMs: second * 1000, At: time.Now()}})
		if err == nil && len(r.Accepted) != 1 {
			err = fmt.Errorf("a report was rejected: %+v", r)
		}
		return err
	}
	single := func(ctx context.Context, account, activity uuid.UUID, second int) error {
		return upsertOne(ctx, db, w.Course, account, activity, second)
	}
	var ours, theirs cost
	for round := range rounds + 1 {
		a, err := measure(ctx, db, func() error { return load(ctx, w, round*2, single) })
		if err != nil {
			return err
		}
		b, err := measure(ctx, db, func() error { return load(ctx, w, round*2+1, batched) })
		if err != nil {
			return err
		}
		if round > 0 { // the first one warms up and writes the pages of this checkpoint whole
			theirs.add(a)
			ours.add(b)
		}
	}
	const n = rounds * perRound
	return report.Print(
		report.New("progress report, CPU", fmt.Sprintf("%.0f µs", ours.cpu.Seconds()/n*1e6), fmt.Sprintf("%.0f µs, an upsert each", theirs.cpu.Seconds()/n*1e6), ours.cpu.Seconds()/theirs.cpu.Seconds(), "<= 0.25"),
		report.New("progress report, WAL", fmt.Sprintf("%d B", ours.wal/n), fmt.Sprintf("%d B, an upsert each", theirs.wal/n), float64(ours.wal)/float64(theirs.wal), "<= 0.75"),
		report.New("progress report, rate", fmt.Sprintf("%.0f/s", n/ours.wall.Seconds()), fmt.Sprintf("%.0f/s, an upsert each", n/theirs.wall.Seconds()), theirs.wall.Seconds()/ours.wall.Seconds(), ""),
	)
}

// upsertOne is the plain way: the row of the report, in a transaction of its own.
func upsertOne(ctx context.Context, db *pgxpool.Pool, course, account, activity uuid.UUID, second int) error {
	_, err := db.Exec(ctx, `
		INSERT INTO progress AS p (account_id, course_id, activity_id, watched, position_ms, position_at)
		VALUES ($1, $7, $2, int4multirange(int4range($3, $4)), $5, $6)
		ON CONFLICT (account_id, course_id, activity_id) DO UPDATE SET watched = p.watched + excluded.watched, updated_at = now(),
		    position_ms = CASE WHEN excluded.position_at > p.position_at THEN excluded.position_ms ELSE p.position_ms END,
		    position_at = greatest(excluded.position_at, p.position_at)`,
		account, activity, second, second+15, second*1000, time.Now(), course)
	return err
}

// load sends perRound reports from clients at once. Learners watch a video from its beginning, 15 s a report, and go on
// where they were in the round before.
func load(ctx context.Context, w *fixture.World, round int, send func(context.Context, uuid.UUID, uuid.UUID, int) error) error {
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < perRound && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				visit, n := (round*perRound+i)/len(w.Accounts), i%len(w.Accounts)
				activity := w.Activities[(n+visit*15/fixture.Seconds)%len(w.Activities)]
				if err := send(ctx, w.Accounts[n], activity, visit*15%fixture.Seconds); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}
