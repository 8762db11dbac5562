// Package jobs runs what need not be done while somebody waits. Workers are thin: each calls one method of a domain,
// which may be called again until it returns nil.
package jobs

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// Queues besides River's default one: a transcode of hours must not keep a picture or a mail waiting.
const (
	queueCheck     = "check"
	queueTranscode = "transcode"
)

// New returns the client that enqueues and, once started, works. transcodes is how many transcodes this copy runs at
// a time; with 0 it leaves checking and transcoding to others.
func New(db *pgxpool.Pool, log *slog.Logger, workers *river.Workers, periodic []*river.PeriodicJob, transcodes int) (*river.Client[pgx.Tx], error) {
	queues := map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 8}}
	if transcodes > 0 {
		queues[queueCheck] = river.QueueConfig{MaxWorkers: 2}
		queues[queueTranscode] = river.QueueConfig{MaxWorkers: transcodes}
	}
	client, err := river.NewClient(riverpgxv5.New(db), &river.Config{
		Queues: queues, Workers: workers, PeriodicJobs: periodic, JobTimeout: 5 * time.Minute,
		Logger: slog.New(atLeast{log.Handler(), slog.LevelWarn}),
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return client, nil
}
