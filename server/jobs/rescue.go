package jobs

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hanzhi/media"
	"hanzhi/server/pg"
)

// silence is how long a worker may show no sign of life before its work goes to another. It shows one every second.
const silence = 20 * time.Second

// RescueMedia asks for the jobs of killed workers to be given to others. River alone would wait an hour, since it
// cannot tell a long transcode from a dead one.
type RescueMedia struct{}

// Kind names the job.
func (RescueMedia) Kind() string { return "rescue_media" }

// InsertOpts allows one at a time.
func (RescueMedia) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: pending}}
}

// RescueWorker rescues.
type RescueWorker struct {
	river.WorkerDefaults[RescueMedia]
	Media *media.Service
	DB    *pgxpool.Pool
}

// Work rescues what is orphaned now.
func (w *RescueWorker) Work(ctx context.Context, _ *river.Job[RescueMedia]) error {
	orphans, err := w.Media.Orphans(ctx, silence)
	if err != nil {
		return err
	}
	for _, asset := range orphans {
		if err := w.rescue(ctx, asset); err != nil {
			return err
		}
	}
	return nil
}

// rescue makes the dead worker's job available again, or enqueues another when it is gone. A source that has killed
// all its workers is given up.
func (w *RescueWorker) rescue(ctx context.Context, asset uuid.UUID) error {
	jobs, err := mediaJobs(ctx, w.DB, asset)
	if err != nil {
		return err
	}
	if len(jobs) == 0 {
		return w.Media.Restart(ctx, asset)
	}
	job := jobs[0]
	if job.State != string(rivertype.JobStateRunning) {
		return nil // about to be done
	}
	if job.Attempt >= job.MaxAttempts {
		if err := w.Media.FailAsset(ctx, asset); err != nil {
			return err
		}
	}
	return requeue(ctx, w.DB, job.ID)
}

// mediaJob is a line of River's own table.
type mediaJob struct {
	ID                   int64
	State                string
	Attempt, MaxAttempts int
}

// mediaJobs returns what is left to do for an asset; a job that waits for a worker stands before one that runs.
func mediaJobs(ctx context.Context, q pg.Querier, asset uuid.UUID) ([]mediaJob, error) {
	rows, err := q.Query(ctx, `
		SELECT id, state::text AS state, attempt, max_attempts FROM river_job
		WHERE kind IN ('check_asset', 'transcode_video', 'film_class') AND args ->> 'assetId' = @asset::text
		  AND state IN ('available', 'pending', 'retryable', 'running', 'scheduled')
		ORDER BY (state = 'running'), id`, pgx.NamedArgs{"asset": asset.String()})
	if err != nil {
		return nil, pg.Translate(err, "jobs of asset", asset)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[mediaJob])
	return list, pg.Translate(err, "jobs of asset", asset)
}

// requeue gives a job that its worker has left behind to the next one.
func requeue(ctx context.Context, q pg.Querier, job int64) error {
	_, err := q.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE id = @job AND state = 'running'`,
		pgx.NamedArgs{"job": job})
	return pg.Translate(err, "job", job)
}
