package language

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// arrange writes a lesson's row of the run's plan.
func (w *world) arrange(lesson uuid.UUID, at *time.Time, gate *int) {
	w.exec(`INSERT INTO run_lessons (run_id, lesson_id, taught_at, gate) VALUES ($1, $2, $3, $4)
		ON CONFLICT (run_id, lesson_id) DO UPDATE SET taught_at = excluded.taught_at, gate = excluded.gate`, w.run, lesson, at, gate)
}

func (w *world) gate(lesson uuid.UUID, percent int) { w.arrange(lesson, nil, &percent) }

// learn makes the learner know the words that a lesson asks for.
func (w *world) learn(viewer, lesson uuid.UUID) {
	for _, word := range must(w.Lesson(w.Context(), viewer, lesson, time.Time{}))(w).Readiness.Learn {
		w.happened(viewer, "review", word, 3, 0)
	}
}

func TestReadinessOnADay(t *testing.T) {
	t.Run("what is not reviewed fades, what is reviewed does not", func(t *testing.T) {
		w := setup(t)
		w.learn(w.learner, w.open)
		r := must(w.Lesson(w.Context(), w.learner, w.open, time.Now().AddDate(0, 0, 30)))(w).Readiness
		if r.OnDay == nil || r.OnDay.Expected >= r.Expected-0.1 || r.OnDay.Reviewed < 0.85 || r.Coverage < 0.95 {
			t.Errorf("%+v, on the day %+v", r, r.OnDay)
		}
		course := must(w.CourseReadiness(w.Context(), w.learner, "lathe", time.Now().AddDate(0, 0, 30)))(w)
		if day := course.Lessons[0].Readiness.OnDay; day == nil || day.Expected-r.OnDay.Expected > 1e-3 {
			t.Errorf("the course says %+v", day)
		}
	})
	t.Run("the date of the lesson in the learner's run is the day, unless another one is asked for", func(t *testing.T) {
		w := setup(t)
		at := time.Now().AddDate(0, 0, 9).UTC().Truncate(time.Second)
		w.arrange(w.open, &at, nil)
		if day := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w).Readiness.OnDay; day == nil || !day.At.Equal(at) {
			t.Errorf("%+v", day)
		}
		if day := must(w.Lesson(w.Context(), w.learner, w.open, at.AddDate(0, 0, 1)))(w).Readiness.OnDay; day == nil || day.At.Equal(at) {
			t.Errorf("%+v", day)
		}
		if day := must(w.Lesson(w.Context(), w.author, w.open, time.Time{}))(w).Readiness.OnDay; day != nil {
			t.Errorf("who is not in the run has %+v", day)
		}
	})
	t.Run("a lesson that is over has no day, a visitor neither", func(t *testing.T) {
		w := setup(t)
		past := time.Now().AddDate(0, 0, -9)
		w.arrange(w.open, &past, nil)
		if day := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w).Readiness.OnDay; day != nil {
			t.Errorf("%+v", day)
		}
		if day := must(w.Lesson(w.Context(), uuid.Nil, w.open, time.Now().AddDate(0, 0, 1)))(w).Readiness.OnDay; day != nil {
			t.Errorf("a visitor has %+v", day)
		}
	})
	t.Run("a day before yesterday or after a year is refused everywhere", func(t *testing.T) {
		w := setup(t)
		for _, at := range []time.Time{time.Now().AddDate(0, 0, -2), time.Now().AddDate(1, 0, 3), time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC)} {
			_, lesson := w.Lesson(w.Context(), w.learner, w.open, at)
			_, course := w.CourseReadiness(w.Context(), w.learner, "lathe", at)
			_, run := w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{At: at})
			for _, err := range []error{lesson, course, run} {
				wantFault(t, err, fault.Invalid, "out_of_range")
			}
		}
	})
}

func TestClassOfALesson(t *testing.T) {
	t.Run("learners come by name with the number that they see, words with their first place", func(t *testing.T) {
		w := setup(t)
		second := w.addAccount("apprentice")
		w.enrol(second)
		w.learn(w.learner, w.open)
		r := must(w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{Lesson: w.open}))(w)
		l := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w).Readiness
		if len(r.Lessons) != 1 || r.Learners != 2 || r.At != nil {
			t.Fatalf("%+v", r)
		}
		names := []string{r.Lessons[0].Learners[0].Name, r.Lessons[0].Learners[1].Name}
		if !slices.Equal(names, []string{"apprentice", "learner"}) || r.Lessons[0].Learners[1].Coverage != l.Coverage || r.Lessons[0].Learners[0].Band != "support" {
			t.Errorf("%+v, the learner sees %+v", r.Lessons[0].Learners, l)
		}
		for _, word := range r.Lessons[0].Lacking {
			if word.First == nil || word.First.Text == "" || word.Share == 0 {
				t.Errorf("%+v", word)
			}
		}
	})
	t.Run("on a day to come it is told what is expected then", func(t *testing.T) {
		w := setup(t)
		w.learn(w.learner, w.open)
		at := time.Now().AddDate(0, 0, 30)
		r := must(w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{Lesson: w.open, At: at}))(w)
		l := must(w.Lesson(w.Context(), w.learner, w.open, at))(w).Readiness
		if got := r.Lessons[0]; r.At == nil || got.Median != got.Learners[0].Expected || got.Learners[0].Expected-l.OnDay.Expected > 1e-3 || got.Bands.Go != 0 {
			t.Errorf("%+v, the learner sees %+v", r.Lessons[0], l.OnDay)
		}
	})
	t.Run("a lesson of another course is not found", func(t *testing.T) {
		w := setup(t)
		_, err := w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{Lesson: newID()})
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestGate(t *testing.T) {
	t.Run("who knows too little finds the words and no lines, and comes in once they are learnt", func(t *testing.T) {
		w := setup(t)
		w.gate(w.closed, 90)
		before := must(w.Lesson(w.Context(), w.learner, w.closed, time.Time{}))(w)
		if len(before.Lines) != 0 || len(before.Words) == 0 || len(before.Readiness.Learn) == 0 {
			t.Errorf("%+v", before)
		}
		if g := must(w.Gate(w.Context(), w.learner, w.closed))(w); g.Open || g.Coverage != before.Readiness.Coverage || g.Learn != len(before.Readiness.Learn) {
			t.Errorf("%+v", g)
		}
		w.learn(w.learner, w.closed)
		if g := must(w.Gate(w.Context(), w.learner, w.closed))(w); !g.Open {
			t.Errorf("%+v", g)
		}
		if after := must(w.Lesson(w.Context(), w.learner, w.closed, time.Time{}))(w); len(after.Lines) == 0 {
			t.Errorf("%+v", after)
		}
	})
	t.Run("forgetting locks nobody out again, a higher gate does", func(t *testing.T) {
		w := setup(t)
		w.gate(w.closed, 80)
		w.learn(w.learner, w.closed)
		must(w.Gate(w.Context(), w.learner, w.closed))(w)
		w.exec(`UPDATE word_memory SET last_rating = 1`)
		if l := must(w.Lesson(w.Context(), w.learner, w.closed, time.Time{}))(w); len(l.Lines) == 0 || l.Readiness.Coverage > 0.8 {
			t.Errorf("%+v", l)
		}
		w.exec(`UPDATE gate_passes SET coverage = 0.85`)
		w.gate(w.closed, 95)
		if l := must(w.Lesson(w.Context(), w.learner, w.closed, time.Time{}))(w); len(l.Lines) != 0 {
			t.Errorf("%+v", l)
		}
	})
	t.Run("its lines are neither on cards nor in the dictionary", func(t *testing.T) {
		w := setup(t)
		video := w.addVideo([]string{"请关闭电源总开关。"})
		preview, lesson := newID(), newID()
		w.publish("safety", "7223", map[uuid.UUID]uuid.UUID{preview: w.video, lesson: video})
		w.exec(`INSERT INTO runs (id, course_id, title, starts_at, ends_at) SELECT $1, id, '{}', now(), now() + interval '1 day' FROM courses WHERE slug = 'safety'`, lesson)
		w.exec(`INSERT INTO enrolments (id, account_id, course_id, run_id) SELECT $1, $2, id, $3 FROM courses WHERE slug = 'safety'`, newID(), w.learner, lesson)
		w.happened(w.learner, "keep", "电源", 0, 0)
		shown := func() (lines, places int) {
			for _, card := range must(w.Due(w.Context(), w.learner, 20))(w).Cards {
				if card.Context != nil {
					lines++
				}
			}
			return lines, len(must(w.Entry(w.Context(), w.learner, "电源"))(w).Occurrences)
		}
		if lines, places := shown(); lines != 1 || places != 1 {
			t.Fatalf("before the gate: %d lines, %d places", lines, places)
		}
		w.exec(`INSERT INTO run_lessons (run_id, lesson_id, gate) VALUES ($1, $1, 80)`, lesson)
		if lines, places := shown(); lines != 0 || places != 0 {
			t.Errorf("behind the gate: %d lines, %d places", lines, places)
		}
	})
	t.Run("teachers, authors and learners of other runs are not barred", func(t *testing.T) {
		w := setup(t)
		w.gate(w.closed, 95)
		w.enrol(w.teacher)
		w.enrol(w.author)
		for _, viewer := range []uuid.UUID{w.teacher, w.author, w.admin} {
			if l := must(w.Lesson(w.Context(), viewer, w.closed, time.Time{}))(w); len(l.Lines) == 0 {
				t.Errorf("%s is barred", viewer)
			}
		}
	})
}

func TestAssign(t *testing.T) {
	give := func(w *world, id uuid.UUID, words ...string) (Assignment, error) {
		return w.Assign(w.Context(), w.teacher, w.run, id, NewAssignment{LessonID: w.open, Words: words})
	}
	t.Run("given words come as new ones for their lesson, once, before the learner's own", func(t *testing.T) {
		w := setup(t)
		at := time.Now().AddDate(0, 0, 3).UTC().Truncate(time.Second)
		w.arrange(w.open, &at, nil)
		w.happened(w.learner, "keep", "帽子", 0, 1)
		id := newID()
		must(give(w, id, "机床", "转速", "机床"))(w)
		must(give(w, id, "机床", "转速"))(w)
		must(give(w, newID(), "转速", "检查"))(w)
		d := must(w.Due(w.Context(), w.learner, 20))(w)
		var words []string
		for _, card := range d.Cards {
			words = append(words, card.Word.Hanzi)
			if given := card.Assigned != nil; given == (card.Word.Hanzi == "帽子") || given && (card.Assigned.LessonID != w.open || !card.Assigned.At.Equal(at)) {
				t.Errorf("%+v", card)
			}
		}
		if !slices.Equal(words, []string{"机床", "转速", "检查", "帽子"}) || d.New != 4 || len(d.Assigned) != 1 || d.Assigned[0].Words != 3 {
			t.Errorf("%v of %+v", words, d)
		}
	})
	t.Run("learning them is the learner's memory, and the teacher sees it", func(t *testing.T) {
		w := setup(t)
		w.enrol(w.addAccount("second"))
		must(give(w, newID(), "机床", "转速"))(w)
		w.happened(w.learner, "review", "机床", 3, 0)
		w.happened(w.learner, "review", "转速", 1, 0)
		d := must(w.Due(w.Context(), w.learner, 20))(w)
		if len(d.Assigned) != 0 || d.New != 0 {
			t.Errorf("%+v", d)
		}
		a := must(w.Assignments(w.Context(), w.teacher, w.run))(w)
		if a.Learners != 2 || len(a.Items) != 1 || a.Items[0].LessonTitle["en"] != "Lesson" || a.Items[0].AssignedBy != "teacher" {
			t.Fatalf("%+v", a)
		}
		if w1, w2 := a.Items[0].Words[0], a.Items[0].Words[1]; w1.Met != 1 || w1.Known != 1 || w2.Met != 1 || w2.Known != 0 || w1.Pinyin == "" {
			t.Errorf("%+v, %+v", w1, w2)
		}
	})
	t.Run("words of a declared level are known and not given", func(t *testing.T) {
		w := setup(t)
		must(give(w, newID(), "请", "机床"))(w)
		must(w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "hsk2", Level: 2}))(w)
		if d := must(w.Due(w.Context(), w.learner, 20))(w); len(d.Cards) != 1 || d.Cards[0].Word.Hanzi != "机床" {
			t.Errorf("%+v", d)
		}
		if a := must(w.Assignments(w.Context(), w.teacher, w.run))(w); a.Items[0].Words[0].Known != 1 {
			t.Errorf("%+v", a)
		}
	})
	t.Run("withdrawn ones are given no more, also when they are given once more under their id", func(t *testing.T) {
		w := setup(t)
		id := newID()
		must(give(w, id, "机床"))(w)
		w.no(w.Withdraw(w.Context(), w.teacher, w.run, id))
		w.no(w.Withdraw(w.Context(), w.teacher, w.run, id))
		if again := must(give(w, id, "机床"))(w); !again.Withdrawn {
			t.Errorf("%+v", again)
		}
		if d := must(w.Due(w.Context(), w.learner, 20))(w); len(d.Cards) != 0 || len(d.Assigned) != 0 {
			t.Errorf("%+v", d)
		}
		if a := must(w.Assignments(w.Context(), w.teacher, w.run))(w); len(a.Items) != 0 {
			t.Errorf("%+v", a)
		}
	})
	t.Run("who has left the run is given nothing", func(t *testing.T) {
		w := setup(t)
		must(give(w, newID(), "机床"))(w)
		w.exec(`UPDATE enrolments SET left_at = now()`)
		if d := must(w.Due(w.Context(), w.learner, 20))(w); len(d.Cards) != 0 {
			t.Errorf("%+v", d)
		}
	})
	t.Run("what is no word of the lesson is refused, and nothing is given", func(t *testing.T) {
		w := setup(t)
		_, err := give(w, newID(), "机床", "苹果")
		wantFault(t, err, fault.Invalid, "not_in_lesson")
		_, err = give(w, newID())
		wantFault(t, err, fault.Invalid, "out_of_range")
		_, err = give(w, uuid.Nil, "机床")
		wantFault(t, err, fault.Invalid, "invalid")
		if a := must(w.Assignments(w.Context(), w.teacher, w.run))(w); len(a.Items) != 0 {
			t.Errorf("%+v", a)
		}
	})
	t.Run("only who teaches the run gives, sees and takes back", func(t *testing.T) {
		w := setup(t)
		id := newID()
		must(give(w, id, "机床"))(w)
		for _, viewer := range []uuid.UUID{w.learner, w.stranger, w.author, uuid.Nil} {
			_, err := w.Assign(w.Context(), viewer, w.run, newID(), NewAssignment{LessonID: w.open, Words: []string{"机床"}})
			wantFault(t, err, fault.NotFound, "")
			_, err = w.Assignments(w.Context(), viewer, w.run)
			wantFault(t, err, fault.NotFound, "")
			wantFault(t, w.Withdraw(w.Context(), viewer, w.run, id), fault.NotFound, "")
		}
	})
	t.Run("an id of another run is taken", func(t *testing.T) {
		w := setup(t)
		id, other := newID(), newID()
		must(give(w, id, "机床"))(w)
		w.exec(`INSERT INTO runs (id, course_id, title, starts_at, ends_at) VALUES ($1, $2, '{}', now(), now() + interval '1 day')`, other, w.course)
		w.exec(`INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, other, w.teacher)
		_, err := w.Assign(w.Context(), w.teacher, other, id, NewAssignment{LessonID: w.open, Words: []string{"机床"}})
		wantFault(t, err, fault.Conflict, "id_taken")
	})
}

func TestLevelsOfAVisitor(t *testing.T) {
	t.Run("a visitor is told for each level what an account of that level is told, word by word", func(t *testing.T) {
		w := setup(t)
		// 机床厂 is composed of dictionary words, 转速 is a term of the trade and is not.
		w.caption(w.video, "zh-CN", append(slices.Clone(spoken), "我们的学校有学生，老师在火车站，转速一千。", "飞机场出口在商店门口。"))
		visitor := must(w.Lesson(w.Context(), uuid.Nil, w.open, time.Time{}))(w)
		if len(visitor.ByLevel) != maxHSK2 {
			t.Fatalf("%d levels", len(visitor.ByLevel))
		}
		byParts := 0
		for level := 1; level <= maxHSK2; level++ {
			must(w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "hsk2", Level: level}))(w)
			account := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w)
			if encoded(visitor.ByLevel[level-1]) != encoded(account.Readiness) {
				t.Errorf("level %d: %s, an account has %s", level, encoded(visitor.ByLevel[level-1]), encoded(account.Readiness))
			}
			for hanzi, word := range account.Words {
				from := visitor.Words[hanzi].KnownFrom
				if known := from > 0 && from <= level; known != word.Known {
					t.Errorf("level %d: %s is known from %d, to an account %v", level, hanzi, from, word.Known)
				}
				if word.KnownBy == "parts" {
					byParts++
				}
			}
			if account.ByLevel != nil {
				t.Error("an account is told of levels")
			}
		}
		if byParts == 0 {
			t.Error("no word of the lesson is known by its parts: the test proves nothing")
		}
	})
}
