package jobs

import (
	"context"
	"time"

	"github.com/riverqueue/river"
)

// RemindOfClasses asks for the mails that are due before live classes to be written.
type RemindOfClasses struct{}

// Kind names the job.
func (RemindOfClasses) Kind() string { return "remind_of_classes" }

// InsertOpts allows one at a time; what it leaves the next one does, a minute later.
func (RemindOfClasses) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: pending}}
}

// Reminders writes what is due now; it may be called again at any time.
type Reminders interface {
	Remind(ctx context.Context) error
}

// RemindWorker reminds.
type RemindWorker struct {
	river.WorkerDefaults[RemindOfClasses]
	Reminders Reminders
}

// Work writes what is due now.
func (w *RemindWorker) Work(ctx context.Context, _ *river.Job[RemindOfClasses]) error {
	return w.Reminders.Remind(ctx)
}

// AddReminders registers the worker and returns what runs at its own times.
func AddReminders(workers *river.Workers, reminders Reminders) []*river.PeriodicJob {
	river.AddWorker(workers, &RemindWorker{Reminders: reminders})
	each := func() (river.JobArgs, *river.InsertOpts) { return RemindOfClasses{}, nil }
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Minute), each, &river.PeriodicJobOpts{RunOnStart: true})}
}
