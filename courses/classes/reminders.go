package classes

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// The two mails before a class.
const (
	ReminderDay  = "day"  // from 24 hours before it; of no use in its last hour
	ReminderSoon = "soon" // from 15 minutes before it
)

// Reminder is a mail that somebody is due before a class.
type Reminder struct {
	ClassID   uuid.UUID
	AccountID uuid.UUID
	Kind      string // ReminderDay or ReminderSoon
	StartsAt  time.Time
	TimeZone  string // of the class
	Title     string // in the reader's language, as is the course's
	Course    string
}

// whoIsMailed reads who has to do with class k: its learners and who lead it.
const whoIsMailed = `
	SELECT e.account_id FROM enrolments e WHERE e.run_id = k.run_id AND e.left_at IS NULL
	UNION SELECT t.account_id FROM run_teachers t WHERE t.run_id = k.run_id
	UNION SELECT t.account_id FROM class_teachers t WHERE t.class_id = k.id AND class_role(t.account_id, k.id) = 'teacher'`

// remindedAtOnce is how many people one transaction writes to.
const remindedAtOnce = 200

// Remind lets write compose the mails that are due now, for learners and teachers who want them, and notes them in the
// same transaction: each person gets at most one of a kind for a start of a class, however often and wherever this runs.
// write returns the id of the mail.
func (s *Service) Remind(ctx context.Context, write func(context.Context, pgx.Tx, Reminder) (uuid.UUID, error)) error {
	for {
		written := 0
		err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
			due, err := claimReminders(ctx, tx, s.now())
			if err != nil {
				return err
			}
			written = len(due)
			noted := &pgx.Batch{}
			for _, r := range due {
				mail, err := write(ctx, tx, r)
				if err != nil {
					return err
				}
				noted.Queue(`UPDATE class_reminders SET mail_id = @mail WHERE class_id = @class AND account_id = @account AND kind = @kind AND starts_at = @at`,
					pgx.NamedArgs{"mail": mail, "class": r.ClassID, "account": r.AccountID, "kind": r.Kind, "at": r.StartsAt})
			}
			return pg.Translate(tx.SendBatch(ctx, noted).Close(), "reminders", "")
		})
		if err != nil || written < remindedAtOnce {
			return err
		}
	}
}

// dueReminder is a row of those that are due, with texts in all languages.
type dueReminder struct {
	ClassID     uuid.UUID
	AccountID   uuid.UUID
	Kind        string
	StartsAt    time.Time
	TimeZone    string
	Title       localize.Text
	CourseTitle localize.Text
	Locale      string
}

// claimReminders notes the first of those who are due a mail; nobody else can claim them any more.
func claimReminders(ctx context.Context, tx pgx.Tx, now time.Time) ([]Reminder, error) {
	rows, err := tx.Query(ctx, `
		WITH coming AS (
			SELECT k.id, k.run_id, k.starts_at, w.kind FROM classes k JOIN runs r ON r.id = k.run_id AND r.cancelled_at IS NULL
			JOIN (VALUES ('day', interval '24 hours', interval '1 hour'), ('soon', interval '15 minutes', interval '0')) AS w (kind, opens, shuts)
				ON k.starts_at - w.opens <= @now::timestamptz AND k.starts_at - w.shuts > @now
			WHERE k.state IN ('scheduled', 'live') AND k.starts_at > @now AND k.starts_at <= @now::timestamptz + interval '24 hours'
				AND (w.kind = 'soon' OR NOT EXISTS (SELECT FROM class_changes x WHERE x.class_id = k.id)) -- the mail of its change comes first
		), due AS (
			SELECT k.id, p.account_id, k.kind, k.starts_at FROM coming k
			CROSS JOIN LATERAL (`+whoIsMailed+`) p
			JOIN accounts a ON a.id = p.account_id AND a.suspended_at IS NULL AND a.class_mails
			WHERE NOT EXISTS (SELECT FROM class_reminders m
				WHERE m.class_id = k.id AND m.account_id = p.account_id AND m.kind = k.kind AND m.starts_at = k.starts_at)
			ORDER BY k.starts_at, k.id, p.account_id LIMIT @most
		), claimed AS (
			INSERT INTO class_reminders (class_id, account_id, kind, starts_at) SELECT id, account_id, kind, starts_at FROM due
			ON CONFLICT DO NOTHING RETURNING class_id, account_id, kind, starts_at
		)
		SELECT m.class_id, m.account_id, m.kind, m.starts_at, k.time_zone, k.title, co.title AS course_title, a.locale
		FROM claimed m JOIN classes k ON k.id = m.class_id JOIN runs r ON r.id = k.run_id JOIN courses co ON co.id = r.course_id
		JOIN accounts a ON a.id = m.account_id`, pgx.NamedArgs{"now": now, "most": remindedAtOnce})
	if err != nil {
		return nil, pg.Translate(err, "reminders", "")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Reminder, error) {
		d, err := pgx.RowToStructByName[dueReminder](row)
		return Reminder{ClassID: d.ClassID, AccountID: d.AccountID, Kind: d.Kind, StartsAt: d.StartsAt, TimeZone: d.TimeZone,
			Title: d.Title.In(d.Locale), Course: d.CourseTitle.In(d.Locale)}, err
	})
	return list, pg.Translate(err, "reminders", "")
}
