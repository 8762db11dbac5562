package auth

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Mail is one letter of the outbox.
type Mail struct {
	ID        uuid.UUID  `json:"id"`
	To        string     `json:"to"`
	Subject   string     `json:"subject"`
	Body      string     `json:"body" doc:"Plain text. The secret of a link is shown only where no mail server is configured."`
	CreatedAt time.Time  `json:"createdAt"`
	SentAt    *time.Time `json:"sentAt,omitempty"`
	LastError *string    `json:"lastError,omitempty" doc:"Why it has not been sent so far."`
}

// write puts a mail into the outbox in the transaction of what it tells of, and on its way when there is one. The
// secret ends the mail's link; "" for links without one.
func (s *Service) write(ctx context.Context, tx pgx.Tx, about Account, to string, kind mailKind, secret string) error {
	_, err := s.writeTo(ctx, tx, about, to, kind, letter{Name: about.Name, Email: about.Email, Link: s.cfg.PublicURL + mailLinks[kind] + secret})
	return err
}

func (s *Service) writeTo(ctx context.Context, tx pgx.Tx, about Account, to string, kind mailKind, l letter) (uuid.UUID, error) {
	subject, body, err := compose(kind, about.Locale, l)
	if err != nil {
		return uuid.Nil, fault.Wrap(err, fault.Internal, "mail", "auth: mail %s cannot be written", kind)
	}
	id := uuid.Must(uuid.NewV7())
	owner := &about.ID
	if kind == mailAccountDeleted {
		owner = nil
	}
	if err := insertMail(ctx, tx, id, owner, to, subject, body); err != nil {
		return uuid.Nil, err
	}
	if s.cfg.QueueMail == nil || s.cfg.SMTP.Host == "" {
		return id, nil
	}
	return id, s.cfg.QueueMail(ctx, tx, id)
}

// SendMail sends one mail of the outbox; the job behind it may call it again until it returns nil. A mail leaves at
// most once: it is claimed first, and given back only when the server has surely not taken it. When nobody knows
// whether it left, it is not sent again, and the outbox says so.
func (s *Service) SendMail(ctx context.Context, id uuid.UUID) error {
	if err := setAside(ctx, s.db, id); err != nil {
		return err
	}
	mail, claimed, err := claimMail(ctx, s.db, id)
	if err != nil || !claimed {
		return err
	}
	outcome, cause := s.cfg.SMTP.send(ctx, mail)
	// The outcome must be written down also when the job's time is up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch outcome {
	case delivered:
		return markSent(ctx, s.db, id)
	case notDelivered:
		if err := giveBack(ctx, s.db, id, cause.Error()); err != nil {
			return err
		}
		return fault.Wrap(cause, fault.Unavailable, "mail_not_sent", "The mail server did not take the mail.")
	default: // refused for good, or unknown
		return keepClaimed(ctx, s.db, id, cause.Error())
	}
}

// Tidy deletes what is kept for no reason any more: tokens that have run out, mails older than 30 days and the notes of
// who was reminded of classes that are as long ago.
func (s *Service) Tidy(ctx context.Context) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM account_tokens WHERE expires_at < now()`)
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM mails WHERE created_at < now() - interval '30 days'`)
		}
		if err == nil {
			_, err = tx.Exec(ctx, `DELETE FROM class_reminders WHERE starts_at < now() - interval '30 days'`)
		}
		return pg.Translate(err, "old mails and tokens", "")
	})
}

// linkSecret finds the secret in a mail's body.
const linkSecret = `token=[A-Za-z0-9_-]+`

func insertMail(ctx context.Context, q pg.Querier, id uuid.UUID, account *uuid.UUID, to, subject, body string) error {
	_, err := q.Exec(ctx, `INSERT INTO mails (id, account_id, to_address, subject, body) VALUES (@id, @account, @to, @subject, @body)`,
		pgx.NamedArgs{"id": id, "account": account, "to": to, "subject": subject, "body": body})
	return pg.Translate(err, "mail", id)
}

// claimMail takes the mail out of everybody else's reach; claimed is false when it is sent, being sent or deleted. The
// remark stays when this process dies before it knows more.
func claimMail(ctx context.Context, q pg.Querier, id uuid.UUID) (m Mail, claimed bool, err error) {
	rows, err := q.Query(ctx, `UPDATE mails SET claimed_at = now(), attempts = attempts + 1,
			last_error = 'interrupted while it was being sent: it may have been sent; it is not sent again'
		WHERE id = @id AND sent_at IS NULL AND claimed_at IS NULL
		RETURNING id, to_address::text AS "to", subject, body, created_at, sent_at, last_error`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Mail{}, false, pg.Translate(err, "mail", id)
	}
	mails, err := pgx.CollectRows(rows, pgx.RowToStructByName[Mail])
	if err != nil || len(mails) == 0 {
		return Mail{}, false, pg.Translate(err, "mail", id)
	}
	return mails[0], true, nil
}

// markSent also takes the secret out of the stored text: nobody needs it there any more.
func markSent(ctx context.Context, q pg.Querier, id uuid.UUID) error {
	_, err := q.Exec(ctx, `UPDATE mails SET sent_at = now(), last_error = NULL, body = regexp_replace(body, @secret, 'token=…', 'g') WHERE id = @id`,
		pgx.NamedArgs{"id": id, "secret": linkSecret})
	return pg.Translate(err, "mail", id)
}

func giveBack(ctx context.Context, q pg.Querier, id uuid.UUID, why string) error {
	_, err := q.Exec(ctx, `UPDATE mails SET claimed_at = NULL, last_error = @why WHERE id = @id`, pgx.NamedArgs{"id": id, "why": why})
	return pg.Translate(err, "mail", id)
}

func keepClaimed(ctx context.Context, q pg.Querier, id uuid.UUID, why string) error {
	_, err := q.Exec(ctx, `UPDATE mails SET last_error = @why WHERE id = @id`, pgx.NamedArgs{"id": id, "why": why})
	return pg.Translate(err, "mail", id)
}
