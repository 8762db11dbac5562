package httpapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses"
	"hanzhi/media"
)

// school is the API over courses: an institution with an author, a learner, a teacher and a published MOOC with a run.
type school struct {
	*accountStage
	author, learner, teacher, visitor *person
	institution                       uuid.UUID
	course, unit, lesson, closed      uuid.UUID
	reading, video, asset, image, run uuid.UUID
}

func newSchool(t *testing.T) *school {
	t.Helper()
	s := &school{}
	var api *API
	s.accountStage = newAccountStage(t, func(a *API) { api = a })
	store, err := media.NewStore(media.StoreConfig{Endpoint: "127.0.0.1:1", AccessKey: "none", SecretKey: "none of it", Bucket: "none"})
	if err != nil {
		t.Fatal(err)
	}
	if api.Media, err = media.New(s.db, store, media.Config{Dir: t.TempDir(), Secret: strings.Repeat("s", 32), Log: api.Log}); err != nil {
		t.Fatal(err)
	}
	api.Courses = courses.New(s.db)
	t.Cleanup(api.Media.Close)
	t.Cleanup(api.Courses.Close)
	s.visitor, s.author, s.learner, s.teacher = s.accountStage.visitor(), s.user(), s.user(), s.user()
	s.institution, s.asset, s.image = uuid.New(), uuid.New(), uuid.New()
	s.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'ruda', '{"en": "Ruda College"}', 'college', 'ZM')`, s.institution)
	s.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'author')`, s.institution, s.author.id)
	s.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable, duration_ms) VALUES ($1, $2, 'video', 'lathe.mp4', 9, 'ready', true, 100000)`, s.asset, s.institution)
	s.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable) VALUES ($1, $2, 'image', 'chuck.png', 9, 'ready', true)`, s.image, s.institution)
	s.publish()
	return s
}

// publish makes the course through the API, as the studio does.
func (s *school) publish() {
	s.course, s.unit, s.lesson, s.closed = uuid.New(), uuid.New(), uuid.New(), uuid.New()
	s.reading, s.video, s.run = uuid.New(), uuid.New(), uuid.New()
	put := func(kind string, id uuid.UUID, body string) {
		s.author.ok("PUT", "/api/studio/"+kind+"/"+id.String(), body, 200)
	}
	put("courses", s.course, fmt.Sprintf(`{"institutionId":%q,"slug":"cnc-lathe","format":"mooc","title":{"en":"CNC lathe"},"languages":["en"],"trade":"7223","level":"hsk2:2"}`, s.institution))
	put("units", s.unit, fmt.Sprintf(`{"courseId":%q,"kind":"language","title":{"en":"Into the workshop"}}`, s.course))
	put("lessons", s.lesson, fmt.Sprintf(`{"unitId":%q,"title":{"en":"Parts"},"preview":true}`, s.unit))
	put("lessons", s.closed, fmt.Sprintf(`{"unitId":%q,"title":{"en":"Power on"}}`, s.unit))
	put("activities", s.reading, fmt.Sprintf(`{"lessonId":%q,"kind":"reading","title":{"en":"Read"},"body":{"markdown":{"en":"![chuck](asset:%s)"}}}`, s.lesson, s.image))
	put("activities", s.video, fmt.Sprintf(`{"lessonId":%q,"kind":"video","title":{"en":"Watch"},"assetId":%q}`, s.closed, s.asset))
	s.author.ok("PATCH", "/api/studio/courses/"+s.course.String(), fmt.Sprintf(`{"version":1,"posterAssetId":%q}`, s.image), 200)
	s.author.ok("POST", "/api/studio/courses/"+s.course.String()+"/publish", "", 200)
	put("runs", s.run, fmt.Sprintf(`{"courseId":%q,"title":{"en":"Autumn"},"startsAt":"2020-01-01T00:00:00Z","endsAt":"2190-01-01T00:00:00Z","timeZone":"Africa/Lusaka","capacity":2,"teacherEmails":[%q]}`, s.course, s.teacher.email))
}

func read[T any](t *testing.T, b []byte) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return v
}

func TestLearning(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	t.Run("a visitor finds the course, its page and the picture of it", func(t *testing.T) {
		c := read[courses.Catalogue](t, s.visitor.ok("GET", "/api/courses?query=lathes&trade=7223", "", 200))
		if c.Total != 1 || c.Items[0].Slug != "cnc-lathe" || !strings.HasPrefix(c.Items[0].Poster, "/v/") || c.Items[0].NextRun == nil {
			t.Errorf("got %+v", c)
		}
		a := s.visitor.send("GET", "/api/courses/cnc-lathe", "", nil)
		d := read[courses.CourseDetail](t, a.body)
		if a.header.Get("Content-Type") != "application/json" || d.Poster == "" || d.Institution.Name["en"] != "Ruda College" || *d.Runs[0].SeatsLeft != 2 || d.Enrolment != nil || d.MayEdit {
			t.Errorf("got %s", a.body)
		}
		if !read[courses.CourseDetail](t, s.author.ok("GET", "/api/courses/cnc-lathe", "", 200)).MayEdit {
			t.Error("the author may not edit")
		}
	})
	t.Run("a visitor reads the preview, with its picture where it can be had", func(t *testing.T) {
		v := read[lessonView](t, s.visitor.ok("GET", "/api/lessons/"+s.lesson.String(), "", 200))
		if html := v.Activities[0].HTML["en"]; !strings.Contains(html, `<img src="/v/`) || v.Activities[0].Video != nil || v.Next.ID != s.closed {
			t.Errorf("got %+v", v)
		}
	})
	t.Run("a learner enrols, watches on one device and goes on where it was on another", func(t *testing.T) {
		place := "/api/enrolments/" + uuid.NewString()
		s.learner.ok("PUT", place, fmt.Sprintf(`{"courseId":%q,"runId":%q}`, s.course, s.run), 200)
		v := read[lessonView](t, s.learner.ok("GET", "/api/lessons/"+s.closed.String(), "", 200))
		if v.Activities[0].Video == nil || !strings.HasPrefix(v.Activities[0].Video.Base, "/v/") || v.Activities[0].Length != 100 {
			t.Errorf("got %+v", v.Activities)
		}
		report := uuid.NewString()
		body := fmt.Sprintf(`{"reports":[{"id":%q,"activityId":%q,"watched":[[0,40]],"positionMs":41000,"at":%q},{"id":%q,"activityId":%q,"watched":[],"positionMs":0,"at":%q}]}`,
			report, s.video, time.Now().Format(time.RFC3339), uuid.NewString(), uuid.NewString(), time.Now().Format(time.RFC3339))
		r := read[courses.ReportResult](t, s.learner.ok("POST", "/api/progress", body, 200))
		if len(r.Accepted) != 1 || r.Accepted[0].String() != report || len(r.Rejected) != 1 || r.Rejected[0].Code != "unknown_activity" {
			t.Errorf("got %+v", r)
		}
		other := s.accountStage.visitor()
		other.ok("POST", "/api/session", fmt.Sprintf(`{"email":%q,"password":%q}`, s.learner.email, stagePassword), 200)
		today := read[courses.Today](t, other.ok("GET", "/api/today", "", 200))
		if len(today.Continue) != 1 || today.Continue[0].PositionMs != 41_000 || today.Continue[0].LessonID != s.closed || today.Continue[0].Course.Poster == "" || today.Enrolled[0].Course.Poster == "" {
			t.Errorf("got %+v", today)
		}
		d := read[courses.CourseDetail](t, other.ok("GET", "/api/courses/cnc-lathe", "", 200))
		if d.Progress == nil || d.Progress.Fraction != 0.2 || *d.Outline[0].Lessons[1].Fraction != 0.4 || *d.Runs[0].SeatsLeft != 1 {
			t.Errorf("got %+v", d)
		}
	})
	t.Run("a page that closes reports with its token in the body, and only with it", func(t *testing.T) {
		body := `{"reports":[{"id":"` + uuid.NewString() + `","activityId":"` + s.reading.String() + `","watched":[[0,1]],"positionMs":0,"at":"2026-01-01T00:00:00Z"}],"csrfToken":"%s"}`
		beacon := map[string]string{"X-CSRF-Token": "-"}
		if a := s.learner.send("POST", "/api/progress", fmt.Sprintf(body, s.learner.csrf), beacon); a.status != 200 {
			t.Errorf("%d %s", a.status, a.body)
		}
		for _, token := range []string{"", "x", s.author.csrf} {
			if a := s.learner.send("POST", "/api/progress", fmt.Sprintf(body, token), beacon); a.status != 403 {
				t.Errorf("token %q: %d %s", token, a.status, a.body)
			}
		}
	})
	t.Run("the teacher sees the run, on the page and as a file", func(t *testing.T) {
		r := read[courses.RunProgress](t, s.teacher.ok("GET", "/api/runs/"+s.run.String()+"/progress", "", 200))
		if len(r.Items) != 1 || r.Items[0].WatchedSeconds != 40 || r.Items[0].Email != s.learner.email {
			t.Errorf("got %+v", r)
		}
		a := s.teacher.send("GET", "/api/runs/"+s.run.String()+"/progress.csv", "", nil)
		if a.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(string(a.body), "\ufeffname,email") {
			t.Errorf("%v %s", a.header, a.body)
		}
	})
}

func TestCourseRoutes(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	studio := func(kind string, id uuid.UUID) string { return "/api/studio/" + kind + "/" + id.String() }
	run := fmt.Sprintf(`{"courseId":%q,"startsAt":"2030-01-01T00:00:00Z","endsAt":"2029-01-01T00:00:00Z","timeZone":"UTC","teacherEmails":[]}`, s.course)
	for _, sc := range []scenario{
		{name: "trades", as: s.visitor, method: "GET", path: "/api/trades", status: 200, holds: `"code":"7223"`},
		{name: "a page of the catalogue that is none", as: s.visitor, method: "GET", path: "/api/courses?page=x", status: 422, code: "bad_page", field: "page"},
		{name: "an unknown format", as: s.visitor, method: "GET", path: "/api/courses?format=book", status: 422, code: "invalid", field: "format"},
		{name: "a filter that there is not", as: s.visitor, method: "GET", path: "/api/courses?colour=red", status: 422, code: "invalid", field: "colour"},
		{name: "a course that there is not", as: s.visitor, method: "GET", path: "/api/courses/nothing", status: 404, code: "not_found"},
		{name: "a course with an odd address", as: s.visitor, method: "GET", path: "/api/courses/a%00b", status: 404, code: "not_found"},
		{name: "a lesson that is not open, for a visitor", as: s.visitor, method: "GET", path: "/api/lessons/" + s.closed.String(), status: 401, code: "sign_in_to_learn"},
		{name: "a lesson that is not open, for somebody else", as: s.learner, method: "GET", path: "/api/lessons/" + s.closed.String(), status: 403, code: "not_enrolled"},
		{name: "a lesson that there is not", as: s.learner, method: "GET", path: "/api/lessons/" + uuid.NewString(), status: 404, code: "not_found"},
		{name: "a lesson without an id", as: s.learner, method: "GET", path: "/api/lessons/1", status: 422, code: "invalid", field: "id"},
		{name: "an enrolment without a run", as: s.learner, method: "PUT", path: "/api/enrolments/" + uuid.NewString(), body: fmt.Sprintf(`{"courseId":%q}`, s.course), status: 422, code: "run_needed", field: "runId"},
		{name: "an enrolment of a visitor", as: s.visitor, method: "PUT", path: "/api/enrolments/" + uuid.NewString(), body: fmt.Sprintf(`{"courseId":%q}`, s.course), status: 401, code: "unauthenticated"},
		{name: "leaving what is not one's own", as: s.learner, method: "DELETE", path: "/api/enrolments/" + uuid.NewString(), status: 404, code: "not_found"},
		{name: "a report with a range of three", as: s.learner, method: "POST", path: "/api/progress", body: `{"reports":[{"id":"` + uuid.NewString() + `","activityId":"` + uuid.NewString() + `","watched":[[1,2,3]],"positionMs":0,"at":"2026-01-01T00:00:00Z"}]}`, status: 422, code: "invalid", field: "reports[0].watched[0]"},
		{name: "a report without a time", as: s.learner, method: "POST", path: "/api/progress", body: `{"reports":[{"id":"` + uuid.NewString() + `","activityId":"` + uuid.NewString() + `","watched":[],"positionMs":0,"at":"yesterday"}]}`, status: 422, code: "invalid", field: "reports[0].at"},
		{name: "no reports", as: s.learner, method: "POST", path: "/api/progress", body: `{"reports":[]}`, status: 422, code: "invalid", field: "reports"},
		{name: "a run's progress for a learner", as: s.learner, method: "GET", path: "/api/runs/" + s.run.String() + "/progress", status: 404, code: "not_found"},
		{name: "a draft for a learner", as: s.learner, method: "GET", path: studio("courses", s.course), status: 404, code: "not_found"},
		{name: "a draft for its author", as: s.author, method: "GET", path: studio("courses", s.course), status: 200, holds: `"problems":[]`},
		{name: "one's courses", as: s.author, method: "GET", path: "/api/studio/courses?query=lathe&state=published", status: 200, holds: `"enrolledCount":0`},
		{name: "a course where one is nobody", as: s.learner, method: "PUT", path: studio("courses", uuid.New()), body: fmt.Sprintf(`{"institutionId":%q,"format":"mooc","title":{"en":"x"},"languages":["en"]}`, s.institution), status: 403, code: "not_author"},
		{name: "a course in a language that is none", as: s.author, method: "PUT", path: studio("courses", uuid.New()), body: fmt.Sprintf(`{"institutionId":%q,"format":"mooc","title":{"en":"x"},"languages":["zz9"]}`, s.institution), status: 422, code: "unknown_locale", field: "languages"},
		{name: "a course with an address that is taken", as: s.author, method: "PUT", path: studio("courses", uuid.New()), body: fmt.Sprintf(`{"institutionId":%q,"slug":"cnc-lathe","format":"mooc","title":{"en":"x"},"languages":["en"]}`, s.institution), status: 409, code: "slug_taken", field: "slug"},
		{name: "a column of the database in a body", as: s.author, method: "PATCH", path: studio("courses", s.course), body: `{"version":2,"state":"published"}`, status: 422, code: "invalid", field: "state"},
		{name: "a stale patch", as: s.author, method: "PATCH", path: studio("lessons", s.lesson), body: `{"version":9,"title":{"en":"x"}}`, status: 409, code: "stale_version"},
		{name: "a text with a control character", as: s.author, method: "PATCH", path: studio("lessons", s.lesson), body: `{"version":1,"title":{"en":"a\u0007"}}`, status: 422, code: "forbidden_character", field: "title.en"},
		{name: "a reading with a body of another kind", as: s.author, method: "PATCH", path: studio("activities", s.reading), body: `{"version":1,"body":{"html":"x"}}`, status: 422, code: "bad_body", field: "body"},
		{name: "a video taken away with null", as: s.author, method: "PATCH", path: studio("activities", s.video), body: `{"version":1,"assetId":null}`, status: 200, holds: `"kind":"video","title":{"en":"Watch"},"body":{},"version":2`},
		{name: "a video of nobody", as: s.author, method: "PATCH", path: studio("activities", s.video), body: `{"version":2,"assetId":"` + uuid.NewString() + `"}`, status: 422, code: "no_such_asset", field: "assetId"},
		{name: "publishing without the video", as: s.author, method: "POST", path: studio("courses", s.course) + "/publish", status: 422, code: "not_publishable", field: "assetId"},
		{name: "a preview of the draft", as: s.author, method: "GET", path: studio("courses", s.course) + "/preview/lessons/" + s.closed.String(), status: 200, holds: `"length":1`},
		{name: "an order that is not whole", as: s.author, method: "PUT", path: studio("courses", s.course) + "/order", body: `{"units":[]}`, status: 409, code: "stale_outline"},
		{name: "a pairing of one unit with itself", as: s.author, method: "PUT", path: studio("courses", s.course) + "/pairings", body: fmt.Sprintf(`{"pairings":[{"languageUnitId":%q,"vocationalUnitId":%q}]}`, s.unit, s.unit), status: 422, code: "bad_pairing", field: "pairings[0]"},
		{name: "a run that ends before it starts", as: s.author, method: "PUT", path: studio("runs", uuid.New()), body: run, status: 422, code: "ends_before_start", field: "endsAt"},
		{name: "deleting a published course", as: s.author, method: "DELETE", path: studio("courses", s.course), status: 409, code: "course_published"},
		{name: "deleting a lesson", as: s.author, method: "DELETE", path: studio("lessons", s.closed), status: 204},
		{name: "restoring it", as: s.author, method: "POST", path: studio("lessons", s.closed) + "/restore", status: 200, holds: `"title":{"en":"Power on"}`},
		{name: "archiving", as: s.author, method: "POST", path: studio("courses", s.course) + "/archive", status: 200, holds: `"state":"archived"`},
		{name: "restoring the course", as: s.author, method: "POST", path: studio("courses", s.course) + "/restore", status: 200, holds: `"state":"published"`},
		{name: "cancelling a run", as: s.author, method: "DELETE", path: studio("runs", s.run) + "?force=true", status: 204},
		{name: "unpublishing", as: s.author, method: "POST", path: studio("courses", s.course) + "/unpublish", status: 200, holds: `"state":"draft"`},
	} {
		t.Run(sc.name, sc.run)
	}
}
