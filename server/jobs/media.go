package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// mediaAttempts is how often a check or transcode is tried; River waits attempt⁴ seconds in between.
const mediaAttempts = 6

// pending are the states in which a job is still to be done.
var pending = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled}

func once(queue string) river.InsertOpts {
	return river.InsertOpts{Queue: queue, MaxAttempts: mediaAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: pending}}
}

// CheckAsset asks for an uploaded file to be looked at.
type CheckAsset struct {
	AssetID uuid.UUID `json:"assetId"`
}

// Kind names the job.
func (CheckAsset) Kind() string { return "check_asset" }

// InsertOpts allows one for each asset.
func (CheckAsset) InsertOpts() river.InsertOpts { return once(queueCheck) }

// TranscodeVideo asks for the renditions of a checked video.
type TranscodeVideo struct {
	AssetID uuid.UUID `json:"assetId"`
}

// Kind names the job.
func (TranscodeVideo) Kind() string { return "transcode_video" }

// InsertOpts allows one for each asset.
func (TranscodeVideo) InsertOpts() river.InsertOpts { return once(queueTranscode) }

// FilmClass asks for the film of a recorded class. It waits in the queue of transcodes, since it takes as long.
type FilmClass struct {
	AssetID uuid.UUID `json:"assetId"`
}

// Kind names the job.
func (FilmClass) Kind() string { return "film_class" }

// InsertOpts allows one for each asset.
func (FilmClass) InsertOpts() river.InsertOpts { return once(queueTranscode) }

// FilmWorker makes films.
type FilmWorker struct {
	river.WorkerDefaults[FilmClass]
	Media *media.Service
}

// Work makes one film.
func (w *FilmWorker) Work(ctx context.Context, job *river.Job[FilmClass]) error {
	return mediaResult(ctx, w.Media, job.JobRow, job.Args.AssetID, w.Media.MakeFilm(ctx, job.Args.AssetID))
}

// Timeout leaves the limits to the domain.
func (*FilmWorker) Timeout(*river.Job[FilmClass]) time.Duration { return -1 }

// CheckWorker checks files.
type CheckWorker struct {
	river.WorkerDefaults[CheckAsset]
	Media *media.Service
}

// Work checks one file.
func (w *CheckWorker) Work(ctx context.Context, job *river.Job[CheckAsset]) error {
	return mediaResult(ctx, w.Media, job.JobRow, job.Args.AssetID, w.Media.CheckAsset(ctx, job.Args.AssetID))
}

// Timeout leaves the limits to the domain, which knows how long the video is.
func (*CheckWorker) Timeout(*river.Job[CheckAsset]) time.Duration { return -1 }

// TranscodeWorker makes renditions.
type TranscodeWorker struct {
	river.WorkerDefaults[TranscodeVideo]
	Media *media.Service
}

// Work transcodes one video.
func (w *TranscodeWorker) Work(ctx context.Context, job *river.Job[TranscodeVideo]) error {
	return mediaResult(ctx, w.Media, job.JobRow, job.Args.AssetID, w.Media.TranscodeAsset(ctx, job.Args.AssetID))
}

// Timeout leaves the limits to the domain.
func (*TranscodeWorker) Timeout(*river.Job[TranscodeVideo]) time.Duration { return -1 }

// mediaResult gives an asset up when its last attempt has failed, and lets a restart of the server cost no attempt.
func mediaResult(ctx context.Context, m *media.Service, job *rivertype.JobRow, asset uuid.UUID, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return river.JobSnooze(time.Second)
	case job.Attempt >= job.MaxAttempts:
		return errors.Join(err, m.FailAsset(context.WithoutCancel(ctx), asset))
	}
	return err
}

// MediaQueue returns what media.Config.Queue wants. The client is asked for at the time of use, since it is made after
// the service whose methods its workers call.
func MediaQueue(client func() *river.Client[pgx.Tx]) media.Queue { return mediaQueue{client} }

type mediaQueue struct{ client func() *river.Client[pgx.Tx] }

func (q mediaQueue) EnqueueCheck(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error {
	return q.enqueue(ctx, tx, CheckAsset{AssetID: asset})
}

func (q mediaQueue) EnqueueTranscode(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error {
	return q.enqueue(ctx, tx, TranscodeVideo{AssetID: asset})
}

func (q mediaQueue) EnqueueFilm(ctx context.Context, tx pgx.Tx, asset uuid.UUID) error {
	return q.enqueue(ctx, tx, FilmClass{AssetID: asset})
}

func (q mediaQueue) enqueue(ctx context.Context, tx pgx.Tx, args river.JobArgs) error {
	if _, err := q.client().InsertTx(ctx, tx, args, nil); err != nil {
		return fault.Wrap(err, fault.Unavailable, "queue", "The work could not be put on its way; please try again.")
	}
	return nil
}

// AddMedia registers the workers of this file and returns what runs at its own times.
func AddMedia(workers *river.Workers, m *media.Service, db *pgxpool.Pool) []*river.PeriodicJob {
	river.AddWorker(workers, &CheckWorker{Media: m})
	river.AddWorker(workers, &TranscodeWorker{Media: m})
	river.AddWorker(workers, &FilmWorker{Media: m})
	river.AddWorker(workers, &CollectWorker{Media: m})
	river.AddWorker(workers, &RescueWorker{Media: m, DB: db})
	return []*river.PeriodicJob{
		every(10*time.Minute, CollectMedia{}),
		every(10*time.Second, RescueMedia{}),
	}
}

func every(interval time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(interval),
		func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// CollectMedia asks for what nobody needs any more to be deleted from the object store.
type CollectMedia struct{}

// Kind names the job.
func (CollectMedia) Kind() string { return "collect_media" }

// InsertOpts allows one at a time.
func (CollectMedia) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: pending}}
}

// CollectWorker deletes.
type CollectWorker struct {
	river.WorkerDefaults[CollectMedia]
	Media *media.Service
}

// Work collects once.
func (w *CollectWorker) Work(ctx context.Context, _ *river.Job[CollectMedia]) error {
	return w.Media.Collect(ctx)
}
