package jobs

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"hanzhi/server/fault"
)

// PrepareFonts asks for the fonts of a published course's units to be made, before the first learner wants them.
type PrepareFonts struct {
	CourseID uuid.UUID `json:"courseId"`
}

// Kind names the job.
func (PrepareFonts) Kind() string { return "prepare_fonts" }

// InsertOpts gives up soon: a font that is not there is made when it is asked for.
func (PrepareFonts) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3} }

// FontMaker makes the fonts of a course; language.Service is one. It may be called again.
type FontMaker interface {
	PrepareFonts(ctx context.Context, course uuid.UUID) error
}

// FontsWorker makes fonts.
type FontsWorker struct {
	river.WorkerDefaults[PrepareFonts]
	Fonts FontMaker
}

// Work makes the fonts of one course.
func (w *FontsWorker) Work(ctx context.Context, job *river.Job[PrepareFonts]) error {
	return w.Fonts.PrepareFonts(ctx, job.Args.CourseID)
}

// AddFonts registers the worker of this file.
func AddFonts(workers *river.Workers, fonts FontMaker) {
	river.AddWorker(workers, &FontsWorker{Fonts: fonts})
}

// QueueFonts returns what courses.OnPublish wants: it enqueues the making in the transaction that publishes. The client
// is asked for at the time of use, since it is made after the services whose methods its workers call.
func QueueFonts(client func() *river.Client[pgx.Tx]) func(context.Context, pgx.Tx, uuid.UUID) error {
	return func(ctx context.Context, tx pgx.Tx, course uuid.UUID) error {
		if _, err := client().InsertTx(ctx, tx, PrepareFonts{CourseID: course}, nil); err != nil {
			return fault.Wrap(err, fault.Unavailable, "queue", "The course could not be published just now; please try again.")
		}
		return nil
	}
}
