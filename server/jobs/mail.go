package jobs

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"hanzhi/server/fault"
)

// SendMail asks for one mail of the outbox to be sent.
type SendMail struct {
	MailID uuid.UUID `json:"mailId"`
}

// Kind names the job.
func (SendMail) Kind() string { return "send_mail" }

// InsertOpts gives up after about two hours (River waits attempt⁴ seconds): the links in our mails live for one.
func (SendMail) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 9} }

// MailSender sends one mail of the outbox; auth.Service is one. It may be called again until it returns nil.
type MailSender interface {
	SendMail(ctx context.Context, id uuid.UUID) error
	Tidy(ctx context.Context) error
}

// MailWorker sends mails.
type MailWorker struct {
	river.WorkerDefaults[SendMail]
	Mails MailSender
}

// Work sends the mail once; River comes back when the mail server did not take it.
func (w *MailWorker) Work(ctx context.Context, job *river.Job[SendMail]) error {
	return w.Mails.SendMail(ctx, job.Args.MailID)
}

// Timeout bounds one talk with the mail server.
func (*MailWorker) Timeout(*river.Job[SendMail]) time.Duration { return time.Minute }

// QueueMail returns what auth.Config.QueueMail wants: it enqueues the sending in the transaction that wrote the mail.
// The client is asked for at the time of use, since it is made after the services whose methods its workers call.
func QueueMail(client func() *river.Client[pgx.Tx]) func(context.Context, pgx.Tx, uuid.UUID) error {
	return func(ctx context.Context, tx pgx.Tx, mail uuid.UUID) error {
		if _, err := client().InsertTx(ctx, tx, SendMail{MailID: mail}, nil); err != nil {
			return fault.Wrap(err, fault.Unavailable, "queue", "The mail could not be put on its way; please try again.")
		}
		return nil
	}
}

// TidyAccounts asks for old mails and tokens to be deleted.
type TidyAccounts struct{}

// Kind names the job.
func (TidyAccounts) Kind() string { return "tidy_accounts" }

// TidyAccountsWorker deletes what is kept for no reason any more.
type TidyAccountsWorker struct {
	river.WorkerDefaults[TidyAccounts]
	Mails MailSender
}

// Work tidies once.
func (w *TidyAccountsWorker) Work(ctx context.Context, _ *river.Job[TidyAccounts]) error {
	return w.Mails.Tidy(ctx)
}

// AddMail registers the workers of this file and returns what runs at its own times.
func AddMail(workers *river.Workers, mails MailSender) []*river.PeriodicJob {
	river.AddWorker(workers, &MailWorker{Mails: mails})
	river.AddWorker(workers, &TidyAccountsWorker{Mails: mails})
	daily := func() (river.JobArgs, *river.InsertOpts) { return TidyAccounts{}, nil }
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour), daily, &river.PeriodicJobOpts{RunOnStart: true})}
}
