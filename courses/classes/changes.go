package classes

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

// Change is a mail about classes that were moved or called off: one class, or those of a series that were changed together.
type Change struct {
	AccountID uuid.UUID
	ClassID   uuid.UUID // the first that still takes place; uuid.Nil when none does
	TimeZone  string    // of the class
	Title     string    // in the reader's language, as is the course's; of the run when that is cancelled
	Course    string
	Moves     []Move // by their old time, at least one
}

// Move is when a class was to begin, and when it does now.
type Move struct {
	Was time.Time
	Now time.Time // zero = it is called off
}

// noteChanges keeps in mind when classes were to begin, before they are moved or called off. Of those that have begun or are
// over nobody is told anything.
func noteChanges(ctx context.Context, q pg.Querier, now time.Time, classes ...uuid.UUID) error {
	_, err := q.Exec(ctx, `
		INSERT INTO class_changes (class_id, was_at, first_at, changed_at)
		SELECT id, starts_at, @now, @now FROM classes WHERE id = ANY (@classes) AND state = 'scheduled'
		ON CONFLICT (class_id) DO UPDATE SET changed_at = excluded.changed_at`, pgx.NamedArgs{"now": now, "classes": classes})
	return pg.Translate(err, "changes of classes", "")
}

// CancelOfRun calls off the classes of a run that have not begun, in the transaction that cancels the run.
func CancelOfRun(ctx context.Context, tx pgx.Tx, now time.Time, run uuid.UUID) error {
	rows, err := tx.Query(ctx, `SELECT id FROM classes WHERE run_id = @run AND state = 'scheduled' ORDER BY starts_at, id FOR UPDATE`, pgx.NamedArgs{"run": run})
	if err != nil {
		return pg.Translate(err, "classes of run", run)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return pg.Translate(err, "classes of run", run)
	}
	return callOff(ctx, tx, now, ids)
}

// TellChanges lets write compose the mails about classes that were moved or called off, for learners and teachers who want
// mails of classes, once nobody has changed them for a while. They and the note that they are due go in one transaction, so
// each person gets one mail for what was changed together, however often and wherever this runs.
func (s *Service) TellChanges(ctx context.Context, write func(context.Context, pgx.Tx, Change) error) error {
	for {
		told := false
		err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
			settled, err := claimChanges(ctx, tx, s.now())
			told = len(settled) > 0
			if err != nil || !told {
				return err
			}
			list, err := concerned(ctx, tx, settled)
			if err != nil {
				return err
			}
			for _, c := range list {
				if err := write(ctx, tx, c); err != nil {
					return err
				}
			}
			return countAsReminded(ctx, tx, s.now(), settled)
		})
		if err != nil || !told {
			return err
		}
	}
}

// toldTogether is what the changes of class k of run r are told of: a run that is cancelled, a series, or the class alone.
const toldTogether = `CASE WHEN r.cancelled_at IS NOT NULL THEN r.id ELSE coalesce(k.series_id, k.id) END`

// settled is a class whose change is to be told.
type settled struct {
	ClassID   uuid.UUID
	WasAt     time.Time
	ChangedAt time.Time
}

// claimChanges takes the changes of one class, series or cancelled run that has been left alone for five minutes; for one minute when
// a class was or is to begin within half an hour. Who changes a series for half an hour is not waited for.
func claimChanges(ctx context.Context, tx pgx.Tx, now time.Time) ([]settled, error) {
	rows, err := tx.Query(ctx, `
		WITH waiting AS (
			SELECT `+toldTogether+` AS together, x.first_at, x.changed_at, least(x.was_at, k.starts_at) - interval '30 minutes' <= @now AS near
			FROM class_changes x JOIN classes k ON k.id = x.class_id JOIN runs r ON r.id = k.run_id
		), due AS (
			SELECT together FROM waiting GROUP BY together
			HAVING max(changed_at) + CASE WHEN bool_or(near) THEN interval '1 minute' ELSE interval '5 minutes' END <= @now
				OR min(first_at) + interval '30 minutes' <= @now
			ORDER BY min(first_at) LIMIT 1
		), mine AS (
			SELECT x.class_id FROM class_changes x JOIN classes k ON k.id = x.class_id JOIN runs r ON r.id = k.run_id JOIN due ON due.together = `+toldTogether+`
			ORDER BY x.class_id FOR UPDATE OF x
		)
		DELETE FROM class_changes x USING mine WHERE x.class_id = mine.class_id RETURNING x.class_id, x.was_at, x.changed_at`, pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, pg.Translate(err, "changes of classes", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[settled])
	return list, pg.Translate(err, "changes of classes", "")
}

// concernedRow is one change of one class for one person, with texts in all languages.
type concernedRow struct {
	AccountID   uuid.UUID
	ClassID     uuid.UUID
	WasAt       time.Time
	StartsAt    *time.Time // nil = called off
	TimeZone    string
	Title       localize.Text
	CourseTitle localize.Text
	Locale      string
}

// concerned says who is to be told what. A class that is back at its old time was not changed; one that was called off after
// its hour, or was moved into the past, is nobody's concern any more.
func concerned(ctx context.Context, q pg.Querier, list []settled) ([]Change, error) {
	ids, was, changed := make([]uuid.UUID, len(list)), make([]time.Time, len(list)), make([]time.Time, len(list))
	for i, one := range list {
		ids[i], was[i], changed[i] = one.ClassID, one.WasAt, one.ChangedAt
	}
	rows, err := q.Query(ctx, `
		SELECT a.id AS account_id, k.id AS class_id, x.was_at, CASE WHEN k.state <> 'cancelled' THEN k.starts_at END AS starts_at, k.time_zone,
		       CASE WHEN r.cancelled_at IS NULL THEN k.title ELSE r.title END AS title, co.title AS course_title, a.locale
		FROM unnest(@ids::uuid[], @was::timestamptz[], @changed::timestamptz[]) AS x (class_id, was_at, changed_at)
		JOIN classes k ON k.id = x.class_id JOIN runs r ON r.id = k.run_id JOIN courses co ON co.id = r.course_id
		CROSS JOIN LATERAL (`+whoIsMailed+`) p
		JOIN accounts a ON a.id = p.account_id AND a.suspended_at IS NULL AND a.class_mails
		WHERE k.state = 'cancelled' AND x.was_at > x.changed_at
			OR k.state IN ('scheduled', 'live') AND r.cancelled_at IS NULL AND k.starts_at <> x.was_at AND k.starts_at > x.changed_at
		ORDER BY a.id, x.was_at, k.id`, pgx.NamedArgs{"ids": ids, "was": was, "changed": changed})
	if err != nil {
		return nil, pg.Translate(err, "changes of classes", "")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[concernedRow])
	if err != nil {
		return nil, pg.Translate(err, "changes of classes", "")
	}
	changes := []Change{}
	for _, row := range found {
		if n := len(changes); n == 0 || changes[n-1].AccountID != row.AccountID {
			changes = append(changes, Change{AccountID: row.AccountID, TimeZone: row.TimeZone, Title: row.Title.In(row.Locale), Course: row.CourseTitle.In(row.Locale)})
		}
		changes[len(changes)-1].add(row)
	}
	return changes, nil
}

func (c *Change) add(row concernedRow) {
	move := Move{Was: row.WasAt}
	if row.StartsAt != nil {
		move.Now = *row.StartsAt
		if c.ClassID == uuid.Nil {
			c.ClassID = row.ClassID
		}
	}
	c.Moves = append(c.Moves, move)
}

// countAsReminded spares those who were just told the new time of a class within the day the mail of the day before.
func countAsReminded(ctx context.Context, q pg.Querier, now time.Time, list []settled) error {
	ids, was := make([]uuid.UUID, len(list)), make([]time.Time, len(list))
	for i, one := range list {
		ids[i], was[i] = one.ClassID, one.WasAt
	}
	_, err := q.Exec(ctx, `
		INSERT INTO class_reminders (class_id, account_id, kind, starts_at)
		SELECT k.id, a.id, 'day', k.starts_at FROM unnest(@ids::uuid[], @was::timestamptz[]) AS x (class_id, was_at)
		JOIN classes k ON k.id = x.class_id CROSS JOIN LATERAL (`+whoIsMailed+`) p
		JOIN accounts a ON a.id = p.account_id AND a.suspended_at IS NULL AND a.class_mails
		WHERE k.state = 'scheduled' AND k.starts_at <> x.was_at AND k.starts_at > @now AND k.starts_at <= @now::timestamptz + interval '24 hours'
		ON CONFLICT DO NOTHING`, pgx.NamedArgs{"ids": ids, "was": was, "now": now})
	return pg.Translate(err, "reminders", "")
}
