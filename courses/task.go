package courses

import (
	"bytes"
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// TaskView is a practical task for its learner. Before the lock is open it says only how to open it.
type TaskView struct {
	ID        uuid.UUID     `json:"id" format:"uuid"`
	Title     localize.Text `json:"title"`
	LessonID  uuid.UUID     `json:"lessonId" format:"uuid"`
	Lesson    localize.Text `json:"lesson"`
	Course    CourseRef     `json:"course"`
	Languages []string      `json:"languages"`
	Lock      Lock          `json:"lock"`
	Enrolled  bool          `json:"enrolled" doc:"Only who is enrolled hands in."`
	Marked    bool          `json:"marked" doc:"The teachers of the learner's run mark it; else one checks oneself."`
	Work      *TaskWork     `json:"work,omitempty" doc:"The task itself; absent while the lock is shut."`
}

// TaskWork is what is behind the lock.
type TaskWork struct {
	HTML        localize.Text `json:"html" doc:"What to do: sanitised HTML per language."`
	Checklist   []TaskItem    `json:"checklist"`
	CanDo       []TaskItem    `json:"canDo"`
	Submissions []Submission  `json:"submissions" doc:"One's own, the newest first."`
	Language    *Mark         `json:"language,omitempty" doc:"The mark that stands."`
	Skill       *Mark         `json:"skill,omitempty" doc:"The mark that stands."`
	Files       []TaskFile    `json:"files" doc:"Sent and not handed in yet."`
}

// Submission is what a learner has handed in once.
type Submission struct {
	ID        uuid.UUID   `json:"id" format:"uuid"`
	Text      string      `json:"text"`
	Checked   []uuid.UUID `json:"checked" doc:"Items of the checklist that the learner says are met."`
	Files     []TaskFile  `json:"files"`
	CreatedAt time.Time   `json:"createdAt"`
	Marks     []Mark      `json:"marks" doc:"All that were given, the newest first."`
}

// TaskFile is a picture or a recording.
type TaskFile struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Type string    `json:"type" enum:"image/jpeg,image/png,image/webp,audio/webm,audio/mp4,audio/ogg"`
	Size int       `json:"size" doc:"Bytes."`
}

// Mark is a teacher's mark of one side of a task.
type Mark struct {
	ID        uuid.UUID    `json:"id" format:"uuid"`
	Side      string       `json:"side" enum:"language,skill"`
	Results   []ItemResult `json:"results"`
	Passed    bool         `json:"passed" doc:"Language: nothing is notYet. Skill: everything is met."`
	Comment   string       `json:"comment"`
	By        string       `json:"by" doc:"The teacher's name; empty once the account is gone."`
	CreatedAt time.Time    `json:"createdAt"`
}

// Task returns a task for its learner. NotFound unless the viewer may learn it.
func (s *Service) Task(ctx context.Context, viewer, activity uuid.UUID) (TaskView, error) {
	row, err := loadTask(ctx, s.db, viewer, activity)
	if err != nil {
		return TaskView{}, err
	}
	v := TaskView{ID: activity, Title: row.Title, LessonID: row.LessonID, Lesson: row.LessonTitle, Languages: row.Languages, Lock: row.lock(s.now()),
		Course: CourseRef{ID: row.CourseID, Slug: row.CourseSlug, Title: row.CourseTitle}, Enrolled: row.Enrolled, Marked: row.RunID != nil}
	if !v.Lock.Open {
		return v, nil
	}
	t := row.Content.Task
	w := TaskWork{HTML: t.Description, Checklist: t.Checklist, CanDo: t.CanDo}
	found, err := submissions(ctx, s.db, `s.account_id = @viewer AND s.activity_id = @activity AND may_do_task(@viewer, s.course_id, s.activity_id)`,
		pgx.NamedArgs{"viewer": viewer, "activity": activity})
	if err != nil {
		return TaskView{}, err
	}
	w.Submissions = []Submission{}
	for _, f := range found {
		w.Submissions = append(w.Submissions, f.Submission)
	}
	w.Language, w.Skill = standing(w.Submissions)
	w.Files, err = looseFiles(ctx, s.db, viewer, activity)
	v.Work = &w
	return v, err
}

// standing are the newest marks of either side, whichever submission they were given to.
func standing(list []Submission) (language, skill *Mark) {
	for i := range list {
		for j := range list[i].Marks {
			m := &list[i].Marks[j]
			side := &language
			if m.Side == sideSkill {
				side = &skill
			}
			if *side == nil || m.CreatedAt.After((*side).CreatedAt) {
				*side = m
			}
		}
	}
	return language, skill
}

// submissionRow is a submission with whose it is.
type submissionRow struct {
	Submission
	AccountID  uuid.UUID
	Name       string
	ActivityID uuid.UUID
	CourseID   uuid.UUID
}

// submissions reads those that hold to a condition, the newest first, with all that hangs on them.
func submissions(ctx context.Context, q pg.Querier, condition string, args pgx.NamedArgs) ([]submissionRow, error) {
	rows, err := q.Query(ctx, `
		SELECT s.id, s.text, s.checked, s.created_at, s.account_id, a.name, s.activity_id, s.course_id,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'type', f.type, 'size', length(f.bytes)) ORDER BY f.created_at, f.id)
		                 FROM task_files f WHERE f.submission_id = s.id), '[]') AS files,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('id', m.id, 'side', m.side, 'results', m.results, 'passed', m.passed, 'comment', m.comment,
		                                  'by', coalesce(t.name, ''), 'createdAt', m.created_at) ORDER BY m.created_at DESC, m.id DESC)
		                 FROM task_marks m LEFT JOIN accounts t ON t.id = m.marked_by WHERE m.submission_id = s.id), '[]') AS marks
		FROM task_submissions s JOIN accounts a ON a.id = s.account_id
		WHERE `+condition+` ORDER BY s.created_at DESC, s.id DESC LIMIT 2000`, args)
	if err != nil {
		return nil, pg.Translate(err, "submissions", "")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[submissionRow])
	return list, pg.Translate(err, "submissions", "")
}

func looseFiles(ctx context.Context, q pg.Querier, viewer, activity uuid.UUID) ([]TaskFile, error) {
	rows, err := q.Query(ctx, `
		SELECT f.id, f.type, length(f.bytes)::int AS size FROM task_files f
		WHERE f.account_id = @viewer AND f.activity_id = @activity AND f.submission_id IS NULL ORDER BY f.created_at, f.id`,
		pgx.NamedArgs{"viewer": viewer, "activity": activity})
	if err != nil {
		return nil, pg.Translate(err, "files of", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[TaskFile])
	return notNil(list), pg.Translate(err, "files of", viewer)
}

const (
	// MaxTaskFile is the size in bytes of one picture or recording: a minute of speech, a picture of 1600 pixels.
	MaxTaskFile = 1 << 20
	// maxTaskFiles is how many a learner may have sent and not handed in, and how many one submission has.
	maxTaskFiles = 4
	// maxSubmissions is how often a learner may hand in one task.
	maxSubmissions = 50
)

// signatures are how files of the types that are taken begin, at an offset.
var signatures = []struct {
	mime string
	at   int
	mark string
}{
	{"image/jpeg", 0, "\xff\xd8\xff"}, {"image/png", 0, "\x89PNG\r\n\x1a\n"}, {"image/webp", 8, "WEBP"},
	{"audio/webm", 0, "\x1a\x45\xdf\xa3"}, {"audio/mp4", 4, "ftyp"}, {"audio/ogg", 0, "OggS"},
}

// typeOf recognises a file by how it begins; "" = none that is taken.
func typeOf(data []byte) string {
	for _, s := range signatures {
		if len(data) >= s.at+len(s.mark) && bytes.Equal(data[s.at:s.at+len(s.mark)], []byte(s.mark)) {
			return s.mime
		}
	}
	return ""
}

// errShut says that the lock of a task is not open. Nothing else is told.
var errShut = fault.New(fault.Forbidden, "lock_shut", "Understand the safety phrases on two days first; then the task opens.")

// mayDo refuses who may not learn the task, and who has not opened its lock.
func mayDo(ctx context.Context, q pg.Querier, viewer, activity uuid.UUID) (taskRow, error) {
	row, err := loadTask(ctx, q, viewer, activity)
	if err == nil && row.DaysPassed < lockDays {
		return taskRow{}, errShut
	}
	return row, err
}

// PutTaskFile keeps a picture or a recording until it is handed in, under an id of the client; sent again it changes nothing.
// Forbidden lock_shut before the task is open.
func (s *Service) PutTaskFile(ctx context.Context, viewer, activity, id uuid.UUID, data []byte) (TaskFile, error) {
	mime := typeOf(data)
	switch {
	case len(data) > MaxTaskFile:
		return TaskFile{}, fault.NewInvalid("file", "too_long", "A file has at most %d bytes.", MaxTaskFile)
	case mime == "":
		return TaskFile{}, fault.NewInvalid("file", "unknown_type", "A file is a JPEG, PNG or WebP picture, or a WebM, MP4 or Ogg recording.")
	case id == uuid.Nil:
		return TaskFile{}, checkNewID(id)
	}
	file := TaskFile{ID: id, Type: mime, Size: len(data)}
	err := pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		if _, err := mayDo(ctx, tx, viewer, activity); err != nil {
			return err
		}
		args := pgx.NamedArgs{"viewer": viewer, "activity": activity, "id": id, "type": mime, "bytes": data, "most": maxTaskFiles}
		tag, err := tx.Exec(ctx, `
			INSERT INTO task_files (id, account_id, activity_id, type, bytes)
			SELECT @id, @viewer, @activity, @type, @bytes
			WHERE (SELECT count(*) FROM task_files f WHERE f.account_id = @viewer AND f.activity_id = @activity AND f.submission_id IS NULL) < @most
			ON CONFLICT DO NOTHING`, args)
		if err != nil || tag.RowsAffected() > 0 {
			return pg.Translate(err, "file", id)
		}
		var own bool
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM task_files WHERE id = @id AND account_id = @viewer AND activity_id = @activity)`, args).Scan(&own)
		if err == nil && !own {
			return fault.New(fault.Conflict, "files_full", "There is room for %d files; hand in, or take one away.", maxTaskFiles)
		}
		return pg.Translate(err, "file", id)
	})
	return file, err
}

// DeleteTaskFile takes away a file that was not handed in.
func (s *Service) DeleteTaskFile(ctx context.Context, viewer, activity, id uuid.UUID) error {
	_, err := s.db.Exec(ctx, `DELETE FROM task_files WHERE id = @id AND account_id = @viewer AND activity_id = @activity AND submission_id IS NULL`,
		pgx.NamedArgs{"id": id, "viewer": viewer, "activity": activity})
	return pg.Translate(err, "file", id)
}

// TaskFile returns a file to who sent it, and once it is handed in to the teachers of that run.
func (s *Service) TaskFile(ctx context.Context, viewer, id uuid.UUID) (mime string, data []byte, err error) {
	err = s.db.QueryRow(ctx, `
		SELECT f.type, f.bytes FROM task_files f LEFT JOIN task_submissions s ON s.id = f.submission_id
		WHERE f.id = @id AND (f.account_id = @viewer OR s.run_id IS NOT NULL AND may_teach(@viewer, s.run_id))`,
		pgx.NamedArgs{"id": id, "viewer": viewer}).Scan(&mime, &data)
	return mime, data, pg.Translate(err, "file", id)
}

// NewSubmission is what a learner hands in: words, files, or both.
type NewSubmission struct {
	Text    string      `json:"text" maxLength:"10000"`
	Files   []uuid.UUID `json:"files" maxItems:"4" doc:"Sent before."`
	Checked []uuid.UUID `json:"checked" maxItems:"20" doc:"Items of the checklist that are met."`
}

var evidenceRule = localize.Rule{MaxRunes: 10_000, Lines: true}

// Submit hands in a task under an id of the client; sent again it changes nothing. Forbidden lock_shut before the task is open,
// not_enrolled for who only looks at the course.
func (s *Service) Submit(ctx context.Context, viewer, activity, id uuid.UUID, in NewSubmission) (TaskView, error) {
	text, err := evidenceRule.CleanString("text", in.Text)
	if err != nil {
		return TaskView{}, err
	}
	if text == "" && len(in.Files) == 0 && len(in.Checked) == 0 {
		return TaskView{}, fault.NewInvalid("text", "required", "Write what you did, or add a picture or a recording.")
	}
	if len(in.Files) > maxTaskFiles {
		return TaskView{}, fault.NewInvalid("files", "too_many", "At most %d files fit.", maxTaskFiles)
	}
	if err := checkNewID(id); err != nil {
		return TaskView{}, err
	}
	err = pg.InTx(ctx, s.db, func(tx pgx.Tx) error {
		task, err := mayDo(ctx, tx, viewer, activity)
		if err != nil {
			return err
		}
		if !task.Enrolled {
			return fault.New(fault.Forbidden, "not_enrolled", "Enrol in the course to hand in its tasks.")
		}
		for _, c := range in.Checked {
			if !hasItem(task.Content.Task.Checklist, c) {
				return fault.NewInvalid("checked", "unknown_item", "The checklist has no such item.")
			}
		}
		return insertSubmission(ctx, tx, task, viewer, activity, id, NewSubmission{text, in.Files, in.Checked})
	})
	if err != nil {
		return TaskView{}, err
	}
	return s.Task(ctx, viewer, activity)
}

func hasItem(list []TaskItem, id uuid.UUID) bool {
	for _, i := range list {
		if i.ID == id {
			return true
		}
	}
	return false
}

func insertSubmission(ctx context.Context, q pg.Querier, task taskRow, viewer, activity, id uuid.UUID, in NewSubmission) error {
	args := pgx.NamedArgs{"id": id, "viewer": viewer, "course": task.CourseID, "activity": activity, "run": task.RunID, "text": in.Text,
		"checked": notNil(in.Checked), "files": notNil(in.Files), "most": maxSubmissions}
	tag, err := q.Exec(ctx, `
		INSERT INTO task_submissions (id, account_id, course_id, activity_id, run_id, text, checked)
		SELECT @id, @viewer, @course, @activity, @run, @text, @checked
		WHERE (SELECT count(*) FROM task_submissions s WHERE s.account_id = @viewer AND s.activity_id = @activity) < @most
		ON CONFLICT DO NOTHING`, args)
	if err != nil {
		return pg.Translate(err, "submission", id)
	}
	if tag.RowsAffected() == 0 {
		var own bool
		err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM task_submissions WHERE id = @id AND account_id = @viewer AND activity_id = @activity)`, args).Scan(&own)
		if err == nil && !own {
			return fault.New(fault.Conflict, "submissions_full", "This task was handed in %d times already.", maxSubmissions)
		}
		return pg.Translate(err, "submission", id)
	}
	tag, err = q.Exec(ctx, `
		UPDATE task_files SET submission_id = @id WHERE id = ANY (@files) AND account_id = @viewer AND activity_id = @activity AND submission_id IS NULL`, args)
	if err == nil && int(tag.RowsAffected()) != len(in.Files) {
		return fault.NewInvalid("files", "no_such_file", "A file has not arrived, or was handed in before.")
	}
	if err != nil || task.RunID != nil || len(in.Checked) < len(task.Content.Task.Checklist) {
		return pg.Translate(err, "submission", id)
	}
	// Nobody marks it: it is done once its learner says that all of it is met.
	_, err = q.Exec(ctx, insertDone+onDone, args)
	return pg.Translate(err, "progress of", viewer)
}
