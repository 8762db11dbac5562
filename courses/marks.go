package courses

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// The two sides of a task. Each has its own marks; neither is worked out from the other, and nothing adds them up.
const (
	sideLanguage = "language"
	sideSkill    = "skill"
)

// markLevels are the levels of an item, by side: the first one does not pass.
var markLevels = map[string][]string{
	sideLanguage: {"notYet", "withHelp", "alone"},
	sideSkill:    {"notMet", "met"},
}

// ItemResult is how one item of a task was done.
type ItemResult struct {
	ItemID uuid.UUID `json:"itemId" format:"uuid"`
	Level  string    `json:"level" enum:"notYet,withHelp,alone,notMet,met" doc:"notYet, withHelp, alone of language; notMet, met of skill."`
}

// NewMark is a mark to be given.
type NewMark struct {
	Side    string       `json:"side" enum:"language,skill"`
	Results []ItemResult `json:"results" minItems:"1" maxItems:"20" doc:"Every item of the side, each once."`
	Comment string       `json:"comment,omitempty" maxLength:"2000"`
}

// RunTask is a practical task of a run's course.
type RunTask struct {
	ID        uuid.UUID     `json:"id" format:"uuid"`
	Title     localize.Text `json:"title"`
	Lesson    localize.Text `json:"lesson"`
	Checklist []TaskItem    `json:"checklist"`
	CanDo     []TaskItem    `json:"canDo"`
}

// LearnerTask is how far a learner of a run has come with a task.
type LearnerTask struct {
	AccountID  uuid.UUID    `json:"accountId" format:"uuid"`
	Name       string       `json:"name"`
	TaskID     uuid.UUID    `json:"taskId" format:"uuid"`
	DaysPassed int          `json:"daysPassed" doc:"Of the safety lock."`
	ToMark     []string     `json:"toMark" doc:"Sides that wait for a mark: language, skill."`
	Language   *Mark        `json:"language,omitempty" doc:"The mark that stands."`
	Skill      *Mark        `json:"skill,omitempty" doc:"The mark that stands."`
	Handed     []Submission `json:"handed" doc:"What was handed in, the newest first."`
}

// RunTasks are the practical tasks of a run.
type RunTasks struct {
	Languages []string      `json:"languages"`
	Tasks     []RunTask     `json:"tasks" doc:"In the order of the course."`
	Learners  []LearnerTask `json:"learners" doc:"Of whoever has begun a task; what waits for a mark first, the longest waiting first."`
}

// RunTasks returns the tasks of a run and what its learners handed in. NotFound unless the viewer may teach the run.
func (s *Service) RunTasks(ctx context.Context, viewer, run uuid.UUID) (RunTasks, error) {
	answer := RunTasks{Tasks: []RunTask{}, Learners: []LearnerTask{}}
	args := pgx.NamedArgs{"viewer": viewer, "run": run}
	var course uuid.UUID
	err := s.db.QueryRow(ctx, `
		SELECT c.id, ARRAY(SELECT jsonb_array_elements_text(v.course->'languages'))
		FROM runs r JOIN courses c ON c.id = r.course_id JOIN revisions v ON v.course_id = c.id AND v.number = c.revision
		WHERE r.id = @run AND may_teach(@viewer, r.id)`, args).Scan(&course, &answer.Languages)
	if err != nil {
		return answer, pg.Translate(err, "run", run)
	}
	args["course"] = course
	if answer.Tasks, err = runTasks(ctx, s.db, args); err != nil {
		return answer, err
	}
	answer.Learners, err = learnerTasks(ctx, s.db, args)
	return answer, err
}

// taskInRun is a row of the tasks of a run's course.
type taskInRun struct {
	ID      uuid.UUID
	Title   localize.Text
	Lesson  localize.Text
	Content Content
}

func runTasks(ctx context.Context, q pg.Querier, args pgx.NamedArgs) ([]RunTask, error) {
	rows, err := q.Query(ctx, `
		SELECT (a->>'id')::uuid AS id, a->'title' AS title, a->'content' AS content,
		       coalesce(jsonb_path_query_first(v.outline, '$.units[*].lessons[*] ? (@.id == $id).title', jsonb_build_object('id', l.lesson_id)), '{}') AS lesson
		FROM courses c JOIN revisions v ON v.course_id = c.id AND v.number = c.revision
		JOIN revision_lessons l ON l.course_id = c.id AND l.revision = c.revision
		CROSS JOIN LATERAL jsonb_array_elements(l.activities) WITH ORDINALITY AS x (a, n)
		WHERE c.id = @course AND a->>'kind' = 'task' AND may_teach(@viewer, @run) ORDER BY l.position, x.n`, args)
	if err != nil {
		return nil, pg.Translate(err, "tasks of run", args["run"])
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (RunTask, error) {
		r, err := pgx.RowToStructByName[taskInRun](row)
		t := RunTask{ID: r.ID, Title: r.Title, Lesson: r.Lesson, Checklist: []TaskItem{}, CanDo: []TaskItem{}}
		if r.Content.Task != nil {
			t.Checklist, t.CanDo = r.Content.Task.Checklist, r.Content.Task.CanDo
		}
		return t, err
	})
	return notNil(list), pg.Translate(err, "tasks of run", args["run"])
}

// learnerTasks gathers what learners who are in the run now have begun.
func learnerTasks(ctx context.Context, q pg.Querier, args pgx.NamedArgs) ([]LearnerTask, error) {
	rows, err := q.Query(ctx, `
		SELECT a.id AS account_id, a.name, b.activity_id AS task_id, lock_days(a.id, b.activity_id) AS days_passed
		FROM enrolments e JOIN accounts a ON a.id = e.account_id
		JOIN LATERAL (SELECT DISTINCT s.activity_id FROM lock_sittings s WHERE s.account_id = a.id AND s.course_id = @course) b ON true
		WHERE e.run_id = @run AND e.left_at IS NULL AND may_teach(@viewer, e.run_id)
		ORDER BY a.name COLLATE "C", a.id LIMIT 5000`, args)
	if err != nil {
		return nil, pg.Translate(err, "tasks of run", args["run"])
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (LearnerTask, error) {
		l := LearnerTask{ToMark: []string{}, Handed: []Submission{}}
		err := row.Scan(&l.AccountID, &l.Name, &l.TaskID, &l.DaysPassed)
		return l, err
	})
	if err != nil {
		return nil, pg.Translate(err, "tasks of run", args["run"])
	}
	handed, err := submissions(ctx, q, `s.run_id = @run AND may_teach(@viewer, s.run_id)
		AND EXISTS (SELECT FROM enrolments e WHERE e.run_id = s.run_id AND e.account_id = s.account_id AND e.left_at IS NULL)`, args)
	if err != nil {
		return nil, err
	}
	type key struct{ account, task uuid.UUID }
	at := map[key]int{}
	for i, l := range list {
		at[key{l.AccountID, l.TaskID}] = i
	}
	for _, h := range handed {
		if i, found := at[key{h.AccountID, h.ActivityID}]; found {
			list[i].Handed = append(list[i].Handed, h.Submission)
		}
	}
	for i := range list {
		list[i].finish()
	}
	slices.SortStableFunc(list, func(a, b LearnerTask) int {
		switch {
		case (len(a.ToMark) > 0) != (len(b.ToMark) > 0):
			return len(b.ToMark) - len(a.ToMark)
		case len(a.ToMark) > 0:
			return a.Handed[0].CreatedAt.Compare(b.Handed[0].CreatedAt)
		}
		return 0
	})
	return notNil(list), nil
}

// finish works out which marks stand and which sides wait: one that was never marked, and one that did not pass when
// something newer was handed in.
func (l *LearnerTask) finish() {
	l.Language, l.Skill = standing(l.Handed)
	if len(l.Handed) == 0 {
		return
	}
	for _, side := range []struct {
		name string
		mark *Mark
	}{{sideLanguage, l.Language}, {sideSkill, l.Skill}} {
		if side.mark == nil || !side.mark.Passed && side.mark.CreatedAt.Before(l.Handed[0].CreatedAt) {
			l.ToMark = append(l.ToMark, side.name)
		}
	}
}

// MarkTask gives a submission a mark of one side, under an id of the client; sent again it changes nothing. The task counts as
// done for its learner once each side was passed by a mark of its own. NotFound unless the viewer may teach the run.
func (s *Service) MarkTask(ctx context.Context, viewer, submission, id uuid.UUID, in NewMark) (LearnerTask, error) {
	comment, err := evidenceRule.CleanString("comment", in.Comment)
	if err != nil {
		return LearnerTask{}, err
	}
	if err := checkNewID(id); err != nil {
		return LearnerTask{}, err
	}
	var answer LearnerTask
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		var row markedRow
		if row, err = loadMarked(ctx, tx, viewer, submission); err != nil {
			return err
		}
		passed, err := row.check(in)
		if err != nil {
			return err
		}
		args := pgx.NamedArgs{"id": id, "submission": submission, "side": in.Side, "results": in.Results, "passed": passed, "comment": comment,
			"teacher": viewer, "viewer": row.AccountID, "course": row.CourseID, "activity": row.ActivityID}
		tag, err := tx.Exec(ctx, `
			INSERT INTO task_marks (id, submission_id, side, results, passed, comment, marked_by)
			VALUES (@id, @submission, @side, @results, @passed, @comment, @teacher) ON CONFLICT DO NOTHING`, args)
		if err != nil {
			return pg.Translate(err, "mark", id)
		}
		if tag.RowsAffected() == 0 {
			if err := checkSameMark(ctx, tx, args); err != nil {
				return err
			}
		}
		if _, err = tx.Exec(ctx, insertDone+`WHERE (
			SELECT count(DISTINCT m.side) FROM task_marks m JOIN task_submissions s ON s.id = m.submission_id
			WHERE s.account_id = @viewer AND s.activity_id = @activity AND m.passed) = 2`+onDone, args); err != nil {
			return pg.Translate(err, "progress of", row.AccountID)
		}
		answer, err = row.answer(ctx, tx)
		return err
	})
	return answer, err
}

// checkSameMark refuses an id that is in use for another mark.
func checkSameMark(ctx context.Context, q pg.Querier, args pgx.NamedArgs) error {
	var same bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM task_marks WHERE id = @id AND submission_id = @submission AND side = @side AND marked_by = @teacher)`, args).Scan(&same)
	if err == nil && !same {
		return fault.New(fault.Conflict, "id_taken", "This id is in use; make a new one.")
	}
	return pg.Translate(err, "mark", args["id"])
}

// markedRow is a submission that the viewer may mark, with the task that it belongs to.
type markedRow struct {
	AccountID  uuid.UUID
	Name       string
	CourseID   uuid.UUID
	ActivityID uuid.UUID
	RunID      uuid.UUID
	DaysPassed int
	Content    Content
}

func loadMarked(ctx context.Context, q pg.Querier, viewer, submission uuid.UUID) (markedRow, error) {
	rows, err := q.Query(ctx, `
		SELECT s.account_id, n.name, s.course_id, s.activity_id, s.run_id, lock_days(s.account_id, s.activity_id) AS days_passed, a->'content' AS content
		FROM task_submissions s JOIN accounts n ON n.id = s.account_id JOIN courses c ON c.id = s.course_id
		JOIN revision_activities ra ON ra.activity_id = s.activity_id AND ra.revision = c.revision
		JOIN revision_lessons l ON l.lesson_id = ra.lesson_id AND l.revision = ra.revision
		CROSS JOIN LATERAL jsonb_array_elements(l.activities) a
		WHERE s.id = @id AND a->>'id' = s.activity_id::text AND s.run_id IS NOT NULL AND may_teach(@viewer, s.run_id) FOR UPDATE OF s`,
		pgx.NamedArgs{"id": submission, "viewer": viewer})
	if err != nil {
		return markedRow{}, pg.Translate(err, "submission", submission)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[markedRow])
	if err == nil && row.Content.Task == nil {
		return row, fault.NewNotFound("submission")
	}
	return row, pg.Translate(err, "submission", submission)
}

// check refuses a mark that does not say one thing of every item of its side; passed means that none has the lowest level.
func (r markedRow) check(in NewMark) (passed bool, err error) {
	items := r.Content.Task.CanDo
	if in.Side == sideSkill {
		items = r.Content.Task.Checklist
	}
	allowed := markLevels[in.Side]
	if allowed == nil {
		return false, fault.NewInvalid("side", "unknown_side", "A mark is of the language or of the skill.")
	}
	seen := map[uuid.UUID]bool{}
	passed = true
	for _, one := range in.Results {
		if !hasItem(items, one.ItemID) || seen[one.ItemID] || !slices.Contains(allowed, one.Level) {
			return false, fault.NewInvalid("results", "unknown_item", "Each item of the side has one result.")
		}
		seen[one.ItemID] = true
		passed = passed && one.Level != allowed[0]
	}
	if len(seen) != len(items) {
		return false, fault.NewInvalid("results", "incomplete", "Say of every item how it was done.")
	}
	return passed, nil
}

// answer is the learner's state after the mark.
func (r markedRow) answer(ctx context.Context, q pg.Querier) (LearnerTask, error) {
	l := LearnerTask{AccountID: r.AccountID, Name: r.Name, TaskID: r.ActivityID, DaysPassed: r.DaysPassed, ToMark: []string{}, Handed: []Submission{}}
	handed, err := submissions(ctx, q, `s.account_id = @account AND s.activity_id = @activity AND s.run_id = @run`,
		pgx.NamedArgs{"account": r.AccountID, "activity": r.ActivityID, "run": r.RunID})
	for _, h := range handed {
		l.Handed = append(l.Handed, h.Submission)
	}
	l.finish()
	return l, err
}
