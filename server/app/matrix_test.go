package app_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"hanzhi/server/app"
	"hanzhi/server/httpapi"
)

// roles are the columns of the matrix, in order: nobody signed in; somebody with no role; a learner of the course; the
// teacher of its run; an author of another institution; an author and a coordinator of the course's; the platform's admin.
var roles = []string{"visitor", "outsider", "student", "teacher", "stranger", "author", "coordinator", "admin"}

// Patterns that many rows share.
const (
	open      = "200 200 200 200 200 200 200 200"
	ownOnly   = "401 200 200 200 200 200 200 200"
	ownDone   = "401 204 204 204 204 204 204 204"
	authors   = "401 404 404 404 404 200 200 200"
	authorsOK = "401 404 404 404 404 204 204 204"
	adminOnly = "401 403 403 403 403 403 403 200"
)

// rule is one line of the matrix: how to call a route, and the status that each role gets. make prepares what the call
// needs, afresh for each role, and returns path and body.
type rule struct {
	make func(f *fixture, c *client) (string, any)
	want string
	// own makes the call from a browser of its own, since it ends the session.
	own bool
}

// rowOf is a rule that is called from the role's browser.
func rowOf(make func(*fixture, *client) (string, any), want string) rule {
	return rule{make: make, want: want}
}

// at calls a fixed address without a body.
func at(format string, ids ...any) func(*fixture, *client) (string, any) {
	return func(*fixture, *client) (string, any) { return path(format, ids...), nil }
}

// TestMatrix asks every route in every role and compares each answer with the one expected. A route without a row, or a
// row without a route, fails.
func TestMatrix(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	rules := matrix(f)
	routes := map[string]bool{}
	for _, r := range httpapi.Table() {
		routes[r.Name] = true
		row, exists := rules[r.Name]
		if !exists {
			t.Errorf("%s (%s %s) has no row in the matrix: say who may call it", r.Name, r.Method, r.Path)
			continue
		}
		want := strings.Fields(row.want)
		if len(want) != len(roles) {
			t.Fatalf("%s has %d answers for %d roles", r.Name, len(want), len(roles))
		}
		var got []string
		for _, role := range roles {
			c := f.as(role)
			if row.own {
				c = f.again(role)
			}
			p, body := row.make(f, c)
			status, _ := c.do(r.Method, p, body)
			got = append(got, strconv.Itoa(status))
		}
		for i, role := range roles {
			if got[i] != want[i] {
				t.Errorf("%s %s as %s: got %s, want %s", r.Method, r.Path, role, got[i], want[i])
			}
		}
	}
	for name := range rules {
		if !routes[name] {
			t.Errorf("the matrix has a row for %s, which is no route", name)
		}
	}
}

// fixture is a platform with two institutions, a published course with a run, and somebody in every role.
type fixture struct {
	t           testing.TB
	app         *app.App
	browsers    map[string]*client
	institution string
	slug        string
	course      string // published MOOC
	unit        string
	lesson      string   // not a preview
	activity    string   // the first of activities
	activities  []string // readings of the lesson
	run         string
	enrolment   string
	tasks       string // an activity of the kind task, once task has made it
	n           int
}

func (f *fixture) as(role string) *client { return f.browsers[role] }

// unique returns a name that is used once.
func (f *fixture) unique(prefix string) string {
	f.n++
	return prefix + "-" + strconv.Itoa(f.n)
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	return newFixtureOn(t, start(t, testConfig(t)))
}

func newFixtureOn(t testing.TB, a *app.App) *fixture {
	t.Helper()
	f := &fixture{t: t, app: a, browsers: map[string]*client{}, institution: newID(), slug: "test-college", course: newID(), unit: newID(),
		lesson: newID(), run: newID(), enrolment: newID()}
	admin := signIn(t, a, adminEmail)
	f.browsers["visitor"], f.browsers["admin"] = newClient(t, a), admin
	for _, role := range roles[1:7] {
		f.browsers[role] = signUp(t, a, role)
	}
	other := newID()
	for id, slug := range map[string]string{f.institution: f.slug, other: "other-college"} {
		admin.must(200, "PUT", path("/api/institutions/%s", id), institutionBody(slug), nil)
	}
	for role, institution := range map[string]string{"author": f.institution, "coordinator": f.institution, "stranger": other} {
		member := "author"
		if role == "coordinator" {
			member = role
		}
		admin.must(200, "PUT", path("/api/institutions/%s/members", institution), map[string]any{"email": role + "@example.org", "roles": []string{member}}, nil)
	}
	f.publish()
	f.as("student").must(200, "PUT", path("/api/enrolments/%s", f.enrolment), map[string]any{"courseId": f.course, "runId": f.run}, nil)
	return f
}

func institutionBody(slug string) map[string]any {
	return map[string]any{"slug": slug, "name": text("A college"), "about": text("It teaches."), "kind": "college", "country": "CN", "website": ""}
}

// text is a localised text in English.
func text(en string) map[string]string { return map[string]string{"en": en} }

// publish makes the fixture's course with one reading and a run.
func (f *fixture) publish() {
	author := f.as("author")
	author.must(200, "PUT", path("/api/studio/courses/%s", f.course), f.courseBody("matrix-course", "mooc"), nil)
	author.must(200, "PUT", path("/api/studio/units/%s", f.unit), map[string]any{"courseId": f.course, "kind": "vocational", "title": text("Unit")}, nil)
	author.must(200, "PUT", path("/api/studio/lessons/%s", f.lesson), map[string]any{"unitId": f.unit, "title": text("Lesson")}, nil)
	for range 8 {
		f.activities = append(f.activities, newID())
		author.must(200, "PUT", path("/api/studio/activities/%s", f.activities[len(f.activities)-1]), readingBody(f.lesson), nil)
	}
	f.activity = f.activities[0]
	f.as("coordinator").must(200, "PUT", path("/api/studio/runs/%s", f.run), f.runBody(f.course), nil)
	author.must(200, "POST", path("/api/studio/courses/%s/publish", f.course), nil, nil)
}

func (f *fixture) courseBody(slug, format string) map[string]any {
	return map[string]any{"institutionId": f.institution, "slug": slug, "format": format, "title": text("Course " + slug), "languages": []string{"en"}}
}

func readingBody(lesson string) map[string]any {
	return map[string]any{"lessonId": lesson, "kind": "reading", "title": text("Reading"), "body": map[string]any{"markdown": text("**Stop** the machine.")}}
}

func (f *fixture) runBody(course string) map[string]any {
	return map[string]any{"courseId": course, "title": text("Run"), "startsAt": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339),
		"endsAt": time.Now().AddDate(0, 3, 0).UTC().Format(time.RFC3339), "timeZone": "Africa/Lusaka", "teacherEmails": []string{"teacher@example.org"}}
}

// draft makes a course that was never published and returns its id.
func (f *fixture) draft() string {
	id := newID()
	f.as("author").must(200, "PUT", path("/api/studio/courses/%s", id), f.courseBody(f.unique("draft"), "micro"), nil)
	return id
}

// draftUnit, draftLesson and draftActivity make one in a draft of its own; deleted ones can be restored.
func (f *fixture) draftUnit() (course, unit string) {
	course, unit = f.draft(), newID()
	f.as("author").must(200, "PUT", path("/api/studio/units/%s", unit), map[string]any{"courseId": course, "kind": "language", "title": text("U")}, nil)
	return course, unit
}

func (f *fixture) draftLesson() (course, lesson string) {
	course, unit := f.draftUnit()
	lesson = newID()
	f.as("author").must(200, "PUT", path("/api/studio/lessons/%s", lesson), map[string]any{"unitId": unit, "title": text("L")}, nil)
	return course, lesson
}

func (f *fixture) draftActivity() (lesson, activity string) {
	_, lesson = f.draftLesson()
	activity = newID()
	f.as("author").must(200, "PUT", path("/api/studio/activities/%s", activity), readingBody(lesson), nil)
	return lesson, activity
}

// version is what a PATCH of a fresh entity names.
func version(fields map[string]any) map[string]any {
	fields["version"] = 1
	return fields
}

// onNew builds the make of a rule that acts on something fresh.
func onNew(format string, id func(*fixture) string, body func(*fixture) any) func(*fixture, *client) (string, any) {
	return func(f *fixture, _ *client) (string, any) {
		p := fmt.Sprintf(format, id(f))
		if body == nil {
			return p, nil
		}
		return p, body(f)
	}
}

// gone deletes something as its author before the call restores it.
func gone(format string, id func(*fixture) string) func(*fixture) string {
	return func(f *fixture) string {
		fresh := id(f)
		f.as("author").must(http.StatusNoContent, "DELETE", fmt.Sprintf(format, fresh), nil, nil)
		return fresh
	}
}

// report says that an activity was read and returns whether the server acknowledged it.
func (f *fixture) report(c *client, activity string) bool {
	status, body := c.do("POST", "/api/progress", map[string]any{"reports": []any{map[string]any{
		"id": newID(), "activityId": activity, "watched": [][]int{{0, 1}}, "positionMs": 0, "at": time.Now().UTC().Format(time.RFC3339)}}})
	return status == http.StatusOK && strings.Contains(string(body), `"rejected":[]`)
}

// read reports whether the n-th activity counts as read.
func (f *fixture) read(c *client, n int) bool {
	var lesson struct {
		Activities []struct {
			ID       string
			Progress struct{ Completed bool }
		}
	}
	c.must(http.StatusOK, "GET", "/api/lessons/"+f.lesson, nil, &lesson)
	for _, a := range lesson.Activities {
		if a.ID == f.activities[n] {
			return a.Progress.Completed
		}
	}
	return false
}
