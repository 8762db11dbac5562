package jobs

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"hanzhi/courses"
	"hanzhi/server/fault"
)

// ReleaseClass asks for the publication of a recorded class, now that its film can be played.
type ReleaseClass struct {
	AssetID uuid.UUID `json:"assetId"`
}

// Kind names the job.
func (ReleaseClass) Kind() string { return "release_class" }

// InsertOpts allows one for each film.
func (ReleaseClass) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: pending}}
}

// ReleaseWorker publishes.
type ReleaseWorker struct {
	river.WorkerDefaults[ReleaseClass]
	Courses *courses.Service
}

// Work publishes one class.
func (w *ReleaseWorker) Work(ctx context.Context, job *river.Job[ReleaseClass]) error {
	return w.Courses.ReleaseClass(ctx, job.Args.AssetID)
}

// AddRelease registers the worker of this file.
func AddRelease(workers *river.Workers, c *courses.Service) {
	river.AddWorker(workers, &ReleaseWorker{Courses: c})
}

// QueueRelease returns what media.Config.Playable wants: it enqueues the publication that waits for a video, if there is one.
func QueueRelease(client func() *river.Client[pgx.Tx], c *courses.Service) func(context.Context, pgx.Tx, uuid.UUID) error {
	return func(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error {
		waits, err := c.WaitsForFilm(ctx, tx, asset)
		if err != nil || !waits {
			return err
		}
		if _, err := client().InsertTx(ctx, tx, ReleaseClass{AssetID: asset}, nil); err != nil {
			return fault.Wrap(err, fault.Unavailable, "queue", "The work could not be put on its way; please try again.")
		}
		return nil
	}
}
