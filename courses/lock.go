package courses

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// The safety lock. A sitting asks for each safety phrase of a task by ear; a wrong answer brings the phrase back later in
// the same sitting, and when each was right the sitting is passed. Two sittings passed on different days open the task. The
// server picks the questions, keeps what is right to itself and says what time it is.

const (
	lockDays = 2
	// mostChoices is how many actions a question offers.
	mostChoices = 4
	// sittingLasts is how long after its beginning a sitting can be passed: it is one occasion.
	sittingLasts = 2 * time.Hour
)

// Lock is how far a learner has come with the safety lock of a task.
type Lock struct {
	Open        bool       `json:"open"`
	DaysPassed  int        `json:"daysPassed" minimum:"0"`
	DaysNeeded  int        `json:"daysNeeded"`
	PassedToday bool       `json:"passedToday" doc:"The next sitting that counts is tomorrow's."`
	NextAt      *time.Time `json:"nextAt,omitempty" doc:"When the learner's next day begins, once today's sitting is passed."`
	Phrases     int        `json:"phrases" doc:"How many there are."`
}

// Sitting is a sitting as its learner sees it: one question, never its answer.
type Sitting struct {
	ID       uuid.UUID `json:"id" format:"uuid"`
	Right    int       `json:"right" doc:"Phrases that were understood."`
	Phrases  int       `json:"phrases"`
	Passed   bool      `json:"passed"`
	Question *Question `json:"question,omitempty" doc:"Absent once the sitting is passed."`
	Lock     Lock      `json:"lock"`
}

// Question is a phrase to be heard with actions to choose among. It holds no word of the phrase.
type Question struct {
	ID      uuid.UUID `json:"id" format:"uuid"`
	AssetID uuid.UUID `json:"assetId" format:"uuid" doc:"The video that the phrase is heard in."`
	StartMs int       `json:"startMs"`
	EndMs   int       `json:"endMs"`
	Again   bool      `json:"again" doc:"It was answered wrong before in this sitting."`
	Choices []Choice  `json:"choices" maxItems:"4"`
}

// Choice is an action under a name that is good for one question.
type Choice struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	Text    localize.Text `json:"text" doc:"In no kind of Chinese."`
	Picture string        `json:"picture,omitempty" doc:"An address; asset:<uuid> inside of the server."`
}

// Answered is what an answer came to. Only now the phrase may be read.
type Answered struct {
	Correct bool          `json:"correct"`
	Text    string        `json:"text" doc:"The phrase, in Chinese."`
	Meaning localize.Text `json:"meaning"`
	Sitting Sitting       `json:"sitting"`
}

// taskRow is a task of a current revision that the viewer may learn.
type taskRow struct {
	CourseID    uuid.UUID
	LessonID    uuid.UUID
	LessonTitle localize.Text
	CourseSlug  string
	CourseTitle localize.Text
	Languages   []string
	Title       localize.Text
	Content     Content
	DaysPassed  int
	LastDay     *time.Time // of a passed sitting
	TimeZone    string     // of the first sitting; "" before it
	Enrolled    bool
	RunID       *uuid.UUID
}

func loadTask(ctx context.Context, q pg.Querier, viewer, activity uuid.UUID) (taskRow, error) {
	rows, err := q.Query(ctx, `
		SELECT c.id AS course_id, ra.lesson_id, c.slug AS course_slug, v.course->'title' AS course_title,
		       ARRAY(SELECT jsonb_array_elements_text(v.course->'languages')) AS languages,
		       coalesce(jsonb_path_query_first(v.outline, '$.units[*].lessons[*] ? (@.id == $id).title', jsonb_build_object('id', l.lesson_id)), '{}') AS lesson_title,
		       a->'title' AS title, a->'content' AS content, lock_days(@viewer, @activity) AS days_passed,
		       (SELECT max(s.passed_on) FROM lock_sittings s WHERE s.account_id = @viewer AND s.activity_id = @activity) AS last_day,
		       coalesce((SELECT s.time_zone FROM lock_sittings s WHERE s.account_id = @viewer AND s.activity_id = @activity ORDER BY s.started_at, s.id LIMIT 1), '') AS time_zone,
		       e.id IS NOT NULL AS enrolled, e.run_id
		FROM revision_activities ra JOIN courses c ON c.id = ra.course_id AND c.revision = ra.revision
		JOIN revision_lessons l ON l.lesson_id = ra.lesson_id AND l.revision = ra.revision
		JOIN revisions v ON v.course_id = c.id AND v.number = c.revision
		CROSS JOIN LATERAL jsonb_array_elements(l.activities) a
		LEFT JOIN enrolments e ON e.account_id = @viewer AND e.course_id = c.id AND e.left_at IS NULL
		WHERE ra.activity_id = @activity AND ra.kind = 'task' AND a->>'id' = ra.activity_id::text AND may_learn(@viewer, c.id)
		  AND NOT is_barred(@viewer, ra.lesson_id)`,
		pgx.NamedArgs{"viewer": viewer, "activity": activity})
	if err != nil {
		return taskRow{}, pg.Translate(err, "task", activity)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[taskRow])
	if err == nil && row.Content.Task == nil {
		return taskRow{}, fault.NewNotFound("task")
	}
	return row, pg.Translate(err, "task", activity)
}

// lock is how far the learner has come, at a time of the server's clock.
func (r taskRow) lock(now time.Time) Lock {
	l := Lock{Open: r.DaysPassed >= lockDays, DaysPassed: min(r.DaysPassed, lockDays), DaysNeeded: lockDays, Phrases: len(r.Content.Task.Phrases)}
	zone := zoneOf(r.TimeZone)
	if r.LastDay != nil && !dayIn(now, zone).After(r.LastDay.UTC()) {
		l.PassedToday = true
		y, m, d := now.In(zone).Date()
		next := time.Date(y, m, d+1, 0, 0, 0, 0, zone)
		l.NextAt = &next
	}
	return l
}

// zoneOf is a time zone by name; one that is unknown now is UTC.
func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// dayIn is the date somewhere, as midnight UTC.
func dayIn(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Sit begins a sitting under an id of the client and asks its first question; called again it answers where the sitting is.
// The time zone says when the learner's day ends; that of the first sitting of a task stays.
func (s *Service) Sit(ctx context.Context, viewer, activity, id uuid.UUID, timeZone string) (Sitting, error) {
	if _, err := time.LoadLocation(timeZone); err != nil || timeZone == "" || timeZone == "Local" {
		return Sitting{}, fault.NewInvalid("timeZone", "unknown_time_zone", "%.60q is no time zone such as Africa/Lusaka.", timeZone)
	}
	if err := checkNewID(id); err != nil {
		return Sitting{}, err
	}
	var answer Sitting
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		task, err := loadTask(ctx, tx, viewer, activity)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO lock_sittings (id, account_id, course_id, activity_id, time_zone, started_at)
			VALUES (@id, @viewer, @course, @activity, @zone, @now) ON CONFLICT DO NOTHING`,
			pgx.NamedArgs{"id": id, "viewer": viewer, "course": task.CourseID, "activity": activity, "zone": timeZone, "now": s.now()})
		if err != nil {
			return pg.Translate(err, "sitting", id)
		}
		answer, err = s.resume(ctx, tx, task, viewer, activity, id)
		return err
	})
	return answer, err
}

// askRow is a question of a sitting.
type askRow struct {
	Number   int
	ID       uuid.UUID
	PhraseID uuid.UUID
	Choices  []namedChoice
	AnswerID *uuid.UUID
	Correct  *bool
}

// namedChoice ties the name that a learner sees to the phrase or decoy whose meaning it shows.
type namedChoice struct {
	ID uuid.UUID `json:"id"`
	Of uuid.UUID `json:"of"`
}

// lockSitting locks a sitting of the viewer, so that its answers come one after the other.
func lockSitting(ctx context.Context, q pg.Querier, viewer, activity, id uuid.UUID) (startedAt time.Time, passedAt *time.Time, asks []askRow, err error) {
	args := pgx.NamedArgs{"viewer": viewer, "activity": activity, "id": id}
	err = q.QueryRow(ctx, `
		SELECT s.started_at, s.passed_at FROM lock_sittings s
		WHERE s.id = @id AND s.account_id = @viewer AND s.activity_id = @activity FOR UPDATE`, args).Scan(&startedAt, &passedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return startedAt, nil, nil, fault.NewNotFound("sitting")
	}
	if err != nil {
		return startedAt, nil, nil, pg.Translate(err, "sitting", id)
	}
	rows, err := q.Query(ctx, `
		SELECT a.number, a.id, a.phrase_id, a.choices, a.answer_id, a.correct FROM lock_asks a WHERE a.sitting_id = @id ORDER BY a.number`, args)
	if err != nil {
		return startedAt, nil, nil, pg.Translate(err, "sitting", id)
	}
	asks, err = pgx.CollectRows(rows, pgx.RowToStructByName[askRow])
	return startedAt, passedAt, asks, pg.Translate(err, "sitting", id)
}

// resume answers a sitting with its open question, and asks the next one when none is open.
func (s *Service) resume(ctx context.Context, q pg.Querier, task taskRow, viewer, activity, id uuid.UUID) (Sitting, error) {
	started, passedAt, asks, err := lockSitting(ctx, q, viewer, activity, id)
	if err != nil {
		return Sitting{}, err
	}
	phrases := task.Content.Task.Phrases
	answer := Sitting{ID: id, Phrases: len(phrases), Passed: passedAt != nil}
	left, missed := remaining(phrases, asks)
	answer.Right = len(phrases) - len(left)
	switch {
	case passedAt != nil:
		answer.Right = len(phrases)
	case s.now().Sub(started) > sittingLasts:
		return Sitting{}, fault.New(fault.Conflict, "sitting_over", "This sitting was too long ago; begin a new one.")
	case len(left) == 0:
		if err := s.pass(ctx, q, &task, viewer, activity, id); err != nil {
			return Sitting{}, err
		}
		answer.Passed = true
	default:
		open := openAsk(asks, phrases)
		if open == nil {
			if open, err = ask(ctx, q, id, task.Content.Task, left, len(asks)); err != nil {
				return Sitting{}, err
			}
		}
		answer.Question = task.Content.Task.question(*open, missed[open.PhraseID])
	}
	answer.Lock = task.lock(s.now())
	return answer, nil
}

// remaining lists the phrases that were not understood yet: those never asked first, in the order of the draw, then those
// that went wrong, the longest ago first. And it tells which went wrong.
func remaining(phrases []Phrase, asks []askRow) (left []uuid.UUID, missed map[uuid.UUID]bool) {
	right, last := map[uuid.UUID]bool{}, map[uuid.UUID]int{}
	missed = map[uuid.UUID]bool{}
	for _, a := range asks {
		if a.Correct == nil {
			continue
		}
		right[a.PhraseID] = right[a.PhraseID] || *a.Correct
		last[a.PhraseID] = a.Number
		missed[a.PhraseID] = missed[a.PhraseID] || !*a.Correct
	}
	var wrong []uuid.UUID
	for _, p := range phrases {
		switch {
		case right[p.ID]:
		case missed[p.ID]:
			wrong = append(wrong, p.ID)
		default:
			left = append(left, p.ID)
		}
	}
	rand.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
	for i := range wrong {
		for j := i + 1; j < len(wrong); j++ {
			if last[wrong[j]] < last[wrong[i]] {
				wrong[i], wrong[j] = wrong[j], wrong[i]
			}
		}
	}
	return append(left, wrong...), missed
}

// openAsk is the question that waits for its answer; one about a phrase that is gone by now does not.
func openAsk(asks []askRow, phrases []Phrase) *askRow {
	for i := range asks {
		if asks[i].Correct == nil && phraseOf(phrases, asks[i].PhraseID) != nil {
			return &asks[i]
		}
	}
	return nil
}

func phraseOf(phrases []Phrase, id uuid.UUID) *Phrase {
	for i := range phrases {
		if phrases[i].ID == id {
			return &phrases[i]
		}
	}
	return nil
}

// ask draws the next question: the first phrase that is left, and other actions beside the right one.
func ask(ctx context.Context, q pg.Querier, sitting uuid.UUID, task *Task, left []uuid.UUID, asked int) (*askRow, error) {
	a := askRow{Number: asked + 1, ID: uuid.New(), PhraseID: left[0]}
	var others []uuid.UUID
	for _, p := range task.Phrases {
		if p.ID != a.PhraseID {
			others = append(others, p.ID)
		}
	}
	for _, d := range task.Decoys {
		others = append(others, d.ID)
	}
	rand.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	for _, of := range append([]uuid.UUID{a.PhraseID}, others[:min(len(others), mostChoices-1)]...) {
		a.Choices = append(a.Choices, namedChoice{ID: uuid.New(), Of: of})
	}
	rand.Shuffle(len(a.Choices), func(i, j int) { a.Choices[i], a.Choices[j] = a.Choices[j], a.Choices[i] })
	_, err := q.Exec(ctx, `INSERT INTO lock_asks (sitting_id, number, id, phrase_id, choices) VALUES (@sitting, @number, @id, @phrase, @choices)`,
		pgx.NamedArgs{"sitting": sitting, "number": a.Number, "id": a.ID, "phrase": a.PhraseID, "choices": a.Choices})
	return &a, pg.Translate(err, "sitting", sitting)
}

// question is a drawn question as its learner gets it.
func (t *Task) question(a askRow, again bool) *Question {
	p := phraseOf(t.Phrases, a.PhraseID)
	shown := &Question{ID: a.ID, StartMs: p.StartMs, EndMs: p.EndMs, Again: again, Choices: []Choice{}}
	if p.AssetID != nil {
		shown.AssetID = *p.AssetID
	}
	for _, c := range a.Choices {
		choice := Choice{ID: c.ID, Text: localize.Text{}}
		if of := phraseOf(t.Phrases, c.Of); of != nil {
			choice.Text, choice.Picture = readable(of.Meaning), of.Picture
		}
		for _, d := range t.Decoys {
			if d.ID == c.Of {
				choice.Text = readable(d.Text)
			}
		}
		if len(choice.Text) > 0 {
			shown.Choices = append(shown.Choices, choice)
		}
	}
	return shown
}

// pass notes that the sitting is passed, on the day that it is where the learner first sat.
func (s *Service) pass(ctx context.Context, q pg.Querier, task *taskRow, viewer, activity, id uuid.UUID) error {
	now := s.now()
	day := dayIn(now, zoneOf(task.TimeZone))
	err := q.QueryRow(ctx, `
		WITH passed AS (UPDATE lock_sittings SET passed_at = @now, passed_on = @day WHERE id = @id RETURNING passed_on)
		SELECT count(DISTINCT d)::int FROM (
			SELECT passed_on AS d FROM passed UNION SELECT s.passed_on FROM lock_sittings s
			WHERE s.account_id = @viewer AND s.activity_id = @activity AND s.passed_on IS NOT NULL) days`,
		pgx.NamedArgs{"now": now, "day": day.Format(time.DateOnly), "id": id, "viewer": viewer, "activity": activity}).Scan(&task.DaysPassed)
	task.LastDay = &day
	return pg.Translate(err, "sitting", id)
}

// LockAnswer is a learner's answer to a question of a sitting.
type LockAnswer struct {
	QuestionID uuid.UUID `json:"questionId" format:"uuid"`
	ChoiceID   uuid.UUID `json:"choiceId" format:"uuid"`
}

// AnswerLock takes an answer under an id of the client; sent again it changes nothing and is answered as it was. Conflict
// question_over when the question has been answered otherwise.
func (s *Service) AnswerLock(ctx context.Context, viewer, activity, sitting, id uuid.UUID, in LockAnswer) (Answered, error) {
	var answer Answered
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		task, err := loadTask(ctx, tx, viewer, activity)
		if err != nil {
			return err
		}
		_, passedAt, asks, err := lockSitting(ctx, tx, viewer, activity, sitting)
		if err != nil {
			return err
		}
		a := askNamed(asks, in.QuestionID)
		if a == nil {
			return fault.NewInvalid("questionId", "unknown_question", "The sitting has no such question.")
		}
		if phraseOf(task.Content.Task.Phrases, a.PhraseID) == nil {
			return fault.New(fault.Conflict, "question_over", "This phrase has just been changed; go on with the next one.")
		}
		if a.Correct == nil && passedAt == nil {
			if err := s.settle(ctx, tx, a, id, in.ChoiceID); err != nil {
				return err
			}
		} else if a.AnswerID == nil || *a.AnswerID != id {
			return fault.New(fault.Conflict, "question_over", "This question has been answered already.")
		}
		p := phraseOf(task.Content.Task.Phrases, a.PhraseID)
		answer = Answered{Correct: *a.Correct, Text: p.Text, Meaning: p.Meaning}
		answer.Sitting, err = s.resume(ctx, tx, task, viewer, activity, sitting)
		return err
	})
	return answer, err
}

func askNamed(asks []askRow, id uuid.UUID) *askRow {
	for i := range asks {
		if asks[i].ID == id {
			return &asks[i]
		}
	}
	return nil
}

// settle writes the answer to a question.
func (s *Service) settle(ctx context.Context, q pg.Querier, a *askRow, answer, choice uuid.UUID) error {
	known, correct := false, false
	for _, c := range a.Choices {
		if c.ID == choice {
			known, correct = true, c.Of == a.PhraseID
		}
	}
	if !known {
		return fault.NewInvalid("choiceId", "unknown_choice", "The question has no such choice.")
	}
	a.AnswerID, a.Correct = &answer, &correct
	_, err := q.Exec(ctx, `UPDATE lock_asks SET answer_id = @answer, chosen = @choice, correct = @correct, answered_at = @now WHERE id = @id`,
		pgx.NamedArgs{"id": a.ID, "answer": answer, "choice": choice, "correct": correct, "now": s.now()})
	return pg.Translate(err, "question", a.ID)
}
