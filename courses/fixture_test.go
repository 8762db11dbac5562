package courses

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg/pgtest"
)

// world is a database with one institution and the people of its stories.
type world struct {
	*testing.T
	*Service
	db *pgxpool.Pool

	institution, other                                                uuid.UUID
	author, coordinator, learner, teacher, stranger, admin, suspended uuid.UUID
}

func setup(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{T: t, db: pgtest.New(t)}
	w.Service = New(w.db)
	t.Cleanup(w.Service.Close)
	w.institution, w.other = w.addInstitution("ruda"), w.addInstitution("elsewhere")
	w.author, w.coordinator = w.addAccount("author"), w.addAccount("coordinator")
	w.learner, w.teacher, w.stranger = w.addAccount("learner"), w.addAccount("teacher"), w.addAccount("stranger")
	w.admin, w.suspended = w.addAccount("admin"), w.addAccount("suspended")
	w.exec(`UPDATE accounts SET platform_admin = true WHERE id = $1`, w.admin)
	w.exec(`UPDATE accounts SET suspended_at = now() WHERE id = $1`, w.suspended)
	w.addMember(w.institution, w.author, "author")
	w.addMember(w.institution, w.suspended, "author")
	w.addMember(w.institution, w.coordinator, "coordinator")
	w.addMember(w.other, w.stranger, "author")
	return w
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func en(s string) localize.Text { return localize.Text{"en": s} }

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Exec(w.Context(), sql, args...); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
}

// scan reads one value.
func scan[T any](w *world, sql string, args ...any) T {
	w.Helper()
	rows, err := w.db.Query(w.Context(), sql, args...)
	if err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	if err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (w *world) addInstitution(slug string) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, $2, jsonb_build_object('en', $2::text), 'college', 'ZM')`, id, slug)
	return id
}

func (w *world) addAccount(name string) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, $2, $3, 'x')`, id, name+"@example.org", name)
	return id
}

func (w *world) addMember(institution, account uuid.UUID, role string) {
	w.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, $3)`, institution, account, role)
}

// addVideo adds a playable video of so many seconds with renditions of made-up weight.
func (w *world) addVideo(institution uuid.UUID, seconds int) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable, duration_ms, width, height, has_audio)
		VALUES ($1, $2, 'video', 'lathe.mp4', 1000, 'ready', true, $3, 1280, 720, true)`, id, institution, seconds*1000)
	for name, bytes := range map[string]int{"opus16": 2, "aac64": 8, "slides": 4, "240p": 10, "480p": 60} {
		kind := "video"
		if name == "opus16" || name == "aac64" {
			kind = "audio"
		}
		w.addRendition(id, name, kind, bytes*1000*seconds)
	}
	return id
}

func (w *world) addRendition(asset uuid.UUID, name, kind string, bytes int) {
	w.exec(`INSERT INTO renditions (asset_id, name, kind, codecs, bandwidth, average_bandwidth, bytes, generation, object_key, segment_offsets, segment_ms)
		VALUES ($1, $2, $3, '', 1, 1, $4, 1, '', '{}', '{}')`, asset, name, kind, bytes)
}

func (w *world) addImage(institution uuid.UUID) uuid.UUID {
	id := newID()
	w.exec(`INSERT INTO assets (id, institution_id, kind, filename, size, state, playable) VALUES ($1, $2, 'image', 'chuck.png', 1000, 'ready', true)`, id, institution)
	return id
}

// must takes a call's two results: must(w.Publish(…))(w).
func must[T any](v T, err error) func(*world) T {
	return func(w *world) T {
		w.Helper()
		if err != nil {
			w.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

func (w *world) no(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("unexpected error: %v", err)
	}
}

// wantFault checks an error's kind and, unless "", its code.
func wantFault(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // faults come unwrapped to the handlers
	if !ok || f.Kind != kind || code != "" && f.Code != code {
		t.Errorf("error is %v, want %v %s", err, kind, code)
	}
}

func (w *world) newCourse(format string, languages ...string) uuid.UUID {
	w.Helper()
	id := newID()
	if languages == nil {
		languages = []string{"en"}
	}
	must(w.CreateCourse(w.Context(), w.author, id, NewCourse{
		InstitutionID: w.institution, Format: format, Title: localize.Text{languages[0]: "CNC lathe " + id.String()[24:]}, Languages: languages}))(w)
	return id
}

func (w *world) newUnit(course uuid.UUID, kind string) uuid.UUID {
	w.Helper()
	id := newID()
	must(w.CreateUnit(w.Context(), w.author, id, NewUnit{CourseID: course, Kind: kind, Title: en("Unit " + kind)}))(w)
	return id
}

func (w *world) newLesson(unit uuid.UUID, preview bool) uuid.UUID {
	w.Helper()
	id := newID()
	must(w.CreateLesson(w.Context(), w.author, id, NewLesson{UnitID: unit, Title: en("Lesson"), Preview: preview}))(w)
	return id
}

func (w *world) newVideo(lesson uuid.UUID, seconds int) uuid.UUID {
	w.Helper()
	id, asset := newID(), w.addVideo(w.institution, seconds)
	must(w.CreateActivity(w.Context(), w.author, id, NewActivity{LessonID: lesson, Kind: "video", Title: en("Video"), AssetID: &asset}))(w)
	return id
}

func (w *world) newReading(lesson uuid.UUID, markdown string) uuid.UUID {
	w.Helper()
	id := newID()
	must(w.CreateActivity(w.Context(), w.author, id, NewActivity{LessonID: lesson, Kind: "reading", Title: en("Reading"), Body: reading(markdown)}))(w)
	return id
}

func reading(markdown string) json.RawMessage {
	b, err := json.Marshal(readingBody{Markdown: en(markdown)})
	if err != nil {
		panic(err)
	}
	return b
}

// course is a published course: two units paired, the first with a preview lesson of a video and a reading, the second
// with one lesson of one video.
type course struct {
	id, language, vocational, open, closed uuid.UUID
	openVideo, reading, video              uuid.UUID // 100 s, 1, 200 s
	slug                                   string
}

func (w *world) publish(format string) course {
	w.Helper()
	c := course{id: w.newCourse(format)}
	c.language, c.vocational = w.newUnit(c.id, "language"), w.newUnit(c.id, "vocational")
	c.open, c.closed = w.newLesson(c.language, true), w.newLesson(c.vocational, false)
	c.openVideo, c.reading, c.video = w.newVideo(c.open, 100), w.newReading(c.open, "# Safety\n\nWear **goggles**."), w.newVideo(c.closed, 200)
	must(w.PairUnits(w.Context(), w.author, c.id, []Pairing{{c.language, c.vocational}}))(w)
	c.slug = must(w.Publish(w.Context(), w.author, c.id))(w).Slug
	return c
}

// newRun adds a run that is open now.
func (w *world) newRun(course uuid.UUID, capacity int, teachers ...string) uuid.UUID {
	w.Helper()
	id := newID()
	in := RunInput{CourseID: course, Title: en("Autumn"), StartsAt: time.Now().Add(-time.Hour), EndsAt: time.Now().Add(100 * time.Hour),
		TimeZone: "Africa/Lusaka", TeacherEmails: teachers}
	if capacity > 0 {
		in.Capacity = &capacity
	}
	must(w.PutRun(w.Context(), w.author, id, in))(w)
	return id
}

func (w *world) enrol(viewer, course uuid.UUID, run *uuid.UUID) uuid.UUID {
	w.Helper()
	return must(w.Enrol(w.Context(), viewer, newID(), NewEnrolment{CourseID: course, RunID: run}))(w).ID
}

// watch reports seconds [from, to) of an activity now.
func (w *world) watch(viewer, activity uuid.UUID, from, to int) ReportResult {
	w.Helper()
	return must(w.Report(w.Context(), viewer, []Report{{ID: newID(), ActivityID: activity, Watched: [][2]int{{from, to}}, PositionMs: to * 1000, At: time.Now()}}))(w)
}

// learners adds n accounts.
func (w *world) learners(n int) []uuid.UUID {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = w.addAccount(fmt.Sprintf("learner-%d", i))
	}
	return ids
}
