package app_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// The picture that is handed in: the beginning of a JPEG is all that the server looks at.
var jpeg = []byte("\xff\xd8\xff\xe0 picture")

func taskRules(f *fixture) map[string]rule {
	task := f.task()
	// Whoever may learn the course finds the task; nobody gets behind its lock by asking.
	const learners = "401 404 200 200 404 200 200 200"
	const shut = "401 404 403 403 404 403 403 403"
	const none = "401 404 404 404 404 404 404 404"
	to := func(format string, body any) func(*fixture, *client) (string, any) {
		return func(*fixture, *client) (string, any) { return path(format, task, newID()), body }
	}
	attempt := func(*fixture, *client) (string, any) {
		return "/api/attempts", map[string]any{"attempts": []any{map[string]any{"id": newID(), "activityId": newID(), "exerciseId": newID(), "at": time.Now().UTC().Format(time.RFC3339)}}}
	}
	return map[string]rule{
		"attempt":        rowOf(attempt, ownOnly),
		"task":           rowOf(at("/api/tasks/%s", task), learners),
		"sit":            rowOf(to("/api/tasks/%s/sittings/%s", map[string]any{"timeZone": "UTC"}), learners),
		"answerLock":     rowOf(to("/api/tasks/%s/sittings/%s/answers/"+newID(), map[string]any{"questionId": newID(), "choiceId": newID()}), none),
		"putTaskFile":    rowOf(to("/api/tasks/%s/files/%s", jpeg), shut),
		"deleteTaskFile": rowOf(to("/api/tasks/%s/files/%s", nil), ownDone),
		"submitTask":     rowOf(to("/api/tasks/%s/submissions/%s", map[string]any{"text": "Done", "files": []any{}, "checked": []any{}}), shut),
		"taskFile":       rowOf(at("/api/task-files/%s", newID()), none),
		"runTasks":       rowOf(at("/api/runs/%s/tasks", f.run), "401 404 404 200 404 404 200 200"),
		"markTask": rowOf(func(*fixture, *client) (string, any) {
			return path("/api/submissions/%s/marks/%s", newID(), newID()), map[string]any{"side": "skill", "results": []any{map[string]any{"itemId": newID(), "level": "met"}}}
		}, none),
	}
}

// execute changes the database behind the server's back.
func (f *fixture) execute(sql string, args ...any) {
	f.t.Helper()
	db, err := pgxpool.New(f.t.Context(), f.app.Config.DatabaseURL)
	if err != nil {
		f.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(f.t.Context(), sql, args...); err != nil {
		f.t.Fatalf("%s: %v", sql, err)
	}
}

// Items of the fixture's task.
const (
	canDoItem     = "01890000-0000-7000-8000-0000000000c1"
	checklistItem = "01890000-0000-7000-8000-0000000000c2"
)

// task publishes the fixture's course again, with a video that nobody has made and a task behind a lock of one phrase.
func (f *fixture) task() string {
	asset, video, task := newID(), newID(), newID()
	f.execute(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable, duration_ms) VALUES ($1, $2, 'video', 'lathe.mp4', 1, 'ready', true, 9000)`, asset, f.institution)
	author := f.as("author")
	author.must(200, "PUT", path("/api/studio/activities/%s", video), map[string]any{"lessonId": f.lesson, "kind": "video", "title": text("Video"), "assetId": asset}, nil)
	item := func(id, en string) any { return map[string]any{"id": id, "text": text(en)} }
	author.must(200, "PUT", path("/api/studio/activities/%s", task), map[string]any{"lessonId": f.lesson, "kind": "task", "title": text("Task"), "body": map[string]any{
		"description": text("The secret work."),
		"phrases":     []any{map[string]any{"id": newID(), "text": "按下急停", "meaning": text("Press the emergency stop"), "assetId": asset, "startMs": 0, "endMs": 900}},
		"decoys":      []any{item(newID(), "Go home"), item(newID(), "Clean the floor")},
		"checklist":   []any{item(checklistItem, "The door is shut")}, "canDo": []any{item(canDoItem, "Can say what is done")}}}, nil)
	author.must(200, "POST", path("/api/studio/courses/%s/publish", f.course), nil, nil)
	return task
}

type sitting struct {
	ID       string
	Passed   bool
	Lock     struct{ Open bool }
	Question *struct {
		ID      string
		Choices []struct {
			ID   string
			Text map[string]string
		}
	}
}

// listen passes a sitting: the meaning of the one phrase is known.
func (f *fixture) listen(student *client, task string) sitting {
	var s sitting
	p := path("/api/tasks/%s/sittings/%s", task, newID())
	student.must(200, "PUT", p, map[string]any{"timeZone": "Asia/Tashkent"}, &s)
	for s.Question != nil {
		var answer struct{ Sitting sitting }
		for _, c := range s.Question.Choices {
			if c.Text["en"] == "Press the emergency stop" {
				student.must(200, "PUT", p+"/answers/"+newID(), map[string]any{"questionId": s.Question.ID, "choiceId": c.ID}, &answer)
			}
		}
		s = answer.Sitting
	}
	return s
}

// TestTasks is the way of a practical task over HTTP: heard on two days, handed in, marked on both sides.
func TestTasks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	task := f.task()
	student, teacher := f.as("student"), f.as("teacher")
	if s := f.listen(student, task); !s.Passed || s.Lock.Open {
		t.Fatalf("after one day: %+v", s)
	}
	for _, p := range []string{"/api/lessons/" + f.lesson, "/api/tasks/" + task, "/api/courses/matrix-course", path("/api/lessons/%s/language", f.lesson)} {
		if _, answer := student.do("GET", p, nil); bytes.Contains(answer, []byte("secret")) || bytes.Contains(answer, []byte("The door is shut")) || bytes.Contains(answer, []byte("急停")) {
			t.Errorf("%s tells what is behind the lock: %s", p, answer)
		}
	}
	f.execute(`UPDATE lock_sittings SET started_at = started_at - interval '1 day', passed_at = passed_at - interval '1 day', passed_on = passed_on - 1`)
	if s := f.listen(student, task); !s.Lock.Open {
		t.Fatalf("after two days: %+v", s)
	}
	file, submission := newID(), newID()
	student.must(200, "PUT", path("/api/tasks/%s/files/%s", task, file), jpeg, nil)
	student.must(200, "PUT", path("/api/tasks/%s/submissions/%s", task, submission), map[string]any{"text": "我关好了门。", "files": []any{file}, "checked": []any{checklistItem}}, nil)
	if status, shown := teacher.do("GET", path("/api/task-files/%s", file), nil); status != 200 || !bytes.Equal(shown, jpeg) {
		t.Errorf("the teacher gets %d %q", status, shown)
	}
	if status, _ := f.as("stranger").do("GET", path("/api/task-files/%s", file), nil); status != http.StatusNotFound {
		t.Errorf("a stranger gets %d", status)
	}
	mark := func(side, item, level string) {
		teacher.must(200, "PUT", path("/api/submissions/%s/marks/%s", submission, newID()), map[string]any{"side": side, "results": []any{map[string]any{"itemId": item, "level": level}}}, nil)
	}
	mark("language", canDoItem, "notYet")
	mark("skill", checklistItem, "met")
	var view struct {
		Work struct{ Language, Skill struct{ Passed bool } }
	}
	student.must(200, "GET", "/api/tasks/"+task, nil, &view)
	if view.Work.Language.Passed || !view.Work.Skill.Passed {
		t.Errorf("the marks are %+v", view.Work)
	}
	_, export := student.do("GET", "/api/account/export", nil)
	for _, fact := range []string{"我关好了门。", `"safetySittings"`, "notYet"} {
		if !strings.Contains(string(export), fact) {
			t.Errorf("the export lacks %s", fact)
		}
	}
}
