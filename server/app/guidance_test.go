package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// safetyRun publishes a MOOC for lathe operators with a lesson that says so, not open to everybody, and a run with the
// fixture's teacher and student in it.
func (f *fixture) safetyRun(markdown string) (run, lesson, activity, slug string) {
	course, unit := newID(), newID()
	run, lesson, activity, slug = newID(), newID(), newID(), f.unique("safety")
	author := f.as("author")
	fields := f.courseBody(slug, "mooc")
	fields["trade"] = "7223"
	author.must(http.StatusOK, "PUT", path("/api/studio/courses/%s", course), fields, nil)
	author.must(http.StatusOK, "PUT", path("/api/studio/units/%s", unit), map[string]any{"courseId": course, "kind": "vocational", "title": text("Unit")}, nil)
	author.must(http.StatusOK, "PUT", path("/api/studio/lessons/%s", lesson), map[string]any{"unitId": unit, "title": text("Lesson")}, nil)
	body := readingBody(lesson)
	body["body"] = map[string]any{"markdown": map[string]string{"en": "Read this: " + markdown}}
	author.must(http.StatusOK, "PUT", path("/api/studio/activities/%s", activity), body, nil)
	f.as("coordinator").must(http.StatusOK, "PUT", path("/api/studio/runs/%s", run), f.runBody(course), nil)
	author.must(http.StatusOK, "POST", path("/api/studio/courses/%s/publish", course), nil, nil)
	f.as("student").must(http.StatusOK, "PUT", path("/api/enrolments/%s", newID()), map[string]any{"courseId": course, "runId": run}, nil)
	return run, lesson, activity, slug
}

type gatedLesson struct {
	Gate *struct {
		Percent, Learn int
		Coverage       float64
	}
	Activities []struct{ ID string }
}

// TestGuidance is a safety lesson over HTTP: the teacher sees what the class lacks, gives it, and shuts the lesson until
// it is known; the student learns and comes in.
func TestGuidance(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	student, teacher := f.as("student"), f.as("teacher")
	const line = "请先检查机床，再调转速。"
	run, lesson, activity, slug := f.safetyRun(line)
	teacher.must(http.StatusOK, "PUT", path("/api/runs/%s/lessons/%s/gate", run, lesson), map[string]any{"percent": 90}, nil)

	t.Run("no route leads around the gate", func(t *testing.T) {
		var v gatedLesson
		student.must(http.StatusOK, "GET", path("/api/lessons/%s", lesson), nil, &v)
		if v.Gate == nil || v.Gate.Percent != 90 || v.Gate.Learn == 0 || v.Gate.Coverage >= 0.9 || len(v.Activities) != 0 {
			t.Errorf("%+v", v)
		}
		if f.report(student, activity) {
			t.Error("the activity counts as read")
		}
		for _, p := range []string{path("/api/lessons/%s", lesson), path("/api/lessons/%s/language", lesson), path("/api/courses/%s", slug), path("/api/courses/%s/readiness", slug),
			"/api/reviews/due", "/api/today", "/api/dictionary/" + url.PathEscape("机床"), "/api/words"} {
			if _, body := student.do("GET", p, nil); strings.Contains(string(body), line) || strings.Contains(string(body), "Read this") {
				t.Errorf("%s tells what is in the lesson", p)
			}
		}
	})
	t.Run("its teacher and its author read it, its visitors do not", func(t *testing.T) {
		for _, role := range []string{"teacher", "author", "coordinator", "admin"} {
			var v gatedLesson
			f.as(role).must(http.StatusOK, "GET", path("/api/lessons/%s", lesson), nil, &v)
			if v.Gate != nil || len(v.Activities) != 1 {
				t.Errorf("%s: %+v", role, v)
			}
		}
		f.as("visitor").must(http.StatusUnauthorized, "GET", path("/api/lessons/%s", lesson), nil, nil)
	})
	t.Run("the teacher gives what the class lacks, the student learns it and comes in", func(t *testing.T) {
		var class struct {
			Learners int
			Lessons  []struct {
				Lacking  []struct{ Hanzi string }
				Learners []struct{ Name, Band string }
			}
		}
		at := time.Now().AddDate(0, 0, 7).UTC().Format(time.RFC3339)
		teacher.must(http.StatusOK, "PUT", path("/api/runs/%s/lessons/%s/date", run, lesson), map[string]any{"at": at}, nil)
		teacher.must(http.StatusOK, "GET", path("/api/runs/%s/readiness?lesson=%s&at=%s", run, lesson, url.QueryEscape(at)), nil, &class)
		if class.Learners != 1 || len(class.Lessons[0].Lacking) == 0 || class.Lessons[0].Learners[0].Band != "support" {
			t.Fatalf("%+v", class)
		}
		var words []string
		for _, w := range class.Lessons[0].Lacking {
			words = append(words, w.Hanzi)
		}
		id := newID()
		for range 2 {
			teacher.must(http.StatusOK, "PUT", path("/api/runs/%s/assignments/%s", run, id), map[string]any{"lessonId": lesson, "words": words}, nil)
		}
		var due struct {
			Assigned []struct {
				LessonID, At string
				Words        int
			}
			Cards []struct{ Word struct{ Hanzi string } }
		}
		student.must(http.StatusOK, "GET", "/api/reviews/due?limit=100", nil, &due)
		if len(due.Assigned) != 1 || due.Assigned[0].Words != len(words) || due.Assigned[0].LessonID != lesson || due.Assigned[0].At != at {
			t.Fatalf("%+v", due)
		}
		var events []any
		for _, card := range due.Cards {
			events = append(events, map[string]any{"id": newID(), "word": card.Word.Hanzi, "kind": "review", "rating": 3, "exercise": "recall",
				"at": time.Now().UTC().Format(time.RFC3339Nano), "lessonId": lesson})
		}
		student.must(http.StatusOK, "POST", "/api/reviews", map[string]any{"reviews": events}, nil)
		var v gatedLesson
		student.must(http.StatusOK, "GET", path("/api/lessons/%s", lesson), nil, &v)
		if v.Gate != nil || len(v.Activities) != 1 || !f.report(student, activity) {
			t.Errorf("%+v", v)
		}
		if _, export := student.do("GET", "/api/account/export", nil); !strings.Contains(string(export), `"gatePasses"`) || !strings.Contains(string(export), lesson) {
			t.Error("the export lacks the pass")
		}
	})
}
