package classes

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

func (s *school) role(class, person uuid.UUID) string {
	s.Helper()
	roles, err := s.Roles(s.Context(), class, []uuid.UUID{person})
	s.no(err)
	return roles[person]
}

func (s *school) mayBring(person uuid.UUID) (may bool) {
	s.Helper()
	s.no(s.db.QueryRow(s.Context(), `SELECT may_bring($1, $2, 'deck')`, person, s.institution).Scan(&may))
	return may
}

func TestNamedTeachers(t *testing.T) {
	t.Parallel()
	named := func(s *school, after time.Duration) NewClass {
		in := s.in(after)
		in.TeacherIDs = []uuid.UUID{s.colleague}
		return in
	}
	t.Run("who is named leads that class and no other, and may bring slides for it", func(t *testing.T) {
		s := setup(t)
		if s.mayBring(s.colleague) {
			t.Error("slides before being named")
		}
		c, other := s.plan(named(s, time.Hour)), s.plan(s.in(2*time.Hour))
		if got := s.role(c.ID, s.colleague); got != "teacher" {
			t.Errorf("role = %q", got)
		}
		if got := s.role(other.ID, s.colleague); got != "" {
			t.Errorf("role in another class = %q", got)
		}
		if !s.mayBring(s.colleague) || s.mayBring(s.nobody) {
			t.Error("slides are for who leads")
		}
		list, err := s.Classes(t.Context(), s.colleague, Filter{})
		if err != nil || len(list) != 1 || list[0].ID != c.ID || list[0].Role != "teacher" {
			t.Errorf("their classes = %+v, %v", list, err)
		}
		s.no(s.Cancel(t.Context(), s.colleague, c.ID, false))
		if s.mayBring(s.colleague) {
			t.Error("slides for a class that was called off")
		}
	})
	t.Run("the class says who leads it, those of its run first", func(t *testing.T) {
		s := setup(t)
		c := s.plan(named(s, time.Hour))
		c, err := s.Class(t.Context(), s.learner, c.ID)
		s.no(err)
		want := []ClassTeacher{{s.teacher, "teacher", false}, {s.colleague, "colleague", true}}
		if len(c.Teachers) != 2 || c.Teachers[0] != want[0] || c.Teachers[1] != want[1] {
			t.Errorf("teachers = %+v, want %+v", c.Teachers, want)
		}
	})
	t.Run("a change that says nothing of them leaves them, one that names nobody ends their part", func(t *testing.T) {
		s := setup(t)
		c := s.plan(named(s, time.Hour))
		c = s.change(c, func(in *NewClass) { in.Minutes = 60 })
		if got := s.role(c.ID, s.colleague); got != "teacher" {
			t.Errorf("after another change: %q", got)
		}
		s.change(c, func(in *NewClass) { in.TeacherIDs = []uuid.UUID{} })
		if got := s.role(c.ID, s.colleague); got != "" {
			t.Errorf("after being taken off: %q", got)
		}
		_, err := s.Class(t.Context(), s.colleague, c.ID)
		wantFault(t, err, fault.NotFound, "not_found")
	})
	t.Run("a series has them in all its classes; they cancel only what they lead", func(t *testing.T) {
		s := setup(t)
		in := named(s, time.Hour)
		in.Weeks = 3
		first := s.plan(in)
		list, err := s.Classes(t.Context(), s.colleague, Filter{})
		if err != nil || len(list) != 3 {
			t.Fatalf("%d classes, %v", len(list), err)
		}
		s.change(list[2], func(in *NewClass) { in.TeacherIDs = []uuid.UUID{} })
		s.no(s.Cancel(t.Context(), s.colleague, first.ID, true))
		for i, want := range []string{"cancelled", "cancelled", "scheduled"} {
			if c, err := s.Class(t.Context(), s.teacher, list[i].ID); err != nil || c.State != want {
				t.Errorf("class %d is %s, %v; want %s", i, c.State, err, want)
			}
		}
	})
	t.Run("a change of the later ones names them there too", func(t *testing.T) {
		s := setup(t)
		in := s.in(time.Hour)
		in.Weeks = 3
		first := s.plan(in)
		s.change(first, func(in *NewClass) { in.TeacherIDs, in.Later = []uuid.UUID{s.colleague}, true })
		if list, err := s.Classes(t.Context(), s.colleague, Filter{}); err != nil || len(list) != 3 {
			t.Errorf("%d classes, %v", len(list), err)
		}
	})
	t.Run("only the staff of the institution can be named, and leads no longer than they belong to it", func(t *testing.T) {
		s := setup(t)
		in := s.in(time.Hour)
		in.TeacherIDs = []uuid.UUID{s.colleague, s.learner}
		_, err := s.Plan(t.Context(), s.teacher, newID(), in)
		wantFault(t, err, fault.Invalid, "no_teacher")
		if f, ok := err.(*fault.Error); !ok || f.Field != "teacherIds[1]" { //nolint:errorlint // faults come unwrapped
			t.Errorf("error = %#v", err)
		}
		c := s.plan(named(s, time.Hour))
		s.exec(`DELETE FROM members WHERE account_id = $1`, s.colleague)
		if got := s.role(c.ID, s.colleague); got != "" {
			t.Errorf("role after leaving the institution: %q", got)
		}
		if c, err := s.Class(t.Context(), s.teacher, c.ID); err != nil || len(c.Teachers) != 1 {
			t.Errorf("teachers = %+v, %v", c.Teachers, err)
		}
	})
	t.Run("they move and rename what they lead, and say nothing of who leads it", func(t *testing.T) {
		s := setup(t)
		in := named(s, time.Hour)
		in.Weeks = 4
		c := s.plan(in)
		list, err := s.Classes(t.Context(), s.teacher, Filter{})
		s.no(err)
		s.change(list[1], func(in *NewClass) { in.TeacherIDs = []uuid.UUID{} })
		change := s.in(2 * time.Hour)
		change.Version, change.Later, change.Title = c.Version, true, map[string]string{"en": "Go!"}
		change.TeacherIDs = []uuid.UUID{s.colleague, s.teacher}
		_, err = s.Plan(t.Context(), s.colleague, c.ID, change)
		wantFault(t, err, fault.Invalid, "not_yours")
		change.TeacherIDs = nil
		_, err = s.Plan(t.Context(), s.colleague, c.ID, change)
		s.no(err)
		for i, was := range list {
			now, err := s.Class(t.Context(), s.teacher, was.ID)
			if s.no(err); i == 1 && (!now.StartsAt.Equal(was.StartsAt) || now.Title["en"] != "Stop!") || i != 1 && (!now.StartsAt.Equal(was.StartsAt.Add(time.Hour)) || now.Title["en"] != "Go!") {
				t.Errorf("class %d: %v at %v, was at %v", i, now.Title, now.StartsAt, was.StartsAt)
			}
		}
	})
	t.Run("who leads one class plans no others, and changes none of another run", func(t *testing.T) {
		s := setup(t)
		c, other := s.plan(named(s, time.Hour)), s.plan(s.in(time.Hour))
		_, err := s.Plan(t.Context(), s.colleague, newID(), s.in(time.Hour))
		wantFault(t, err, fault.NotFound, "not_found")
		in := s.in(time.Hour)
		in.Version = other.Version
		_, err = s.Plan(t.Context(), s.colleague, other.ID, in)
		wantFault(t, err, fault.NotFound, "not_found")
		in.RunID, in.Version = newID(), c.Version
		s.exec(`INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, in.RunID, s.course)
		_, err = s.Plan(t.Context(), s.colleague, c.ID, in)
		wantFault(t, err, fault.NotFound, "not_found")
	})
}

func TestColleagues(t *testing.T) {
	t.Parallel()
	t.Run("a part of a name or an address finds the staff of the institution, without who teaches the run already", func(t *testing.T) {
		s := setup(t)
		elsewhere := s.account("colleague elsewhere")
		s.exec(`INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'other', '{"en": "Other"}', 'college', 'ZM')`, elsewhere)
		s.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $1, 'teacher')`, elsewhere)
		s.exec(`INSERT INTO members (institution_id, account_id, role) VALUES ($1, $2, 'student')`, s.institution, s.learner)
		for query, n := range map[string]int{"": 1, "LEAG": 1, "colleague@example.org": 1, "teacher": 0, "%": 0, "learner": 0} {
			list, err := s.Colleagues(t.Context(), s.teacher, s.run, query)
			if err != nil || len(list) != n || n == 1 && (list[0] != Colleague{s.colleague, "colleague", "colleague@example.org"}) {
				t.Errorf("%q finds %+v, %v", query, list, err)
			}
		}
	})
	t.Run("who does not teach the run is told nothing", func(t *testing.T) {
		s := setup(t)
		for _, viewer := range []uuid.UUID{s.learner, s.colleague, s.nobody} {
			_, err := s.Colleagues(t.Context(), viewer, s.run, "")
			wantFault(t, err, fault.NotFound, "not_found")
		}
	})
}
