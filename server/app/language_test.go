package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestLanguage is the loop of a learner over HTTP: how much do I understand, learn what is missing, understand it.
func TestLanguage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lesson := f.chineseLesson("请先检查机床，再调转速。")
	student := f.as("student")

	t.Run("a visitor sees the words of a preview, with the terms of its trade", func(t *testing.T) {
		var l lessonLanguage
		f.as("visitor").must(http.StatusOK, "GET", path("/api/lessons/%s/language", lesson), nil, &l)
		word, found := l.Words["转速"]
		if !found || word.Pinyin != "zhuàn sù" || word.Trade != "7223" || word.Gloss["ru"] == "" || l.Readiness.Band != "support" {
			t.Errorf("%+v", l)
		}
	})
	t.Run("learning the set that is offered, on two devices, makes the lesson ready", func(t *testing.T) {
		var l lessonLanguage
		student.must(http.StatusOK, "PUT", "/api/account/chinese-level", map[string]any{"list": "hsk2", "level": 1}, nil)
		student.must(http.StatusOK, "GET", path("/api/lessons/%s/language", lesson), nil, &l)
		if l.Level != 1 || len(l.Readiness.Learn) == 0 {
			t.Fatalf("%+v", l)
		}
		var events []any
		for _, word := range l.Readiness.Learn {
			events = append(events, map[string]any{"id": newID(), "word": word, "kind": "review", "rating": 3, "exercise": "recall",
				"at": time.Now().UTC().Format(time.RFC3339Nano), "lessonId": lesson})
		}
		for _, device := range []*client{student, f.again("student"), student} {
			device.must(http.StatusOK, "POST", "/api/reviews", map[string]any{"reviews": events}, nil)
		}
		var after lessonLanguage
		student.must(http.StatusOK, "GET", path("/api/lessons/%s/language", lesson), nil, &after)
		if after.Readiness.Band != "go" || after.Readiness.Coverage <= l.Readiness.Coverage || len(after.Readiness.Learn) != 0 {
			t.Errorf("%+v, was %+v", after.Readiness, l.Readiness)
		}
		var due struct {
			Today struct{ Done, Goal, Streak int }
		}
		student.must(http.StatusOK, "GET", "/api/reviews/due?limit=5", nil, &due)
		if due.Today.Done != len(events) || due.Today.Goal != 20 || due.Today.Streak != 1 {
			t.Errorf("%+v", due)
		}
	})
	t.Run("the dictionary finds a word by its pinyin and says where it stands", func(t *testing.T) {
		var found struct{ Items []struct{ Hanzi string } }
		student.must(http.StatusOK, "GET", "/api/dictionary?query=zhuansu", nil, &found)
		if !slices.ContainsFunc(found.Items, func(w struct{ Hanzi string }) bool { return w.Hanzi == "转速" }) {
			t.Errorf("%+v", found)
		}
		var entry struct {
			Occurrences []struct{ LessonID, Text string }
		}
		student.must(http.StatusOK, "GET", "/api/dictionary/"+url.PathEscape("转速"), nil, &entry)
		if len(entry.Occurrences) != 1 || entry.Occurrences[0].LessonID != lesson {
			t.Errorf("%+v", entry)
		}
	})
	t.Run("what is kept about one's words is in the export", func(t *testing.T) {
		_, export := student.do("GET", "/api/account/export", nil)
		for _, fact := range []string{`"wordEvents"`, `"languageSettings"`, "转速"} {
			if !strings.Contains(string(export), fact) {
				t.Errorf("the export lacks %s", fact)
			}
		}
	})
	t.Run("a table of terms leaves as a file that no spreadsheet executes", func(t *testing.T) {
		f.bank()
		body := f.termBody()
		body["gloss"] = text("=1+1")
		f.as("author").must(http.StatusOK, "PUT", path("/api/term-banks/%s/terms/%s", bankID, newID()), body, nil)
		if _, table := f.as("visitor").do("GET", path("/api/term-banks/%s/terms.csv", bankID), nil); !strings.Contains(string(table), ",'=1+1") {
			t.Errorf("%s", table)
		}
	})
}

type lessonLanguage struct {
	Level int
	Words map[string]struct {
		Pinyin, Trade string
		Gloss         map[string]string
	}
	Readiness struct {
		Coverage float64
		Band     string
		Learn    []string
	}
}

// chineseLesson publishes a micro-course for lathe operators with an open lesson that says so.
func (f *fixture) chineseLesson(markdown string) string {
	course, unit, lesson := newID(), newID(), newID()
	author := f.as("author")
	fields := f.courseBody(f.unique("chinese"), "micro")
	fields["trade"] = "7223"
	author.must(http.StatusOK, "PUT", path("/api/studio/courses/%s", course), fields, nil)
	author.must(http.StatusOK, "PUT", path("/api/studio/units/%s", unit), map[string]any{"courseId": course, "kind": "language", "title": text("Unit")}, nil)
	author.must(http.StatusOK, "PUT", path("/api/studio/lessons/%s", lesson), map[string]any{"unitId": unit, "title": text("Lesson"), "preview": true}, nil)
	body := readingBody(lesson)
	body["body"] = map[string]any{"markdown": map[string]string{"en": "Read this: " + markdown}}
	author.must(http.StatusOK, "PUT", path("/api/studio/activities/%s", newID()), body, nil)
	author.must(http.StatusOK, "POST", path("/api/studio/courses/%s/publish", course), nil, nil)
	return lesson
}
