package classes

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// quiz is a question with one right answer, the first.
func (s *school) quiz(poll uuid.UUID, counts bool) Event {
	return s.happening(5, "poll.opened", map[string]any{"poll": poll, "kind": "single", "question": "停?", "options": []string{"stop", "go"}, "correct": []int{0}, "graded": counts})
}

func (s *school) answers(poll, person uuid.UUID, choice int) Event {
	return s.happening(6, "poll.answered", map[string]any{"poll": poll, "person": person, "answer": map[string]any{"choices": []int{choice}}})
}

func (s *school) writes(round, person uuid.UUID, mark any) Event {
	return s.happening(8, "write.submitted", map[string]any{"round": round, "person": person, "name": "x", "strokes": [][]int{{1, 2}}, "mark": mark})
}

// grades are the points of a class by person.
func (s *school) grades(class uuid.UUID) map[uuid.UUID]ClassGrade {
	s.Helper()
	report, err := s.Report(s.Context(), s.teacher, class)
	s.no(err)
	list := map[uuid.UUID]ClassGrade{}
	for _, p := range report.People {
		if p.Grade != nil {
			list[p.Person] = *p.Grade
		}
	}
	return list
}

func TestGrades(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	// held is a class that counts, with two quizzes and a writing round, in which the learner did well and a second one came
	// and did nothing; a third one was not there.
	held := func(s *school, counts bool) (class Class, idle, absent uuid.UUID) {
		idle, absent = s.account("idle"), s.account("absent")
		s.enrol(idle)
		s.enrol(absent)
		in := s.in(0)
		in.Graded = &counts
		class = s.plan(in)
		first, second, opinion, round := newID(), newID(), newID(), newID()
		s.hold(class.ID, s.comes(s.teacher, "teacher", "teacher", 0), s.comes(s.learner, "learner", "student", 1), s.comes(idle, "idle", "student", 2),
			s.quiz(first, true), s.answers(first, s.learner, 1), s.answers(first, s.learner, 0), s.quiz(second, true), s.answers(second, s.learner, 1),
			s.quiz(opinion, false), s.answers(opinion, s.learner, 0), s.happening(7, "write.opened", map[string]any{"round": round, "hanzi": "停"}),
			s.writes(round, s.learner, 0.5), s.writes(round, s.learner, 0.755))
		class, err := s.Class(s.Context(), s.teacher, class.ID)
		s.no(err)
		return class, idle, absent
	}
	t.Run("quizzes and marks of writing add up for who was there; opinions do not count", func(t *testing.T) {
		s := setup(t)
		c, idle, absent := held(s, true)
		got := s.grades(c.ID)
		if len(got) != 2 || got[s.learner] != (ClassGrade{1.76, 3}) || got[idle] != (ClassGrade{0, 3}) {
			t.Errorf("grades = %+v", got)
		}
		if _, graded := got[absent]; graded {
			t.Error("who was not there has a grade")
		}
		mine, err := s.Class(t.Context(), s.learner, c.ID)
		if err != nil || mine.Grade == nil || *mine.Grade != (ClassGrade{1.76, 3}) {
			t.Errorf("the learner sees %+v, %v", mine.Grade, err)
		}
		if c.Grade != nil {
			t.Errorf("the teacher has a grade: %+v", c.Grade)
		}
	})
	t.Run("worked out again, nothing changes", func(t *testing.T) {
		s := setup(t)
		c, _, _ := held(s, true)
		var before, after time.Time
		read := func(to *time.Time) {
			s.no(s.db.QueryRow(t.Context(), `SELECT max(graded_at) FROM class_grades WHERE class_id = $1`, c.ID).Scan(to))
		}
		read(&before)
		s.no(s.End(t.Context(), c.ID, s.now.Add(2*time.Hour)))
		if read(&after); !after.Equal(before) || len(s.grades(c.ID)) != 2 {
			t.Errorf("graded at %v and %v: %+v", before, after, s.grades(c.ID))
		}
	})
	t.Run("a class that does not count gives none, until it does, and none again after that", func(t *testing.T) {
		s := setup(t)
		c, _, _ := held(s, false)
		if got := s.grades(c.ID); len(got) != 0 {
			t.Errorf("grades = %+v", got)
		}
		c = s.change(c, func(in *NewClass) { in.Graded = &yes })
		if got := s.grades(c.ID); len(got) != 2 {
			t.Errorf("switched on: %+v", got)
		}
		c = s.change(c, func(in *NewClass) { in.Minutes = 50 })
		if got := s.grades(c.ID); len(got) != 2 || !c.Graded {
			t.Errorf("another change: %+v", got)
		}
		s.change(c, func(in *NewClass) { in.Graded = &no })
		if got := s.grades(c.ID); len(got) != 0 {
			t.Errorf("switched off: %+v", got)
		}
	})
	t.Run("corrected attendance is followed both ways", func(t *testing.T) {
		s := setup(t)
		c, idle, absent := held(s, true)
		zero, hour := 0, 60
		s.no(s.Correct(t.Context(), s.teacher, c.ID, absent, newID(), NewCorrection{Minutes: &hour, Note: "Sat beside a friend."}))
		s.no(s.Correct(t.Context(), s.teacher, c.ID, idle, newID(), NewCorrection{Minutes: &zero, Note: "Only the phone was there."}))
		got := s.grades(c.ID)
		if _, graded := got[idle]; graded || got[absent] != (ClassGrade{0, 3}) || len(got) != 2 {
			t.Errorf("grades = %+v", got)
		}
		s.no(s.Correct(t.Context(), s.teacher, c.ID, idle, newID(), NewCorrection{Note: "It was theirs after all."}))
		if got := s.grades(c.ID); len(got) != 3 {
			t.Errorf("taken back: %+v", got)
		}
	})
	t.Run("a sheet that no device has marked counts for nothing, not against its writer", func(t *testing.T) {
		s := setup(t)
		in := s.in(0)
		in.Graded = &yes
		c := s.plan(in)
		poll, round := newID(), newID()
		s.hold(c.ID, s.comes(s.learner, "learner", "student", 1), s.quiz(poll, true), s.answers(poll, s.learner, 0),
			s.happening(7, "write.opened", map[string]any{"round": round, "hanzi": "停"}), s.writes(round, s.learner, nil))
		if got := s.grades(c.ID); got[s.learner] != (ClassGrade{1, 1}) {
			t.Errorf("grades = %+v", got)
		}
	})
	t.Run("a class without quizzes and writing has nothing to grade, and guests get none", func(t *testing.T) {
		s := setup(t)
		in := s.in(0)
		in.Graded = &yes
		c := s.plan(in)
		s.hold(c.ID, s.comes(s.learner, "learner", "student", 1))
		if got := s.grades(c.ID); len(got) != 0 {
			t.Errorf("grades = %+v", got)
		}
		c = s.plan(in)
		poll, guest := newID(), newID()
		s.hold(c.ID, s.happening(1, "person.joined", map[string]any{"person": guest, "connection": newID(), "name": "Guest", "role": "student", "guest": true, "node": "a"}),
			s.quiz(poll, true), s.answers(poll, guest, 0))
		if got := s.grades(c.ID); len(got) != 0 {
			t.Errorf("grades = %+v", got)
		}
	})
}
