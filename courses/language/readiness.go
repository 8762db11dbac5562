package language

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/language/memory"
	"hanzhi/server/fault"
)

// horizon is how far ahead readiness may be asked for.
const horizon = 366 * 24 * time.Hour

// checkDay refuses a day that is past or more than a year away. Today may be asked for anywhere on earth, so a day ago
// is no error; the zero time is no day.
func (s *Service) checkDay(at time.Time) error {
	now := s.now()
	if !at.IsZero() && (at.Before(now.Add(-24*time.Hour)) || at.After(now.Add(horizon))) {
		return fault.NewInvalid("at", "out_of_range", "Readiness is told for today and up to a year from now.")
	}
	return nil
}

// CourseReadiness returns how ready the viewer is for each lesson of a course, and how ready on a day: the one that is
// asked for or, when at is zero, the one on which a lesson is taught in the viewer's run. NotFound unless the course is
// published or the viewer may learn it.
func (s *Service) CourseReadiness(ctx context.Context, viewer uuid.UUID, slug string, at time.Time) (CourseReadiness, error) {
	if err := s.checkDay(at); err != nil {
		return CourseReadiness{}, err
	}
	rows, err := queryLessons(ctx, s.db, viewer, `c.slug = @slug AND (c.state = 'published' OR may_learn(@viewer, c.id))`, pgx.NamedArgs{"slug": slug})
	if err != nil {
		return CourseReadiness{}, err
	}
	if len(rows) == 0 {
		return CourseReadiness{}, fault.NewNotFound("course")
	}
	lessons, _, err := s.lessonsOf(ctx, rows)
	if err != nil {
		return CourseReadiness{}, err
	}
	var words []string
	for _, l := range lessons {
		words = append(words, l.text.Units()...)
	}
	slices.Sort(words)
	learner, err := s.learner(ctx, viewer, rows[0].WordList, slices.Compact(words))
	if err != nil {
		return CourseReadiness{}, err
	}
	answer := CourseReadiness{List: learner.list.List, Level: learner.level, Lessons: []LessonReadiness{}}
	for i, l := range lessons {
		r := l.readiness(learner.knowledge(l.text.Units()))
		answer.Lessons = append(answer.Lessons, LessonReadiness{LessonID: rows[i].LessonID, Readiness: ShortReadiness{
			Coverage: r.Coverage, Expected: r.Expected, Band: r.Band, Tokens: r.Tokens, Words: r.Words, LearnCount: len(r.Learn), CoverageAfter: r.CoverageAfter,
			OnDay: l.onDay(learner, rows[i].day(at))}})
	}
	return answer, nil
}

// day is what readiness is told for besides now: what is asked for, else the date of the lesson.
func (r lessonRow) day(asked time.Time) time.Time {
	if asked.IsZero() && r.TaughtAt != nil {
		return *r.TaughtAt
	}
	return asked
}

// onDay forecasts a learner's readiness; nil for a visitor, a day that is none, and one that is over or out of sight.
func (l *lesson) onDay(who learner, at time.Time) *DayReadiness {
	if at.IsZero() || at.Before(who.now.Add(-24*time.Hour)) || at.After(who.now.Add(horizon)) || who.isVisitor {
		return nil
	}
	at = maxTime(at, who.now)
	then := who
	then.now = at
	day := &DayReadiness{At: at}
	_, day.Expected = l.text.Measure(then.knowledge(l.text.Units()))
	then.memory = make(map[string]memory.State, len(l.text.Units()))
	for _, unit := range l.text.Units() {
		if m, found := who.memory[unit]; found {
			then.memory[unit] = m.Reviewed(who.now, at)
		}
	}
	_, day.Reviewed = l.text.Measure(then.knowledge(l.text.Units()))
	return day
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
