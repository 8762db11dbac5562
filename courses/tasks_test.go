package courses

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// taskCourse is a published course with a video and a task whose phrases are heard in it.
type taskCourse struct {
	id, lesson, activity, run uuid.UUID
	task                      Task
}

const secretWork = "Restart the lathe by the book."

func (w *world) publishTask(format string) taskCourse {
	w.Helper()
	c := taskCourse{id: w.newCourse(format), activity: newID()}
	c.lesson = w.newLesson(w.newUnit(c.id, "vocational"), false)
	asset := w.addVideo(w.institution, 60)
	must(w.CreateActivity(w.Context(), w.author, newID(), NewActivity{LessonID: c.lesson, Kind: "video", AssetID: &asset}))(w)
	item := func(text string) TaskItem { return TaskItem{ID: newID(), Text: en(text)} }
	c.task = Task{Description: en(secretWork), Decoys: []TaskItem{item("Clean the floor"), item("Go home")},
		Checklist: []TaskItem{item("Goggles on"), item("Door shut")}, CanDo: []TaskItem{item("Can say the steps")}}
	for i, text := range []string{"按下急停按钮", "戴好护目镜"} {
		c.task.Phrases = append(c.task.Phrases, Phrase{ID: newID(), Text: text, Meaning: localize.Text{"en": "Meaning " + string(rune('A'+i)), "zh-CN": text},
			AssetID: &asset, StartMs: 1000 * i, EndMs: 1000*i + 900})
	}
	must(w.CreateActivity(w.Context(), w.author, c.activity, NewActivity{LessonID: c.lesson, Kind: "task", Title: en("Task"), Body: body(c.task)}))(w)
	must(w.Publish(w.Context(), w.author, c.id))(w)
	if format == "mooc" {
		c.run = w.newRun(c.id, 0, "teacher@example.org")
	}
	return c
}

func (w *world) join(viewer uuid.UUID, c taskCourse) {
	if c.run == uuid.Nil {
		w.enrol(viewer, c.id, nil)
		return
	}
	w.enrol(viewer, c.id, &c.run)
}

// right is the choice that means the phrase of a question; the answer is known to the database alone.
func (w *world) right(q *Question) uuid.UUID {
	return scan[uuid.UUID](w, `SELECT (c->>'id')::uuid FROM lock_asks a, jsonb_array_elements(a.choices) c WHERE a.id = $1 AND c->>'of' = a.phrase_id::text`, q.ID)
}

func (w *world) wrong(q *Question) uuid.UUID {
	right := w.right(q)
	for _, c := range q.Choices {
		if c.ID != right {
			return c.ID
		}
	}
	panic("one choice only")
}

// passSitting answers everything right and returns the sitting.
func (w *world) passSitting(viewer uuid.UUID, c taskCourse, zone string) Sitting {
	w.Helper()
	s := must(w.Sit(w.Context(), viewer, c.activity, newID(), zone))(w)
	for s.Question != nil {
		s = must(w.AnswerLock(w.Context(), viewer, c.activity, s.ID, newID(), LockAnswer{s.Question.ID, w.right(s.Question)}))(w).Sitting
	}
	return s
}

// openLock passes sittings on two days and leaves the clock there.
func (w *world) openLock(viewer uuid.UUID, c taskCourse) {
	w.Helper()
	w.passSitting(viewer, c, "UTC")
	at := w.Service.now().Add(24 * time.Hour)
	w.Service.now = func() time.Time { return at }
	if s := w.passSitting(viewer, c, "UTC"); !s.Lock.Open {
		w.Fatalf("still shut: %+v", s.Lock)
	}
}

func TestLock(t *testing.T) {
	w := setup(t)
	c := w.publishTask("mooc")
	w.join(w.learner, c)
	clock := time.Date(2026, 3, 1, 22, 30, 0, 0, time.UTC)
	w.Service.now = func() time.Time { return clock }

	t.Run("a shut task says how to open it and nothing else", func(t *testing.T) {
		v := must(w.Task(t.Context(), w.learner, c.activity))(w)
		if v.Work != nil || v.Lock.Open || v.Lock.DaysNeeded != 2 || v.Lock.Phrases != 2 {
			t.Errorf("%+v", v)
		}
	})
	t.Run("a question holds no word of its phrase, and its names tell nothing", func(t *testing.T) {
		s := must(w.Sit(t.Context(), w.learner, c.activity, newID(), "UTC"))(w)
		b, _ := json.Marshal(s)
		for _, word := range []string{"急停", "护目镜", "zh", c.task.Phrases[0].ID.String(), c.task.Phrases[1].ID.String(), c.task.Decoys[0].ID.String()} {
			if strings.Contains(string(b), word) {
				t.Errorf("the question tells %s: %s", word, b)
			}
		}
		if len(s.Question.Choices) != 4 || s.Question.EndMs <= s.Question.StartMs {
			t.Errorf("%+v", s.Question)
		}
	})
	t.Run("a wrong answer shows the phrase, asks it again later, and the sitting passes when each was right", func(t *testing.T) {
		id := newID()
		s := must(w.Sit(t.Context(), w.learner, c.activity, id, "UTC"))(w)
		first := s.Question
		a := must(w.AnswerLock(t.Context(), w.learner, c.activity, id, newID(), LockAnswer{first.ID, w.wrong(first)}))(w)
		if a.Correct || a.Text == "" || a.Sitting.Question.StartMs == first.StartMs || a.Sitting.Question.Again {
			t.Errorf("after a wrong answer: %+v", a)
		}
		second := a.Sitting.Question
		a = must(w.AnswerLock(t.Context(), w.learner, c.activity, id, newID(), LockAnswer{second.ID, w.right(second)}))(w)
		if !a.Correct || a.Sitting.Passed || a.Sitting.Question.StartMs != first.StartMs || !a.Sitting.Question.Again || a.Sitting.Question.ID == first.ID {
			t.Errorf("the missed phrase does not come back: %+v", a)
		}
		third := a.Sitting.Question
		name := newID()
		a = must(w.AnswerLock(t.Context(), w.learner, c.activity, id, name, LockAnswer{third.ID, w.right(third)}))(w)
		if !a.Sitting.Passed || a.Sitting.Lock.Open || a.Sitting.Lock.DaysPassed != 1 || !a.Sitting.Lock.PassedToday {
			t.Errorf("after all were right: %+v", a.Sitting)
		}
		again := must(w.AnswerLock(t.Context(), w.learner, c.activity, id, name, LockAnswer{third.ID, w.right(third)}))(w)
		if !again.Correct || again.Sitting.Lock.DaysPassed != 1 {
			t.Errorf("sent twice: %+v", again)
		}
		_, err := w.AnswerLock(t.Context(), w.learner, c.activity, id, newID(), LockAnswer{third.ID, w.wrong(third)})
		wantFault(t, err, fault.Conflict, "question_over")
	})
	t.Run("a second sitting on the same day does not open it, nor does moving to where it is tomorrow", func(t *testing.T) {
		s := w.passSitting(w.learner, c, "Pacific/Auckland")
		if s.Lock.Open || s.Lock.DaysPassed != 1 || s.Lock.NextAt == nil || !s.Lock.NextAt.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", s.Lock)
		}
	})
	t.Run("a sitting begun too long ago cannot be passed", func(t *testing.T) {
		id := newID()
		s := must(w.Sit(t.Context(), w.learner, c.activity, id, "UTC"))(w)
		clock = clock.Add(3 * time.Hour)
		_, err := w.AnswerLock(t.Context(), w.learner, c.activity, id, newID(), LockAnswer{s.Question.ID, w.right(s.Question)})
		wantFault(t, err, fault.Conflict, "sitting_over")
	})
	t.Run("a sitting on the next day opens it for good", func(t *testing.T) {
		if s := w.passSitting(w.learner, c, "UTC"); !s.Lock.Open {
			t.Errorf("%+v", s.Lock)
		}
		v := must(w.Task(t.Context(), w.learner, c.activity))(w)
		if v.Work == nil || !strings.Contains(v.Work.HTML.In("en"), secretWork) || len(v.Work.Checklist) != 2 || !v.Marked {
			t.Errorf("%+v", v)
		}
	})
	t.Run("who may not learn the course has no lock to open", func(t *testing.T) {
		_, err := w.Task(t.Context(), w.stranger, c.activity)
		wantFault(t, err, fault.NotFound, "")
		_, err = w.Sit(t.Context(), w.stranger, c.activity, newID(), "UTC")
		wantFault(t, err, fault.NotFound, "")
	})
	t.Run("the sitting of somebody else is none", func(t *testing.T) {
		id := newID()
		must(w.Sit(t.Context(), w.learner, c.activity, id, "UTC"))(w)
		_, err := w.Sit(t.Context(), w.teacher, c.activity, id, "UTC")
		wantFault(t, err, fault.NotFound, "")
	})
	t.Run("a zone that is none is refused", func(t *testing.T) {
		for _, zone := range []string{"", "Local", "Mars/Base", "../etc/passwd"} {
			_, err := w.Sit(t.Context(), w.learner, c.activity, newID(), zone)
			wantFault(t, err, fault.Invalid, "unknown_time_zone")
		}
	})
}

// TestNoWayRoundTheLock asks everything that a learner can ask, before the lock is open.
func TestNoWayRoundTheLock(t *testing.T) {
	w := setup(t)
	c := w.publishTask("mooc")
	w.join(w.learner, c)
	w.passSitting(w.learner, c, "UTC")
	w.passSitting(w.learner, c, "UTC")

	answers := map[string]any{}
	answers["lesson"], _ = w.Lesson(t.Context(), w.learner, c.lesson)
	answers["task"], _ = w.Task(t.Context(), w.learner, c.activity)
	answers["today"], _ = w.Today(t.Context(), w.learner)
	slug := scan[string](w, `SELECT slug FROM courses WHERE id = $1`, c.id)
	answers["course"], _ = w.CourseDetail(t.Context(), w.learner, slug)
	answers["catalogue"], _ = w.Catalogue(t.Context(), w.learner, CatalogueFilter{Query: "lathe"})
	_, err := w.PreviewLesson(t.Context(), w.learner, c.id, c.lesson)
	wantFault(t, err, fault.NotFound, "")
	_, err = w.DraftCourse(t.Context(), w.learner, c.id)
	wantFault(t, err, fault.NotFound, "")
	_, err = w.RunTasks(t.Context(), w.learner, c.run)
	wantFault(t, err, fault.NotFound, "")
	for name, answer := range answers {
		b, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{secretWork, "Goggles on", "Can say the steps", "急停"} {
			if strings.Contains(string(b), secret) {
				t.Errorf("%s tells %q", name, secret)
			}
		}
	}
	_, err = w.Submit(t.Context(), w.learner, c.activity, newID(), NewSubmission{Text: "Done!"})
	wantFault(t, err, fault.Forbidden, "lock_shut")
	_, err = w.PutTaskFile(t.Context(), w.learner, c.activity, newID(), []byte("\xff\xd8\xff\xe0 picture"))
	wantFault(t, err, fault.Forbidden, "lock_shut")
	w.watch(w.learner, c.activity, 0, 1)
	if a := must(w.Lesson(t.Context(), w.learner, c.lesson))(w).Activities[1]; a.Progress.Completed {
		t.Error("a report of progress did the task")
	}
	if p := must(w.PreviewLesson(t.Context(), w.author, c.id, c.lesson))(w); p.Activities[1].Task == nil {
		t.Error("its author does not see it in the preview")
	}
}

func results(items []TaskItem, level string) []ItemResult {
	var list []ItemResult
	for _, i := range items {
		list = append(list, ItemResult{i.ID, level})
	}
	return list
}

func TestProveTask(t *testing.T) {
	w := setup(t)
	c := w.publishTask("mooc")
	w.join(w.learner, c)
	w.openLock(w.learner, c)
	completed := func() bool {
		return must(w.Lesson(t.Context(), w.learner, c.lesson))(w).Activities[1].Progress.Completed
	}
	picture, first := newID(), newID()

	t.Run("words and a picture are handed in, once however often they are sent", func(t *testing.T) {
		for range 2 {
			must(w.PutTaskFile(t.Context(), w.learner, c.activity, picture, []byte("\xff\xd8\xff\xe0 picture")))(w)
		}
		for range 2 {
			v := must(w.Submit(t.Context(), w.learner, c.activity, first, NewSubmission{Text: "我关了门。", Files: []uuid.UUID{picture}}))(w)
			if len(v.Work.Submissions) != 1 || len(v.Work.Submissions[0].Files) != 1 || len(v.Work.Files) != 0 {
				t.Errorf("%+v", v.Work)
			}
		}
	})
	t.Run("a file is shown to its learner and the run's teachers", func(t *testing.T) {
		for viewer, sees := range map[uuid.UUID]bool{w.learner: true, w.teacher: true, w.coordinator: true, w.stranger: false, w.author: false} {
			mime, _, err := w.TaskFile(t.Context(), viewer, picture)
			if (err == nil) != sees || sees && mime != "image/jpeg" {
				t.Errorf("%v %v", mime, err)
			}
		}
	})
	t.Run("the teacher sees what waits; a language mark leaves the skill as it was", func(t *testing.T) {
		r := must(w.RunTasks(t.Context(), w.teacher, c.run))(w)
		if len(r.Tasks) != 1 || len(r.Learners) != 1 || !slices.Equal(r.Learners[0].ToMark, []string{"language", "skill"}) || r.Learners[0].DaysPassed != 2 {
			t.Fatalf("%+v", r)
		}
		mark, in := newID(), NewMark{Side: "language", Results: results(c.task.CanDo, "notYet"), Comment: "Say it aloud."}
		for range 2 {
			l := must(w.MarkTask(t.Context(), w.teacher, first, mark, in))(w)
			if !slices.Equal(l.ToMark, []string{"skill"}) || l.Skill != nil || l.Language == nil || l.Language.Passed || len(l.Handed[0].Marks) != 1 {
				t.Errorf("%+v", l)
			}
		}
		l := must(w.MarkTask(t.Context(), w.coordinator, first, newID(), NewMark{Side: "skill", Results: results(c.task.Checklist, "met")}))(w)
		if len(l.ToMark) != 0 || !l.Skill.Passed || l.Language.Passed || l.Skill.By != "coordinator" || completed() {
			t.Errorf("the sides pull at each other: %+v", l)
		}
	})
	t.Run("handing in again asks for the side that is missing, and only for that", func(t *testing.T) {
		w.exec(`UPDATE task_submissions SET created_at = created_at - interval '1 hour'`)
		w.exec(`UPDATE task_marks SET created_at = created_at - interval '30 minutes'`)
		second := newID()
		must(w.Submit(t.Context(), w.learner, c.activity, second, NewSubmission{Text: "请按下急停按钮。"}))(w)
		r := must(w.RunTasks(t.Context(), w.teacher, c.run))(w)
		if !slices.Equal(r.Learners[0].ToMark, []string{"language"}) || !r.Learners[0].Skill.Passed {
			t.Errorf("%+v", r.Learners[0])
		}
		must(w.MarkTask(t.Context(), w.teacher, second, newID(), NewMark{Side: "language", Results: results(c.task.CanDo, "withHelp")}))(w)
		v := must(w.Task(t.Context(), w.learner, c.activity))(w)
		if !v.Work.Language.Passed || !v.Work.Skill.Passed || len(v.Work.Submissions) != 2 || !completed() {
			t.Errorf("%+v", v.Work)
		}
	})
	t.Run("a mark says one thing of every item of its side", func(t *testing.T) {
		both := append(results(c.task.Checklist, "met"), results(c.task.CanDo, "alone")...)
		for code, in := range map[string]NewMark{
			"incomplete":   {Side: "skill", Results: results(c.task.Checklist[:1], "met")},
			"unknown_item": {Side: "skill", Results: both},
			"unknown_side": {Side: "looks", Results: both},
		} {
			_, err := w.MarkTask(t.Context(), w.teacher, first, newID(), in)
			wantFault(t, err, fault.Invalid, code)
		}
		_, err := w.MarkTask(t.Context(), w.teacher, first, newID(), NewMark{Side: "language", Results: results(c.task.CanDo, "met")})
		wantFault(t, err, fault.Invalid, "unknown_item")
	})
	t.Run("nobody marks but the run's teachers", func(t *testing.T) {
		for _, viewer := range []uuid.UUID{w.learner, w.stranger, w.author, uuid.Nil} {
			_, err := w.MarkTask(t.Context(), viewer, first, newID(), NewMark{Side: "skill", Results: results(c.task.Checklist, "met")})
			wantFault(t, err, fault.NotFound, "")
		}
	})
	t.Run("nothing, a foreign file and a page of HTML are not handed in", func(t *testing.T) {
		_, err := w.Submit(t.Context(), w.learner, c.activity, newID(), NewSubmission{Text: "  "})
		wantFault(t, err, fault.Invalid, "required")
		_, err = w.Submit(t.Context(), w.learner, c.activity, newID(), NewSubmission{Text: "x", Files: []uuid.UUID{newID()}})
		wantFault(t, err, fault.Invalid, "no_such_file")
		_, err = w.PutTaskFile(t.Context(), w.learner, c.activity, newID(), []byte("<script>alert(1)</script>"))
		wantFault(t, err, fault.Invalid, "unknown_type")
		for range maxTaskFiles {
			must(w.PutTaskFile(t.Context(), w.learner, c.activity, newID(), []byte("OggS")))(w)
		}
		_, err = w.PutTaskFile(t.Context(), w.learner, c.activity, newID(), []byte("OggS"))
		wantFault(t, err, fault.Conflict, "files_full")
		loose := must(w.Task(t.Context(), w.learner, c.activity))(w).Work.Files
		w.no(w.DeleteTaskFile(t.Context(), w.learner, c.activity, loose[0].ID))
		if left := must(w.Task(t.Context(), w.learner, c.activity))(w).Work.Files; len(left) != maxTaskFiles-1 {
			t.Errorf("%d files", len(left))
		}
	})
	t.Run("all of it goes with the account", func(t *testing.T) {
		w.exec(`DELETE FROM accounts WHERE id = $1`, w.learner)
		if n := scan[int](w, `SELECT (SELECT count(*) FROM task_submissions) + (SELECT count(*) FROM task_files) + (SELECT count(*) FROM task_marks) + (SELECT count(*) FROM lock_sittings)`); n != 0 {
			t.Errorf("%d rows stay", n)
		}
	})
}

// TestTaskAlone: in a course without teachers the learner checks alone.
func TestTaskAlone(t *testing.T) {
	w := setup(t)
	c := w.publishTask("micro")
	w.join(w.learner, c)
	w.openLock(w.learner, c)
	check := func(items ...uuid.UUID) bool {
		v := must(w.Submit(t.Context(), w.learner, c.activity, newID(), NewSubmission{Checked: items}))(w)
		if v.Marked {
			t.Error("nobody marks here")
		}
		return must(w.Lesson(t.Context(), w.learner, c.lesson))(w).Activities[1].Progress.Completed
	}
	if check(c.task.Checklist[0].ID) {
		t.Error("done with half of the list")
	}
	if !check(c.task.Checklist[0].ID, c.task.Checklist[1].ID) {
		t.Error("not done with all of the list")
	}
	_, err := w.Submit(t.Context(), w.learner, c.activity, newID(), NewSubmission{Checked: []uuid.UUID{newID()}})
	wantFault(t, err, fault.Invalid, "unknown_item")
	_, err = w.Submit(t.Context(), w.author, c.activity, newID(), NewSubmission{Text: "x"})
	wantFault(t, err, fault.Forbidden, "lock_shut")
}

func TestTaskBody(t *testing.T) {
	w := setup(t)
	k, _ := kindNamed("task")
	t.Run("an empty task names all that it lacks", func(t *testing.T) {
		stored, err := k.check(json.RawMessage(`{}`))
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, p := range k.lacks(stored, []string{"en"}) {
			codes = append(codes, p.Code)
		}
		if got := strings.Join(codes, " "); got != "text_missing phrases_missing checklist_missing can_do_missing" {
			t.Errorf("lacks %s", got)
		}
	})
	t.Run("a phrase needs sound, a meaning that is not Chinese, and others beside it", func(t *testing.T) {
		b := Task{Phrases: []Phrase{{ID: newID(), Text: "停", Meaning: localize.Text{"zh-CN": "停"}}}}
		var codes []string
		for _, p := range k.lacks(body(b), []string{"zh-CN"}) {
			codes = append(codes, p.Code)
		}
		for _, code := range []string{"phrase_sound_missing", "translation_missing", "choices_too_few"} {
			if !slices.Contains(codes, code) {
				t.Errorf("%v lacks %s", codes, code)
			}
		}
	})
	t.Run("a phrase is heard in a video of its own course", func(t *testing.T) {
		c := w.publishTask("micro")
		draft := must(w.DraftCourse(t.Context(), w.author, c.id))(w)
		w.no(w.DeleteActivity(t.Context(), w.author, draft.Units[0].Lessons[0].Activities[0].ID))
		draft = must(w.DraftCourse(t.Context(), w.author, c.id))(w)
		if !slices.ContainsFunc(draft.Problems, func(p DraftProblem) bool { return p.Code == "phrase_video_gone" && p.EntityID == c.activity }) {
			t.Errorf("%+v", draft.Problems)
		}
	})
	t.Run("a phrase that ends before it begins is refused", func(t *testing.T) {
		_, err := k.check(body(Task{Phrases: []Phrase{{ID: newID(), StartMs: 5, EndMs: 4}}}))
		wantFault(t, err, fault.Invalid, "bad_range")
	})
}
