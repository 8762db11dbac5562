package classes

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// table reads a report as a spreadsheet program does: a line of cells by the name of its person.
func (s *school) table(class uuid.UUID) (head []string, lines map[string][]string) {
	s.Helper()
	var b bytes.Buffer
	s.no(s.WriteReport(s.Context(), s.teacher, class, &b))
	text, marked := strings.CutPrefix(b.String(), "\ufeff")
	if !marked || !strings.Contains(text, "\r\n") {
		s.Errorf("not as spreadsheet programs want it: %q", b.String())
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	s.no(err)
	lines = map[string][]string{}
	for _, row := range rows[1:] {
		lines[row[0]] = row
	}
	return rows[0], lines
}

func TestWriteReport(t *testing.T) {
	t.Parallel()
	t.Run("a line tells of each person how long they were there and what they did", func(t *testing.T) {
		s := setup(t)
		yes := true
		in := s.in(0)
		in.Graded = &yes
		c := s.plan(in)
		absent, guest, poll := s.account("absent"), newID(), newID()
		s.enrol(absent)
		s.hold(c.ID, s.comes(s.teacher, "teacher", "teacher", 0), s.comes(s.learner, "learner", "student", 15),
			s.happening(30, "person.joined", map[string]any{"person": guest, "connection": newID(), "name": "Master Banda", "role": "observer", "guest": true, "node": "a"}),
			s.quiz(poll, true), s.answers(poll, s.learner, 0), s.happening(7, "hand.raised", map[string]any{"person": s.learner}))
		head, lines := s.table(c.ID)
		if want := []string{"name", "email", "role", "guest", "minutes", "share_percent", "connected_minutes", "note", "hands", "polls_right", "polls_answered", "sheets_written", "points", "points_most"}; !slices.Equal(head, want) {
			t.Errorf("head = %v", head)
		}
		for name, want := range map[string][]string{
			"teacher":      {"teacher", "teacher@example.org", "teacher", "false", "60", "100.0", "60", "", "0", "0", "0", "0", "", ""},
			"learner":      {"learner", "learner@example.org", "student", "false", "45", "75.0", "45", "", "1", "1", "1", "0", "1", "1"},
			"absent":       {"absent", "absent@example.org", "student", "false", "0", "0.0", "0", "", "0", "0", "0", "0", "", ""},
			"Master Banda": {"Master Banda", "", "observer", "true", "30", "50.0", "30", "", "0", "0", "0", "0", "", ""},
		} {
			if !slices.Equal(lines[name], want) {
				t.Errorf("%s: %q, want %q", name, lines[name], want)
			}
		}
		if len(lines) != 4 {
			t.Errorf("%d lines", len(lines))
		}
	})
	t.Run("a class of moments was held, and who was there was there for all of it", func(t *testing.T) {
		s := setup(t)
		c, other := s.plan(s.in(0)), s.plan(s.in(0))
		second := func(n int, e Event) Event {
			e.At = s.now.Add(time.Duration(n) * time.Second)
			return e
		}
		log := []Event{s.happening(0, "class.started", nil), s.comes(s.learner, "learner", "student", 0), second(20, s.happening(0, "class.ended", nil))}
		for i := range log {
			log[i].Offset = int64(i + 1)
		}
		s.no(s.AppendEvents(t.Context(), c.ID, log))
		s.no(s.End(t.Context(), c.ID, s.now.Add(20*time.Second)))
		r, err := s.Report(t.Context(), s.teacher, c.ID)
		if s.no(err); !r.Held || r.Minutes != 0 || len(r.People) != 1 || r.People[0].Share != 1 {
			t.Errorf("report = %+v", r)
		}
		if r, err := s.Report(t.Context(), s.teacher, other.ID); err != nil || r.Held {
			t.Errorf("of a class that nobody started: %+v, %v", r, err)
		}
	})
	t.Run("corrected minutes stand beside those of the connections, with the reason", func(t *testing.T) {
		s := setup(t)
		c := s.plan(s.in(0))
		s.hold(c.ID, s.comes(s.learner, "learner", "student", 50))
		ten, sixty := 10, 60
		s.no(s.Correct(t.Context(), s.teacher, c.ID, s.learner, newID(), NewCorrection{Minutes: &ten, Note: "Typed wrongly."}))
		s.no(s.Correct(t.Context(), s.teacher, c.ID, s.learner, newID(), NewCorrection{Minutes: &sixty, Note: "The line was cut, they were there."}))
		_, lines := s.table(c.ID)
		if got := lines["learner"][4:8]; !slices.Equal(got, []string{"60", "100.0", "10", "The line was cut, they were there."}) {
			t.Errorf("learner: %q", got)
		}
	})
	t.Run("no cell is a formula", func(t *testing.T) {
		s := setup(t)
		c := s.plan(s.in(0))
		evil := s.account("=HYPERLINK(1)")
		s.enrol(evil)
		s.hold(c.ID, s.comes(evil, "=HYPERLINK(1)", "student", 0))
		s.no(s.Correct(t.Context(), s.teacher, c.ID, evil, newID(), NewCorrection{Note: "+1"}))
		_, lines := s.table(c.ID)
		row := lines["'=HYPERLINK(1)"]
		if row == nil || row[1] != "'=HYPERLINK(1)@example.org" || row[7] != "'+1" {
			t.Errorf("lines = %q", lines)
		}
	})
	t.Run("it is for who leads the class, also for who is named for it", func(t *testing.T) {
		s := setup(t)
		in := s.in(0)
		in.TeacherIDs = []uuid.UUID{s.colleague}
		c := s.plan(in)
		s.hold(c.ID)
		var b bytes.Buffer
		s.no(s.WriteReport(t.Context(), s.colleague, c.ID, &b))
		wantFault(t, s.WriteReport(t.Context(), s.learner, c.ID, &b), fault.NotFound, "not_found")
		wantFault(t, s.WriteReport(t.Context(), s.nobody, c.ID, &b), fault.NotFound, "not_found")
	})
}
