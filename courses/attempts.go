package courses

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Attempt is one try at an exercise. Trying is not limited; the same attempt sent again changes nothing.
type Attempt struct {
	ID         uuid.UUID   `json:"id" format:"uuid" doc:"Made by the client."`
	ActivityID uuid.UUID   `json:"activityId" format:"uuid"`
	ExerciseID uuid.UUID   `json:"exerciseId" format:"uuid"`
	Revision   int         `json:"revision,omitempty" minimum:"0" maximum:"2147483647" doc:"Of the course, as the learner saw it; 0 = the current one."`
	Order      []uuid.UUID `json:"order,omitempty" maxItems:"12" doc:"Of order: the steps as the learner laid them."`
	Picks      []Pick      `json:"picks,omitempty" maxItems:"200" doc:"Of label: every word that was chosen, wrong ones too."`
	At         time.Time   `json:"at" doc:"The client's time; a time to come counts as now."`
}

// Pick is a word that a learner gave to a spot.
type Pick struct {
	Spot uuid.UUID `json:"spot" format:"uuid"`
	Word string    `json:"word" maxLength:"12"`
}

// MaxAttempts is how many attempts one request may hold.
const MaxAttempts = 500

// AttemptRejection names an attempt that was not taken, and why.
type AttemptRejection struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Code string    `json:"code" enum:"unknown_activity,unknown_exercise,bad_answer"`
}

// AttemptResult tells of each attempt what became of it.
type AttemptResult struct {
	Accepted []uuid.UUID        `json:"accepted" doc:"Stored for good; the client may forget them."`
	Rejected []AttemptRejection `json:"rejected" doc:"Will never be taken as they are."`
	Passed   []uuid.UUID        `json:"passed" doc:"Exercises that were passed by these attempts."`
}

// verdict is what an attempt came to.
type verdict struct {
	right, total int
	passed       bool
}

// judge judges an attempt; false when it is no answer to the exercise.
func (e Exercise) judge(a Attempt) (verdict, bool) {
	if e.Kind == exerciseLabel {
		return e.judgePicks(a.Picks)
	}
	places, whole := e.judgeOrder(a.Order)
	v := verdict{total: len(e.Steps)}
	for _, right := range places {
		if right {
			v.right++
		}
	}
	v.passed = v.right == v.total
	return v, whole
}

// judgeOrder tells of each place whether a step that belongs there stands in it; false when the order does not hold
// every step once. Steps that may change places share a group, and each stands right wherever its group does.
func (e Exercise) judgeOrder(order []uuid.UUID) ([]bool, bool) {
	group, groups := map[uuid.UUID]int{}, make([]int, len(e.Steps))
	for i, s := range e.Steps {
		if i > 0 {
			groups[i] = groups[i-1]
			if !s.Free {
				groups[i]++
			}
		}
		group[s.ID] = groups[i]
	}
	if len(order) != len(e.Steps) {
		return nil, false
	}
	right := make([]bool, len(order))
	for i, id := range order {
		g, known := group[id]
		if !known {
			return nil, false
		}
		delete(group, id)
		right[i] = g == groups[i]
	}
	return right, true
}

// judgePicks counts the spots that were named right at the first try; the exercise is passed once each was named right.
func (e Exercise) judgePicks(picks []Pick) (verdict, bool) {
	words, tried, named := map[uuid.UUID]string{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, s := range e.Spots {
		words[s.ID] = s.Word
	}
	v := verdict{total: len(e.Spots)}
	for _, p := range picks {
		word, known := words[p.Spot]
		if !known {
			return verdict{}, false
		}
		right := p.Word == word
		if right && !tried[p.Spot] {
			v.right++
		}
		tried[p.Spot] = true
		named[p.Spot] = named[p.Spot] || right
	}
	for id := range words {
		if !named[id] {
			return v, len(picks) > 0
		}
	}
	v.passed = true
	return v, true
}

// practiceRow is a practice that the viewer may do, as it was in the revision of an attempt.
type practiceRow struct {
	Number   int // of the attempt, from 1
	CourseID uuid.UUID
	Revision int
	Content  Content
}

// Attempt stores attempts of a learner at exercises, and that an activity is done once each of its exercises was passed.
func (s *Service) Attempt(ctx context.Context, viewer uuid.UUID, attempts []Attempt) (AttemptResult, error) {
	result := AttemptResult{Accepted: []uuid.UUID{}, Rejected: []AttemptRejection{}, Passed: []uuid.UUID{}}
	if len(attempts) == 0 || len(attempts) > MaxAttempts {
		return result, fault.NewInvalid("attempts", "out_of_range", "A request has 1 to %d attempts.", MaxAttempts)
	}
	for _, a := range attempts {
		if a.ID == uuid.Nil {
			return result, fault.NewInvalid("attempts", "invalid", "An attempt needs an id of its own.")
		}
	}
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		result = AttemptResult{Accepted: []uuid.UUID{}, Rejected: []AttemptRejection{}, Passed: []uuid.UUID{}}
		found, err := practicesOf(ctx, tx, viewer, attempts)
		if err != nil {
			return err
		}
		done := map[uuid.UUID]uuid.UUID{} // activity → course, of what was passed
		for i, a := range attempts {
			code, v := judgeIn(found[i+1], a)
			if code != "" {
				result.Rejected = append(result.Rejected, AttemptRejection{a.ID, code})
				continue
			}
			if err := s.addAttempt(ctx, tx, viewer, found[i+1], a, v); err != nil {
				return err
			}
			result.Accepted = append(result.Accepted, a.ID)
			if v.passed {
				result.Passed = append(result.Passed, a.ExerciseID)
				done[a.ActivityID] = found[i+1].CourseID
			}
		}
		for activity, course := range done {
			if err := completePractice(ctx, tx, viewer, course, activity); err != nil {
				return err
			}
		}
		return nil
	})
	return result, err
}

// judgeIn finds the exercise of an attempt and judges it; a code says why it cannot be taken.
func judgeIn(row *practiceRow, a Attempt) (code string, v verdict) {
	if row == nil {
		return "unknown_activity", v
	}
	for _, e := range row.Content.Exercises {
		if e.ID == a.ExerciseID {
			v, fits := e.judge(a)
			if !fits {
				return "bad_answer", v
			}
			return "", v
		}
	}
	return "unknown_exercise", v
}

// practicesOf finds the practice of each attempt, by its number: in the revision that the learner saw, else in the
// current one. The right is that of opening the lesson now.
func practicesOf(ctx context.Context, q pg.Querier, viewer uuid.UUID, attempts []Attempt) (map[int]*practiceRow, error) {
	activities, revisions := make([]uuid.UUID, len(attempts)), make([]int, len(attempts))
	for i, a := range attempts {
		activities[i], revisions[i] = a.ActivityID, a.Revision
	}
	rows, err := q.Query(ctx, `
		SELECT DISTINCT ON (i.number) i.number::int AS number, c.id AS course_id, ra.revision, x.activity->'content' AS content
		FROM unnest(@activities::uuid[], @revisions::int[]) WITH ORDINALITY AS i (activity_id, revision, number)
		JOIN revision_activities ra ON ra.activity_id = i.activity_id AND ra.kind = 'practice'
		JOIN courses c ON c.id = ra.course_id AND ra.revision IN (c.revision, i.revision)
		JOIN revision_lessons l ON l.lesson_id = ra.lesson_id AND l.revision = ra.revision
		CROSS JOIN LATERAL (SELECT a AS activity FROM jsonb_array_elements(l.activities) a WHERE a->>'id' = i.activity_id::text) x
		WHERE c.revision IS NOT NULL AND (c.state = 'published' AND l.preview OR may_learn(@viewer, c.id) AND NOT is_barred(@viewer, l.lesson_id))
		ORDER BY i.number, ra.revision = i.revision DESC`, pgx.NamedArgs{"activities": activities, "revisions": revisions, "viewer": viewer})
	if err != nil {
		return nil, pg.Translate(err, "practices of", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[practiceRow])
	found := make(map[int]*practiceRow, len(list))
	for _, r := range list {
		found[r.Number] = r
	}
	return found, pg.Translate(err, "practices of", viewer)
}

func (s *Service) addAttempt(ctx context.Context, q pg.Querier, viewer uuid.UUID, row *practiceRow, a Attempt, v verdict) error {
	answer, err := json.Marshal(struct {
		Order []uuid.UUID `json:"order,omitempty"`
		Picks []Pick      `json:"picks,omitempty"`
	}{a.Order, a.Picks})
	if err != nil {
		return err
	}
	at := a.At
	if now := s.now(); at.After(now) {
		at = now
	}
	_, err = q.Exec(ctx, `
		INSERT INTO exercise_attempts (account_id, id, course_id, activity_id, exercise_id, revision, answer, right_count, total, passed, at)
		VALUES (@viewer, @id, @course, @activity, @exercise, @revision, @answer, @right, @total, @passed, greatest(@at::timestamptz, '2020-01-01'))
		ON CONFLICT DO NOTHING`, pgx.NamedArgs{"viewer": viewer, "id": a.ID, "course": row.CourseID, "activity": a.ActivityID, "exercise": a.ExerciseID,
		"revision": row.Revision, "answer": string(answer), "right": v.right, "total": v.total, "passed": v.passed, "at": at})
	return pg.Translate(err, "attempt", a.ID)
}

// completePractice notes that a practice is done if every exercise that it now has was passed.
func completePractice(ctx context.Context, q pg.Querier, viewer, course, activity uuid.UUID) error {
	_, err := q.Exec(ctx, insertDone+`
		FROM revision_activities ra JOIN courses c ON c.id = ra.course_id AND c.revision = ra.revision
		JOIN revision_lessons l ON l.lesson_id = ra.lesson_id AND l.revision = ra.revision
		WHERE ra.activity_id = @activity AND NOT EXISTS (
			SELECT FROM jsonb_array_elements(l.activities) a, jsonb_array_elements(a->'content'->'exercises') e
			WHERE a->>'id' = @activity::text AND NOT EXISTS (
				SELECT FROM exercise_attempts t WHERE t.account_id = @viewer AND t.activity_id = @activity AND t.passed AND t.exercise_id = (e->>'id')::uuid))`+onDone,
		pgx.NamedArgs{"viewer": viewer, "course": course, "activity": activity})
	return pg.Translate(err, "progress of", viewer)
}

// insertDone and onDone, around what the row depends on, note an activity as done in the learner's progress: a union
// like every report, so once is as good as twice.
const (
	insertDone = `
		INSERT INTO progress AS p (account_id, course_id, activity_id, watched, position_at)
		SELECT @viewer, @course, @activity, '{[0,1)}', now() `
	onDone = `
		ON CONFLICT (account_id, course_id, activity_id) DO UPDATE SET watched = p.watched + excluded.watched, updated_at = now(),
			position_at = greatest(p.position_at, excluded.position_at)`
)

// passedExercises lists the exercises that a learner has passed, of some activities.
func passedExercises(ctx context.Context, q pg.Querier, viewer uuid.UUID, activities []uuid.UUID) ([]uuid.UUID, error) {
	if viewer == uuid.Nil || len(activities) == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, `
		SELECT DISTINCT t.exercise_id FROM exercise_attempts t WHERE t.account_id = @viewer AND t.activity_id = ANY (@activities) AND t.passed`,
		pgx.NamedArgs{"viewer": viewer, "activities": activities})
	if err != nil {
		return nil, pg.Translate(err, "exercises of", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	return list, pg.Translate(err, "exercises of", viewer)
}
