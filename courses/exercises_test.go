package courses

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// procedure is four steps of which the second and third may change places.
func procedure() Exercise {
	e := Exercise{ID: newID(), Kind: "order"}
	for i, text := range []string{"戴好护目镜", "关好门", "检查工件", "按启动"} {
		e.Steps = append(e.Steps, Step{ID: newID(), Text: text, Translation: en(text), Free: i == 2})
	}
	return e
}

func pictureOf(asset uuid.UUID, words ...string) Exercise {
	e := Exercise{ID: newID(), Kind: "label", Picture: assetScheme + asset.String()}
	for i, w := range words {
		e.Spots = append(e.Spots, Spot{ID: newID(), X: 100 * i, Y: 500, Word: w})
	}
	return e
}

func body(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func (e Exercise) laid(order ...int) []uuid.UUID {
	var list []uuid.UUID
	for _, i := range order {
		list = append(list, e.Steps[i].ID)
	}
	return list
}

func TestJudgeOrder(t *testing.T) {
	t.Parallel()
	e := procedure()
	for _, c := range []struct {
		name  string
		order []int
		right string
		whole bool
	}{
		{"the author's order is right", []int{0, 1, 2, 3}, "1111", true},
		{"two steps that may change places are right both ways", []int{0, 2, 1, 3}, "1111", true},
		{"feedback says which places are right", []int{1, 0, 2, 3}, "0011", true},
		{"a step that may change places with one may not with others", []int{2, 1, 0, 3}, "0101", true},
		{"a missing step is no answer", []int{0, 1, 2}, "", false},
		{"a step twice is no answer", []int{0, 0, 1, 2}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, whole := e.judgeOrder(e.laid(c.order...))
			var b strings.Builder
			for _, right := range got {
				if right {
					b.WriteByte('1')
				} else {
					b.WriteByte('0')
				}
			}
			if whole != c.whole || b.String() != c.right {
				t.Errorf("judged %s %v, want %s %v", b.String(), whole, c.right, c.whole)
			}
		})
	}
	t.Run("a picture is passed once each spot was named, and first tries are counted", func(t *testing.T) {
		e := pictureOf(newID(), "卡盘", "刀架")
		v, fits := e.judge(Attempt{Picks: []Pick{{e.Spots[0].ID, "刀架"}, {e.Spots[0].ID, "卡盘"}, {e.Spots[1].ID, "刀架"}}})
		if !fits || !v.passed || v.right != 1 || v.total != 2 {
			t.Errorf("%+v", v)
		}
		if v, fits := e.judge(Attempt{Picks: []Pick{{e.Spots[0].ID, "卡盘"}}}); !fits || v.passed {
			t.Errorf("half a picture: %+v", v)
		}
		if _, fits := e.judge(Attempt{Picks: []Pick{{newID(), "卡盘"}}}); fits {
			t.Error("a spot of no picture is taken")
		}
	})
}

func TestPracticeBody(t *testing.T) {
	t.Parallel()
	k, _ := kindNamed("practice")
	bad := func(change func(*Exercise)) json.RawMessage {
		e := procedure()
		change(&e)
		return body(practiceBody{Exercises: []Exercise{e}})
	}
	for _, c := range []struct {
		name, field, code string
		body              json.RawMessage
	}{
		{"an exercise of no kind", "body.exercises[0].kind", "unknown_kind", bad(func(e *Exercise) { e.Kind = "dance" })},
		{"an id twice", "body.exercises[0].steps[1].id", "invalid", bad(func(e *Exercise) { e.Steps[1].ID = e.Steps[0].ID })},
		{"too many steps", "body.exercises[0].steps", "too_many", bad(func(e *Exercise) { e.Steps = make([]Step, 13) })},
		{"a foreign picture", "body.exercises[0].picture", "no_such_asset", bad(func(e *Exercise) { e.Picture = "https://evil.example/x.png" })},
		{"a spot beside the picture", "body.exercises[0].spots[0]", "out_of_range", bad(func(e *Exercise) { e.Spots = []Spot{{ID: newID(), X: 1001}} })},
		{"a direction-changing text", "body.exercises[0].steps[0].text", "forbidden_character", bad(func(e *Exercise) { e.Steps[0].Text = "a\u202eb" })},
		{"a body of another kind", "body", "bad_body", body(readingBody{Markdown: en("x")})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := k.check(c.body)
			wantFault(t, err, fault.Invalid, c.code)
			if f, ok := err.(*fault.Error); ok && f.Field != c.field { //nolint:errorlint // as above
				t.Errorf("field %s, want %s", f.Field, c.field)
			}
		})
	}
	t.Run("what is unfinished is stored and hinders publishing", func(t *testing.T) {
		e := Exercise{ID: newID(), Kind: "order", Steps: []Step{{ID: newID()}}}
		l := Exercise{ID: newID(), Kind: "label", Spots: []Spot{{ID: newID()}}}
		stored, err := k.check(body(practiceBody{Exercises: []Exercise{e, l}}))
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, p := range k.lacks(stored, []string{"en"}) {
			codes = append(codes, p.Code)
		}
		want := "label_picture_missing spot_word_missing spots_missing step_text_missing steps_missing translation_missing"
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("lacks %s, want %s", got, want)
		}
		if p := k.lacks(json.RawMessage(`{}`), []string{"en"}); len(p) != 1 || p[0].Code != "exercises_missing" {
			t.Errorf("an empty practice lacks %v", p)
		}
	})
}

// practice is a published micro-course with a practice of a procedure and a picture.
type practice struct {
	course, lesson, activity uuid.UUID
	order, label             Exercise
}

func (w *world) publishPractice(preview bool) practice {
	w.Helper()
	p := practice{course: w.newCourse("micro"), activity: newID(), order: procedure(), label: pictureOf(w.addImage(w.institution), "卡盘", "刀架")}
	p.lesson = w.newLesson(w.newUnit(p.course, "vocational"), preview)
	must(w.CreateActivity(w.Context(), w.author, p.activity, NewActivity{LessonID: p.lesson, Kind: "practice", Title: en("Do"),
		Body: body(practiceBody{Exercises: []Exercise{p.order, p.label}})}))(w)
	must(w.Publish(w.Context(), w.author, p.course))(w)
	return p
}

func (p practice) right() []Attempt {
	return []Attempt{
		{ID: newID(), ActivityID: p.activity, ExerciseID: p.order.ID, Order: p.order.laid(0, 2, 1, 3), At: time.Now()},
		{ID: newID(), ActivityID: p.activity, ExerciseID: p.label.ID, Picks: []Pick{{p.label.Spots[0].ID, "卡盘"}, {p.label.Spots[1].ID, "刀架"}}, At: time.Now()},
	}
}

func (w *world) activity(viewer, lesson uuid.UUID) ActivityView {
	w.Helper()
	return must(w.Lesson(w.Context(), viewer, lesson))(w).Activities[0]
}

func TestAttempt(t *testing.T) {
	w := setup(t)
	p := w.publishPractice(false)
	w.enrol(w.learner, p.course, nil)
	right := p.right()

	t.Run("a practice is done once each of its exercises was passed, and not before", func(t *testing.T) {
		wrong := right[0]
		wrong.ID, wrong.Order = newID(), p.order.laid(3, 2, 1, 0)
		r := must(w.Attempt(t.Context(), w.learner, []Attempt{wrong, right[1]}))(w)
		if len(r.Accepted) != 2 || len(r.Passed) != 1 {
			t.Errorf("%+v", r)
		}
		if a := w.activity(w.learner, p.lesson); a.Progress.Completed || len(a.Passed) != 1 || a.Passed[0] != p.label.ID {
			t.Errorf("half done: %+v", a)
		}
		must(w.Attempt(t.Context(), w.learner, right[:1]))(w)
		if a := w.activity(w.learner, p.lesson); !a.Progress.Completed || len(a.Passed) != 2 {
			t.Errorf("all done: %+v", a)
		}
	})
	t.Run("attempts that come twice are one, and failing later undoes nothing", func(t *testing.T) {
		before := scan[int](w, `SELECT count(*)::int FROM exercise_attempts`)
		must(w.Attempt(t.Context(), w.learner, append(right, right...)))(w)
		worse := Attempt{ID: newID(), ActivityID: p.activity, ExerciseID: p.order.ID, Order: p.order.laid(3, 2, 1, 0), At: time.Now().Add(time.Hour)}
		must(w.Attempt(t.Context(), w.learner, []Attempt{worse}))(w)
		if after := scan[int](w, `SELECT count(*)::int FROM exercise_attempts`); after != before+1 {
			t.Errorf("%d rows, were %d", after, before)
		}
		if !w.activity(w.learner, p.lesson).Progress.Completed {
			t.Error("no longer done")
		}
		if scan[bool](w, `SELECT bool_or(at > now()) FROM exercise_attempts`) {
			t.Error("an attempt lies in the future")
		}
	})
	t.Run("what is no answer is rejected by itself", func(t *testing.T) {
		r := must(w.Attempt(t.Context(), w.learner, []Attempt{
			{ID: newID(), ActivityID: newID(), ExerciseID: p.order.ID},
			{ID: newID(), ActivityID: p.activity, ExerciseID: newID()},
			{ID: newID(), ActivityID: p.activity, ExerciseID: p.order.ID, Order: p.order.laid(0)},
		}))(w)
		if len(r.Rejected) != 3 || r.Rejected[0].Code != "unknown_activity" || r.Rejected[1].Code != "unknown_exercise" || r.Rejected[2].Code != "bad_answer" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("who may not open the lesson does nothing in it", func(t *testing.T) {
		if r := must(w.Attempt(t.Context(), w.stranger, p.right()))(w); len(r.Accepted) != 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a practice is not done by saying so", func(t *testing.T) {
		other := w.addAccount("cheat")
		w.enrol(other, p.course, nil)
		w.watch(other, p.activity, 0, 1)
		if w.activity(other, p.lesson).Progress.Completed {
			t.Error("a report of progress did the practice")
		}
	})
	t.Run("an attempt is judged by the revision that its learner saw", func(t *testing.T) {
		slow := w.addAccount("slow")
		w.enrol(slow, p.course, nil)
		changed := p.order
		changed.Steps = changed.Steps[:3]
		draft := must(w.DraftCourse(t.Context(), w.author, p.course))(w)
		must(w.PatchActivity(t.Context(), w.author, p.activity, ActivityPatch{Version: draft.Units[0].Lessons[0].Activities[0].Version,
			Body: body(practiceBody{Exercises: []Exercise{changed}})}))(w)
		must(w.Publish(t.Context(), w.author, p.course))(w)
		old := p.right()[0]
		if r := must(w.Attempt(t.Context(), slow, []Attempt{old}))(w); len(r.Rejected) != 1 {
			t.Errorf("four steps fit three: %+v", r)
		}
		old.Revision = 1
		must(w.Attempt(t.Context(), slow, []Attempt{old}))(w)
		if !w.activity(slow, p.lesson).Progress.Completed {
			t.Error("the exercise was passed as it was seen")
		}
	})
}

// TestPracticePictures: pictures of exercises are looked after like those of readings.
func TestPracticePictures(t *testing.T) {
	w := setup(t)
	p := w.publishPractice(true)
	asset, _ := assetOf(p.label.Picture)
	if !scan[bool](w, `SELECT may_play($1, $2)`, uuid.Nil, asset) {
		t.Error("the picture of an open lesson is not shown")
	}
	draft := must(w.DraftCourse(t.Context(), w.author, p.course))(w)
	foreign := pictureOf(w.addImage(w.other), "卡盘", "刀架")
	must(w.PatchActivity(t.Context(), w.author, p.activity, ActivityPatch{Version: draft.Units[0].Lessons[0].Activities[0].Version,
		Body: body(practiceBody{Exercises: []Exercise{foreign}})}))(w)
	draft = must(w.DraftCourse(t.Context(), w.author, p.course))(w)
	if len(draft.Problems) != 1 || draft.Problems[0].Code != "picture_missing" {
		t.Errorf("a picture of another institution: %+v", draft.Problems)
	}
	if a := w.activity(uuid.Nil, p.lesson); len(a.Exercises) != 2 || a.Exercises[0].Steps[0].Text != "戴好护目镜" || a.Exercises[0].Steps[0].Translation.In("en") == "" {
		t.Errorf("a visitor of a preview gets %+v", a)
	}
}
