package classes

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg/pgtest"
)

// school is a database with a run, its teacher and a learner, and a colleague who is no part of the run.
type school struct {
	*testing.T
	*Service
	db *pgxpool.Pool

	institution, course, run            uuid.UUID
	teacher, learner, colleague, nobody uuid.UUID
	now                                 time.Time
}

func setup(t *testing.T) *school {
	t.Helper()
	t.Parallel()
	s := &school{T: t, db: pgtest.New(t), institution: newID(), course: newID(), run: newID(), now: time.Now().UTC().Truncate(time.Second)}
	s.Service = New(s.db)
	s.Service.now = func() time.Time { return s.now }
	s.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'ruda', '{"en": "Ruda"}', 'college', 'ZM')`, s.institution)
	s.exec(`INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'lathe', 'mooc', '{"en": "Lathe", "ru": "Токарь"}')`, s.course, s.institution)
	s.exec(`INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, $3, $4)`, s.run, s.course, s.now.AddDate(0, -1, 0), s.now.AddDate(1, 0, 0))
	s.teacher, s.learner, s.colleague, s.nobody = s.account("teacher"), s.account("learner"), s.account("colleague"), s.account("nobody")
	s.exec(`INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, s.run, s.teacher)
	s.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'teacher')`, s.institution, s.colleague)
	s.enrol(s.learner)
	return s
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func (s *school) exec(sql string, args ...any) {
	s.Helper()
	if _, err := s.db.Exec(s.Context(), sql, args...); err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
}

func (s *school) account(name string) uuid.UUID {
	id := newID()
	s.exec(`INSERT INTO accounts (id, email, name, password_hash) VALUES ($1, $2, $3, 'x')`, id, name+"@example.org", name)
	return id
}

func (s *school) enrol(account uuid.UUID) {
	s.exec(`INSERT INTO enrolments (id, account_id, course_id, run_id) VALUES ($1, $2, $3, $4)`, newID(), account, s.course, s.run)
}

// in is a class of the run that begins after so long.
func (s *school) in(after time.Duration) NewClass {
	return NewClass{RunID: s.run, Title: localize.Text{"en": "Stop!", "ru": "Стой!"}, StartsAt: s.now.Add(after), Minutes: 45, TimeZone: "Africa/Lusaka"}
}

// plan plans a class as the run's teacher.
func (s *school) plan(in NewClass) Class {
	s.Helper()
	c, err := s.Plan(s.Context(), s.teacher, newID(), in)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// change changes a class as the run's teacher.
func (s *school) change(c Class, change func(*NewClass)) Class {
	s.Helper()
	in := NewClass{RunID: c.RunID, LessonID: c.LessonID, Title: c.Title, StartsAt: c.StartsAt, Minutes: c.Minutes, TimeZone: c.TimeZone, WaitingRoom: c.WaitingRoom, Version: c.Version}
	change(&in)
	c, err := s.Plan(s.Context(), s.teacher, c.ID, in)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

// happening is an event of a class's log, as many minutes after it began.
func (s *school) happening(minute int, name string, data any) Event {
	b, err := json.Marshal(data)
	if err != nil {
		s.Fatal(err)
	}
	return Event{At: s.now.Add(time.Duration(minute) * time.Minute), Name: name, Data: b}
}

// hold writes the log of a class that was held for an hour, and ends it.
func (s *school) hold(class uuid.UUID, events ...Event) {
	s.Helper()
	log := append([]Event{s.happening(0, "class.started", nil)}, events...)
	log = append(log, s.happening(60, "class.ended", nil))
	for i := range log {
		log[i].Offset = int64(i + 1)
	}
	if err := s.AppendEvents(s.Context(), class, log); err != nil {
		s.Fatal(err)
	}
	if err := s.End(s.Context(), class, s.now.Add(time.Hour)); err != nil {
		s.Fatal(err)
	}
}

// comes is somebody's join; they stay until the class ends.
func (s *school) comes(person uuid.UUID, name, role string, minute int) Event {
	return s.happening(minute, "person.joined", map[string]any{"person": person, "connection": newID(), "name": name, "role": role, "node": "a"})
}

func (s *school) no(err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("unexpected error: %v", err)
	}
}

func wantFault(t testing.TB, err error, kind fault.Kind, code string) {
	t.Helper()
	f, ok := err.(*fault.Error) //nolint:errorlint // faults come unwrapped to the handlers
	if !ok || f.Kind != kind || f.Code != code {
		t.Errorf("error is %v, want %v %s", err, kind, code)
	}
}
