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

// PlannedLesson is what the teachers of a run have arranged for a lesson.
type PlannedLesson struct {
	LessonID uuid.UUID  `json:"lessonId" format:"uuid"`
	At       *time.Time `json:"at,omitempty" doc:"When it is held; absent = no date."`
	Gate     int        `json:"gate" enum:"0,80,90,95" doc:"Percent of its words that a learner must know for it to open; 0 = always open."`
}

// selectPlan is the plan of run r as JSON, dated lessons first.
const selectPlan = `coalesce((SELECT jsonb_agg(jsonb_build_object('lessonId', o.lesson_id, 'at', o.taught_at, 'gate', coalesce(o.gate, 0)) ORDER BY o.taught_at, o.lesson_id)
	FROM run_lessons o WHERE o.run_id = r.id AND (o.taught_at IS NOT NULL OR o.gate IS NOT NULL)), '[]')`

// gates are the thresholds that a gate may have, in percent: those at which the advice to a learner changes.
var gates = []int{0, 80, 90, 95}

// DateLesson says when a lesson is held in a run; nil takes the date away. NotFound unless the viewer may teach the run
// and the course has the lesson.
func (s *Service) DateLesson(ctx context.Context, viewer, run, lesson uuid.UUID, at *time.Time) (PlannedLesson, error) {
	if at != nil && (at.Year() < 2000 || at.Year() > 2200) {
		return PlannedLesson{}, fault.NewInvalid("at", "bad_date", "A lesson is held between the years 2000 and 2200.")
	}
	return s.plan(ctx, viewer, run, lesson, "taught_at", at, false)
}

// GateLesson says how many percent of a lesson's words the learners of a run must know for it to open: 80, 90, 95, or 0
// for a lesson that is always open. Conflict preview_open for a lesson that everybody may open without an account.
func (s *Service) GateLesson(ctx context.Context, viewer, run, lesson uuid.UUID, percent int) (PlannedLesson, error) {
	var gate *int
	switch percent {
	case gates[0]:
	case gates[1], gates[2], gates[3]:
		gate = &percent
	default:
		return PlannedLesson{}, fault.NewInvalid("percent", "unknown_gate", "A gate is at 80, 90 or 95 %%; 0 is none.")
	}
	return s.plan(ctx, viewer, run, lesson, "gate", gate, gate != nil)
}

// plan writes one column of a lesson's row; the column is never a client's.
func (s *Service) plan(ctx context.Context, viewer, run, lesson uuid.UUID, column string, value any, closes bool) (PlannedLesson, error) {
	var p PlannedLesson
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"viewer": viewer, "run": run, "lesson": lesson, "value": value}
		var preview bool
		err := tx.QueryRow(ctx, `
			SELECT l.preview FROM runs r JOIN courses c ON c.id = r.course_id
			JOIN revision_lessons l ON l.course_id = c.id AND l.revision = c.revision AND l.lesson_id = @lesson
			WHERE r.id = @run AND may_teach(@viewer, r.id)`, args).Scan(&preview)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fault.NewNotFound("lesson of the run")
		case err != nil:
			return pg.Translate(err, "run", run)
		case preview && closes:
			return fault.New(fault.Conflict, "preview_open", "This lesson is open to everybody, without an account: a gate would keep nobody out.")
		}
		err = tx.QueryRow(ctx, `
			INSERT INTO run_lessons AS o (run_id, lesson_id, `+column+`) VALUES (@run, @lesson, @value)
			ON CONFLICT (run_id, lesson_id) DO UPDATE SET `+column+` = excluded.`+column+`, updated_at = now()
			RETURNING o.lesson_id, o.taught_at, coalesce(o.gate, 0)`, args).Scan(&p.LessonID, &p.At, &p.Gate)
		return pg.Translate(err, "plan of run", run)
	})
	return p, err
}

// LetThrough opens the gate of a lesson to one learner of a run, whatever they know; who did it, and when first, is
// kept. NotFound unless the viewer may teach the run and the learner is in it.
func (s *Service) LetThrough(ctx context.Context, viewer, run, lesson, learner uuid.UUID) error {
	tag, err := s.db.Exec(ctx, `
		INSERT INTO gate_passes AS p (account_id, run_id, lesson_id, granted_at, granted_by)
		SELECT e.account_id, e.run_id, o.lesson_id, now(), @viewer FROM enrolments e JOIN run_lessons o ON o.run_id = e.run_id AND o.lesson_id = @lesson AND o.gate IS NOT NULL
		WHERE e.run_id = @run AND e.account_id = @learner AND e.left_at IS NULL AND may_teach(@viewer, e.run_id)
		ON CONFLICT (account_id, run_id, lesson_id) DO UPDATE SET granted_at = coalesce(p.granted_at, excluded.granted_at),
			granted_by = CASE WHEN p.granted_at IS NULL THEN excluded.granted_by ELSE p.granted_by END`,
		pgx.NamedArgs{"viewer": viewer, "run": run, "lesson": lesson, "learner": learner})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.NewNotFound("learner at a gate of the run")
	}
	return pg.Translate(err, "gate of lesson", lesson)
}

// HoldBack takes back what LetThrough gave; who has words enough stays in. Taking back what was not given is no error.
func (s *Service) HoldBack(ctx context.Context, viewer, run, lesson, learner uuid.UUID) error {
	tag, err := s.db.Exec(ctx, `
		WITH mine AS (SELECT r.id FROM runs r WHERE r.id = @run AND may_teach(@viewer, r.id)),
		taken AS (UPDATE gate_passes p SET granted_at = NULL, granted_by = NULL
			FROM mine WHERE p.run_id = mine.id AND p.lesson_id = @lesson AND p.account_id = @learner)
		SELECT FROM mine`, pgx.NamedArgs{"viewer": viewer, "run": run, "lesson": lesson, "learner": learner})
	if err == nil && tag.RowsAffected() == 0 {
		return fault.NewNotFound("run")
	}
	return pg.Translate(err, "gate of lesson", lesson)
}

// gateOf is what a lesson of a run asks of its learners, in percent; 0 = nothing.
func gateOf(runs []Run, run *uuid.UUID, lesson uuid.UUID) int {
	for _, r := range runs {
		for _, p := range r.Plan {
			if run != nil && r.ID == *run && p.LessonID == lesson {
				return p.Gate
			}
		}
	}
	return 0
}

// NextLesson is the dated lesson that comes next.
type NextLesson struct {
	LessonID uuid.UUID `json:"lessonId" format:"uuid"`
	At       time.Time `json:"at"`
}

// nextLesson is the first lesson of a run that is held after a time; nil when none is, or the course has it no more.
func (p *page) nextLesson(run *uuid.UUID, now time.Time) *NextLesson {
	var next *NextLesson
	for _, r := range p.runs {
		if run == nil || r.ID != *run || r.CancelledAt != nil {
			continue
		}
		for _, each := range r.Plan {
			if each.At != nil && each.At.After(now) && (next == nil || each.At.Before(next.At)) && p.outline.has(each.LessonID) {
				next = &NextLesson{LessonID: each.LessonID, At: *each.At}
			}
		}
	}
	return next
}

func (o revisionOutline) has(lesson uuid.UUID) bool {
	for _, u := range o.Units {
		for _, l := range u.Lessons {
			if l.ID == lesson {
				return true
			}
		}
	}
	return false
}
