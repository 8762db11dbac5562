package courses

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// NewEnrolment asks for a place in a course.
type NewEnrolment struct {
	CourseID uuid.UUID  `json:"courseId" format:"uuid"`
	RunID    *uuid.UUID `json:"runId,omitempty" format:"uuid" doc:"Needed for a MOOC, refused for a micro-course."`
}

// Enrol gives the viewer a place in a course; asking again with the same id gives the same place. Conflicts: run_full,
// run_closed, course_closed, already_enrolled, enrolment_ended.
func (s *Service) Enrol(ctx context.Context, viewer, id uuid.UUID, in NewEnrolment) (Enrolment, error) {
	if err := checkNewID(id); err != nil {
		return Enrolment{}, err
	}
	var e Enrolment
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		var found bool
		var err error
		if e, found, err = knownEnrolment(ctx, tx, viewer, id, in); found || err != nil {
			return err
		}
		err = checkEnrollable(ctx, tx, viewer, in, s.now())
		if err == nil {
			e, found, err = insertEnrolment(ctx, tx, viewer, id, in)
		}
		if found {
			return err
		}
		// Another request of the same learner may have come first, perhaps for the last seat.
		known, found, knownErr := knownEnrolment(ctx, tx, viewer, id, in)
		if found || knownErr != nil {
			e = known
			return knownErr
		}
		return err
	})
	return e, err
}

// knownEnrolment finds what this request, or another one, has made already.
func knownEnrolment(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, in NewEnrolment) (Enrolment, bool, error) {
	var e Enrolment
	var owner uuid.UUID
	var leftAt *time.Time
	err := q.QueryRow(ctx, `
		SELECT e.id, e.course_id, e.run_id, e.enrolled_at, e.account_id, e.left_at FROM enrolments e
		WHERE e.id = @id OR e.account_id = @viewer AND e.course_id = @course AND e.left_at IS NULL
		ORDER BY e.id = @id DESC LIMIT 1`, pgx.NamedArgs{"id": id, "viewer": viewer, "course": in.CourseID}).
		Scan(&e.ID, &e.CourseID, &e.RunID, &e.EnrolledAt, &owner, &leftAt)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return e, false, nil
	case err != nil:
		return e, false, pg.Translate(err, "enrolment", id)
	case owner != viewer || e.ID == id && e.CourseID != in.CourseID:
		return e, false, fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	case e.ID != id:
		return e, false, alreadyEnrolled()
	case leftAt != nil:
		return e, false, fault.New(fault.Conflict, "enrolment_ended", "You have left this course; to come back, enrol anew.")
	}
	return e, true, nil
}

func alreadyEnrolled() error {
	return fault.New(fault.Conflict, "already_enrolled", "You are enrolled in this course already.")
}

// checkEnrollable locks the run, so that its last seat is given once, and says what stands in the way.
func checkEnrollable(ctx context.Context, q pg.Querier, viewer uuid.UUID, in NewEnrolment, now time.Time) error {
	var format, state string
	err := q.QueryRow(ctx, `
		SELECT c.format, c.state FROM courses c
		WHERE c.id = @course AND c.revision IS NOT NULL AND (c.state = 'published' OR may_learn(@viewer, c.id))`,
		pgx.NamedArgs{"course": in.CourseID, "viewer": viewer}).Scan(&format, &state)
	switch {
	case err != nil:
		return pg.Translate(err, "course", in.CourseID)
	case state == Archived:
		return fault.New(fault.Conflict, "course_closed", "This course takes no new learners any more.")
	case format == Micro && in.RunID != nil:
		return fault.NewInvalid("runId", "no_run", "A micro-course has no runs; it is always open.")
	case format == Micro:
		return nil
	case in.RunID == nil:
		return fault.NewInvalid("runId", "run_needed", "Choose the run that you want to join.")
	}
	var run Run
	err = q.QueryRow(ctx, `SELECT ends_at, cancelled_at, capacity, seats_taken FROM runs WHERE id = @run AND course_id = @course FOR UPDATE`,
		pgx.NamedArgs{"run": in.RunID, "course": in.CourseID}).Scan(&run.EndsAt, &run.CancelledAt, &run.Capacity, &run.SeatsTaken)
	switch {
	case err != nil:
		return pg.Translate(err, "run", *in.RunID)
	case !run.joinable(now):
		return fault.New(fault.Conflict, "run_closed", "This run is over or has been cancelled; choose another.")
	case run.Capacity != nil && run.SeatsTaken >= *run.Capacity:
		return fault.New(fault.Conflict, "run_full", "The last seat of this run has been taken; choose another.")
	}
	return nil
}

// insertEnrolment reports false when another enrolment stands in the way.
func insertEnrolment(ctx context.Context, q pg.Querier, viewer, id uuid.UUID, in NewEnrolment) (Enrolment, bool, error) {
	rows, err := q.Query(ctx, `
		INSERT INTO enrolments (id, account_id, course_id, run_id) VALUES (@id, @viewer, @course, @run)
		ON CONFLICT DO NOTHING RETURNING id, course_id, run_id, enrolled_at`,
		pgx.NamedArgs{"id": id, "viewer": viewer, "course": in.CourseID, "run": in.RunID})
	if err != nil {
		return Enrolment{}, false, pg.Translate(err, "enrolment", id)
	}
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Enrolment])
	if errors.Is(err, pgx.ErrNoRows) {
		return e, false, alreadyEnrolled()
	}
	return e, err == nil, pg.Translate(err, "enrolment", id)
}

// Leave ends an enrolment; what the learner has done stays. Leaving twice is leaving once.
func (s *Service) Leave(ctx context.Context, viewer, id uuid.UUID) error {
	return pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE enrolments SET left_at = coalesce(left_at, now()) WHERE id = @id AND account_id = @viewer`,
			pgx.NamedArgs{"id": id, "viewer": viewer})
		if err == nil && tag.RowsAffected() == 0 {
			return fault.NewNotFound("enrolment")
		}
		return pg.Translate(err, "enrolment", id)
	})
}
