package demo_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"time"

	"hanzhi/demo"
	"hanzhi/demo/content"
	"hanzhi/server/app"
	"hanzhi/server/config"
)

var people = demo.Accounts{
	Admin:   demo.Account{Name: "Administrator", Email: "admin@example.org", Password: "practice-paper-7"},
	Author:  demo.Account{Name: "Author", Email: "author@example.org", Password: "practice-paper-8"},
	Teacher: demo.Account{Name: "Teacher", Email: "teacher@example.org", Password: "practice-paper-9"},
	Student: demo.Account{Name: "Student", Email: "student@example.org", Password: "practice-paper-10"},
}

// platform starts the whole platform with its embedded services.
func platform(t *testing.T) *app.App {
	t.Helper()
	env := map[string]string{"HANZHI_LISTEN": "127.0.0.1:0", "HANZHI_DATA": t.TempDir(), "HANZHI_ADMIN_EMAIL": people.Admin.Email,
		"HANZHI_ADMIN_PASSWORD": people.Admin.Password, "HANZHI_DRAIN_TIME": "1s"}
	cfg, err := config.Load(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		a.Close()
	})
	return a
}

// short cuts the courses down to what a test has time for: two units, one lesson each, one line and one word a lesson.
func short(t *testing.T) []content.Course {
	t.Helper()
	all, err := content.Courses()
	if err != nil {
		t.Fatal(err)
	}
	mooc, micro, picture := all[0], all[1], labelled(all[0])
	mooc.Units = mooc.Units[:2]
	for i := range mooc.Units {
		mooc.Units[i].Lessons = cut(mooc.Units[i].Lessons[len(mooc.Units[i].Lessons)-1-i:][:1])
	}
	micro.Units[0].Lessons = cut(micro.Units[0].Lessons[:1])
	practised := &micro.Units[0].Lessons[0]
	practised.Practice = []content.Exercise{{Steps: []int{0, 0, 0}}, picture}
	practised.Task = &content.Task{Description: practised.Summary, Phrases: []content.Said{{Lesson: practised.Slug, Line: 0}},
		Decoys: []content.Text{practised.Summary, practised.Tip}, Checklist: []content.Text{practised.Tip}, CanDo: []content.Text{practised.Tip}}
	return []content.Course{mooc, micro}
}

// labelled is a picture whose parts are named.
func labelled(c content.Course) content.Exercise {
	for _, l := range c.Lessons() {
		for _, e := range l.Practice {
			if len(e.Spots) > 0 {
				return e
			}
		}
	}
	return content.Exercise{}
}

func cut(lessons []content.Lesson) []content.Lesson {
	for i := range lessons {
		lessons[i].Terms, lessons[i].Lines = lessons[i].Terms[:1], lessons[i].Lines[:1]
		lessons[i].Practice, lessons[i].Task = nil, nil
	}
	return lessons
}

// line counts the requests that change something. Where dead says so the line breaks off, and cut is called.
type line struct {
	changes int
	dead    func(change int, r *http.Request) bool
	cut     func()
	mu      sync.Mutex
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.URL.Path != "/api/session" {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.changes++; l.dead != nil && l.dead(l.changes, r) {
			l.cut()
			return nil, io.ErrUnexpectedEOF
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestLoad(t *testing.T) {
	a, courses, dir := platform(t), short(t), t.TempDir()
	load := func(via *line, progress func(demo.Step)) error {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
		defer stop()
		via.cut = stop
		return demo.LoadCourses(ctx, demo.Options{BaseURL: a.URL(), HTTP: &http.Client{Transport: via}, Accounts: people, MediaDir: dir, Progress: progress}, courses)
	}
	var steps []demo.Step
	brokenOff := func(t *testing.T, dead func(change int, r *http.Request) bool) {
		steps = nil
		err := load(&line{dead: dead}, func(s demo.Step) { steps = append(steps, s) })
		if err == nil || !strings.Contains(err.Error(), "demo ") {
			t.Fatal(err)
		}
	}
	t.Run("a load that is broken off says where", func(t *testing.T) {
		brokenOff(t, func(change int, _ *http.Request) bool { return change > 14 })
	})
	t.Run("it may also be broken off just before it publishes the last lesson", func(t *testing.T) {
		publications := 0
		brokenOff(t, func(_ int, r *http.Request) bool {
			if strings.HasSuffix(r.URL.Path, "/publish") {
				publications++
			}
			return publications > 2
		})
		if last := steps[len(steps)-1]; last.Done != 2 || last.Total != 3 || steps[0].Phase != demo.Drawing {
			t.Errorf("%+v", steps)
		}
	})
	t.Run("the next load goes on and completes", func(t *testing.T) {
		if err := load(&line{}, nil); err != nil {
			t.Fatal(err)
		}
	})
	visitor := reader(t, a.URL())
	t.Run("a visitor finds both courses in the catalogue with their covers", func(t *testing.T) {
		var list struct {
			Items []struct{ Slug, Poster string }
		}
		visitor.get(t, "/api/courses", &list)
		if len(list.Items) != 2 || list.Items[0].Poster == "" || list.Items[1].Poster == "" {
			t.Errorf("%+v", list)
		}
	})
	t.Run("words of the term banks are heard and seen, 40 at the most", func(t *testing.T) {
		var banks struct{ Items []struct{ ID string } }
		visitor.get(t, "/api/term-banks", &banks)
		heard, seen := 0, 0
		for _, b := range banks.Items {
			var page struct {
				Items []struct {
					Safety         bool
					Audio, Picture string
				}
			}
			visitor.get(t, "/api/term-banks/"+b.ID+"?limit=500", &page)
			for _, term := range page.Items {
				if term.Audio != "" && term.Safety {
					heard++
				}
				if term.Picture != "" {
					seen++
				}
			}
		}
		if heard != 40 || seen != 15 {
			t.Errorf("%d are heard, %d are seen", heard, seen)
		}
	})
	t.Run("the MOOC has its paired units, an open run and a first lesson for everybody", func(t *testing.T) {
		var c struct {
			Outline []struct {
				Kind    string
				Lessons []struct {
					ID      string
					Preview bool
				}
			}
			Pairings []any
			Runs     []struct{ State string }
		}
		visitor.get(t, "/api/courses/cnc-lathe", &c)
		if len(c.Outline) != 2 || c.Outline[0].Kind != "language" || len(c.Pairings) != 1 || len(c.Runs) != 1 || c.Runs[0].State != "open" {
			t.Fatalf("%+v", c)
		}
		var lesson struct {
			Activities []struct {
				Kind  string
				HTML  map[string]string
				Video *struct {
					DurationMs int
					Captions   []struct{ Lang string }
				}
			}
		}
		visitor.get(t, "/api/lessons/"+c.Outline[0].Lessons[0].ID, &lesson)
		if len(lesson.Activities) != 2 {
			t.Fatalf("%+v", lesson)
		}
		video, reading := lesson.Activities[0], lesson.Activities[1]
		if video.Video == nil || len(video.Video.Captions) != 6 || video.Video.DurationMs < 10_000 {
			t.Errorf("%+v", video.Video)
		}
		for _, locale := range content.Locales {
			if h := reading.HTML[locale]; !strings.Contains(h, "<table") || !strings.Contains(h, "<img") || strings.Contains(h, "{{") {
				t.Errorf("reading in %s: %.300s", locale, h)
			}
		}
	})
	t.Run("the micro-course has its procedure, its picture and its task, whose phrase is heard in the film", func(t *testing.T) {
		author := reader(t, a.URL())
		author.signIn(t, people.Author)
		var found struct{ Items []struct{ ID, Slug string } }
		author.get(t, "/api/studio/courses", &found)
		var draft struct {
			Revision *int
			Units    []struct {
				Lessons []struct {
					Activities []struct {
						Kind string
						Body struct {
							Exercises []struct {
								Kind, Picture string
								Steps, Spots  []any
							}
							Phrases []struct {
								AssetID        string
								StartMs, EndMs int
								Meaning        map[string]string
							}
						}
					}
				}
			}
		}
		for _, c := range found.Items {
			if c.Slug == "emergency-stop" {
				author.get(t, "/api/studio/courses/"+c.ID, &draft)
			}
		}
		if draft.Revision == nil {
			t.Fatalf("%+v", found)
		}
		kinds := []string{}
		for _, x := range draft.Units[0].Lessons[0].Activities {
			kinds = append(kinds, x.Kind)
			if e := x.Body.Exercises; len(e) > 0 && (len(e) != 2 || len(e[0].Steps) != 3 || e[1].Kind != "label" || e[1].Picture == "" || len(e[1].Spots) < 3) {
				t.Errorf("%+v", e)
			}
			if p := x.Body.Phrases; len(p) > 0 && (p[0].AssetID == "" || p[0].EndMs <= p[0].StartMs || len(p[0].Meaning) != 4) {
				t.Errorf("%+v", p)
			}
		}
		if got := strings.Join(kinds, " "); got != "video reading practice task" && got != "video practice task" {
			t.Error(got)
		}
	})
	t.Run("the demo student is enrolled", func(t *testing.T) {
		student := reader(t, a.URL())
		student.signIn(t, people.Student)
		var today struct{ Enrolled []any }
		student.get(t, "/api/today", &today)
		if len(today.Enrolled) != 1 {
			t.Errorf("%+v", today)
		}
	})
	t.Run("the demo student has a live class soon", func(t *testing.T) {
		student := reader(t, a.URL())
		student.signIn(t, people.Student)
		var list struct {
			Items []struct {
				StartsAt time.Time
				Role     string
			}
		}
		student.get(t, "/api/classes", &list)
		if len(list.Items) != 8 || list.Items[0].Role != "student" || time.Until(list.Items[0].StartsAt) > 30*time.Minute {
			t.Errorf("%+v", list)
		}
	})
	t.Run("another load changes nothing", func(t *testing.T) {
		via := &line{}
		if err := load(via, nil); err != nil {
			t.Fatal(err)
		}
		if via.changes != 0 {
			t.Errorf("%d changes", via.changes)
		}
	})
}

// browser is a reader of the platform.
type browser struct {
	http.Client
	base string
}

func reader(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{http.Client{Jar: jar}, base}
}

func (b *browser) get(t *testing.T, path string, into any) {
	t.Helper()
	answer, err := b.Get(b.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", path, answer.StatusCode, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatal(err)
	}
}

func (b *browser) signIn(t *testing.T, a demo.Account) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"email": a.Email, "password": a.Password})
	r, err := http.NewRequest(http.MethodPost, b.base+"/api/session", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := b.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("sign in: %d", answer.StatusCode)
	}
}
