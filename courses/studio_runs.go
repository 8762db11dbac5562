package courses

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/classes"
	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// RunInput is a run to be made or, with the version last seen, replaced.
type RunInput struct {
	CourseID      uuid.UUID     `json:"courseId" format:"uuid"`
	Title         localize.Text `json:"title,omitempty" doc:"At most 200 characters per language."`
	StartsAt      time.Time     `json:"startsAt"`
	EndsAt        time.Time     `json:"endsAt" doc:"After startsAt."`
	TimeZone      string        `json:"timeZone" minLength:"1" maxLength:"60" doc:"IANA name." example:"Africa/Lusaka"`
	Capacity      *int          `json:"capacity,omitempty" minimum:"1" maximum:"1000000" doc:"Seats; absent = no limit."`
	TeacherEmails []string      `json:"teacherEmails" maxItems:"50" doc:"Accounts that teach it."`
	Version       int           `json:"version,omitempty" minimum:"0" maximum:"2147483647" doc:"The version last seen; absent = a new run."`
}

// PutRun makes a run of a MOOC, or replaces it when in.Version is its present version. A repeated creation changes
// nothing and answers the run as it is. A run is no part of a revision: it is public at once when its course is.
func (s *Service) PutRun(ctx context.Context, viewer, id uuid.UUID, in RunInput) (Run, error) {
	title, err := titleRule.Clean("title", in.Title)
	if err != nil {
		return Run{}, err
	}
	in.Title = title
	if err := in.check(id); err != nil {
		return Run{}, err
	}
	var run Run
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		c, err := lockCourse(ctx, tx, viewer, place{"course", in.CourseID})
		if err != nil {
			return err
		}
		if c.Format != MOOC || c.State == Archived {
			return fault.New(fault.Conflict, "no_runs", "Only a MOOC that is not archived has runs.")
		}
		if err := writeRun(ctx, tx, c.ID, id, in); err != nil {
			return err
		}
		run, err = loadRun(ctx, tx, id)
		return err
	})
	return run.at(s.now()), err
}

func (in RunInput) check(id uuid.UUID) error {
	if err := checkNewID(id); err != nil {
		return err
	}
	if !in.EndsAt.After(in.StartsAt) {
		return fault.NewInvalid("endsAt", "ends_before_start", "A run ends after it starts.")
	}
	if y := in.StartsAt.Year(); y < 2000 || in.EndsAt.Year() > 2200 {
		return fault.NewInvalid("startsAt", "bad_date", "A run lies between the years 2000 and 2200.")
	}
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "" || in.TimeZone == "Local" {
		return fault.NewInvalid("timeZone", "unknown_time_zone", "%.60q is no time zone such as Africa/Lusaka.", in.TimeZone)
	}
	return nil
}

func writeRun(ctx context.Context, q pg.Querier, course, id uuid.UUID, in RunInput) error {
	args := pgx.NamedArgs{"id": id, "course": course, "title": in.Title, "startsAt": in.StartsAt, "endsAt": in.EndsAt,
		"timeZone": in.TimeZone, "capacity": in.Capacity, "version": in.Version}
	tag, err := q.Exec(ctx, `
		INSERT INTO runs (id, course_id, title, starts_at, ends_at, time_zone, capacity)
		VALUES (@id, @course, @title, @startsAt, @endsAt, @timeZone, @capacity) ON CONFLICT (id) DO NOTHING`, args)
	if err != nil {
		return pg.Translate(err, "run", id)
	}
	if tag.RowsAffected() == 0 {
		return replaceRun(ctx, q, id, in, args)
	}
	return writeTeachers(ctx, q, id, in.TeacherEmails)
}

func replaceRun(ctx context.Context, q pg.Querier, id uuid.UUID, in RunInput, args pgx.NamedArgs) error {
	var sameCourse, cancelled bool
	var version, seats int
	err := q.QueryRow(ctx, `SELECT course_id = @course, cancelled_at IS NOT NULL, version, seats_taken FROM runs WHERE id = @id FOR UPDATE`, args).
		Scan(&sameCourse, &cancelled, &version, &seats)
	switch {
	case err != nil:
		return pg.Translate(err, "run", id)
	case !sameCourse:
		return fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	case in.Version == 0:
		return nil // the creation, once more
	case in.Version != version:
		return fault.New(fault.Conflict, "stale_version", "Somebody has changed this run meanwhile; look at both versions.")
	case cancelled:
		return fault.New(fault.Conflict, "run_cancelled", "The run has been cancelled.")
	case in.Capacity != nil && *in.Capacity < seats:
		return fault.NewInvalid("capacity", "below_taken", "%d learners are enrolled already.", seats)
	}
	_, err = q.Exec(ctx, `
		UPDATE runs SET title = @title, starts_at = @startsAt, ends_at = @endsAt, time_zone = @timeZone, capacity = @capacity,
		       version = version + 1, updated_at = now() WHERE id = @id`, args)
	if err != nil {
		return pg.Translate(err, "run", id)
	}
	return writeTeachers(ctx, q, id, in.TeacherEmails)
}

// writeTeachers makes the accounts with these addresses the teachers of a run.
func writeTeachers(ctx context.Context, q pg.Querier, run uuid.UUID, emails []string) error {
	for i, e := range emails {
		emails[i] = strings.TrimSpace(e)
	}
	args := pgx.NamedArgs{"run": run, "emails": notNil(emails)}
	var missing *int
	err := q.QueryRow(ctx, `
		SELECT min(e.n) - 1 FROM unnest(@emails::text[]) WITH ORDINALITY e(address, n)
		WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.email = e.address::citext AND a.suspended_at IS NULL)`, args).Scan(&missing)
	if err != nil {
		return pg.Translate(err, "teachers of run", run)
	}
	if missing != nil {
		return fault.NewInvalid(fmt.Sprintf("teacherEmails[%d]", *missing), "no_account", "Nobody has an account with this address.")
	}
	b := &pgx.Batch{}
	b.Queue(`
		DELETE FROM run_teachers t USING accounts a
		WHERE t.run_id = @run AND a.id = t.account_id AND NOT a.email = ANY (@emails::citext[])`, args)
	b.Queue(`
		INSERT INTO run_teachers (run_id, account_id)
		SELECT @run, a.id FROM accounts a WHERE a.email = ANY (@emails::citext[]) ON CONFLICT DO NOTHING`, args)
	return pg.Translate(q.SendBatch(ctx, b).Close(), "teachers of run", run)
}

func loadRun(ctx context.Context, q pg.Querier, id uuid.UUID) (Run, error) {
	rows, err := q.Query(ctx, selectRuns+` WHERE r.id = @id`, pgx.NamedArgs{"id": id})
	if err != nil {
		return Run{}, pg.Translate(err, "run", id)
	}
	run, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Run])
	return run, pg.Translate(err, "run", id)
}

// CancelRun cancels a run for good, and its classes that have not begun; with learners in it only when forced. Cancelling
// twice is cancelling once.
func (s *Service) CancelRun(ctx context.Context, viewer, id uuid.UUID, force bool) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if _, err := lockCourse(ctx, tx, viewer, place{"run", id}); err != nil {
			return err
		}
		args := pgx.NamedArgs{"id": id}
		var seats int
		if err := tx.QueryRow(ctx, `SELECT seats_taken FROM runs WHERE id = @id FOR UPDATE`, args).Scan(&seats); err != nil {
			return pg.Translate(err, "run", id)
		}
		if seats > 0 && !force {
			return fault.New(fault.Conflict, "run_has_learners", "%d learners are enrolled in this run.", seats)
		}
		done, err := tx.Exec(ctx, `UPDATE runs SET cancelled_at = now(), version = version + 1, updated_at = now() WHERE id = @id AND cancelled_at IS NULL`, args)
		if err != nil || done.RowsAffected() == 0 {
			return pg.Translate(err, "run", id)
		}
		return classes.CancelOfRun(ctx, tx, s.now(), id)
	})
}
