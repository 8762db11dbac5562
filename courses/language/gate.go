package language

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// Gate is what a learner finds at the gate of a lesson.
type Gate struct {
	Open     bool
	Coverage float64 // of the lesson by the learner's words, 0 to 1
	Learn    int     // words that lift it to 0.95
}

// Gate measures the viewer at the gate of a lesson. Who knows words enough, or needs none, is let in for good. The
// errors are those of the lesson.
func (s *Service) Gate(ctx context.Context, viewer, id uuid.UUID) (Gate, error) {
	row, err := knownLesson(ctx, s.db, viewer, id)
	if err != nil || !row.Barred {
		return Gate{Open: err == nil}, err
	}
	lessons, _, err := s.lessonsOf(ctx, []lessonRow{row})
	if err != nil {
		return Gate{}, err
	}
	l := lessons[0]
	who, err := s.learner(ctx, viewer, row.WordList, l.text.Units())
	if err != nil {
		return Gate{}, err
	}
	r := l.readiness(who.knowledge(l.text.Units()))
	barred, err := s.bars(ctx, viewer, row, r.Coverage)
	return Gate{Open: !barred, Coverage: r.Coverage, Learn: len(r.Learn)}, err
}

// bars reports whether the gate of a lesson keeps a coverage out, and remembers who comes through.
func (s *Service) bars(ctx context.Context, viewer uuid.UUID, row lessonRow, coverage float64) (bool, error) {
	if row.RunID == nil || coverage < float64(row.Gate)/100 {
		return true, nil
	}
	_, err := s.db.Exec(ctx, `
		INSERT INTO gate_passes AS p (account_id, run_id, lesson_id, coverage, passed_at) VALUES (@viewer, @run, @lesson, @coverage, now())
		ON CONFLICT (account_id, run_id, lesson_id) DO UPDATE SET coverage = greatest(p.coverage, excluded.coverage), passed_at = now()`,
		pgx.NamedArgs{"viewer": viewer, "run": *row.RunID, "lesson": row.LessonID, "coverage": coverage})
	return false, pg.Translate(err, "gate of lesson", row.LessonID)
}
