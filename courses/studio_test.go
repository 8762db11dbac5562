package courses

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

func TestCreateCourse(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	in := NewCourse{InstitutionID: w.institution, Format: MOOC, Title: localize.Text{"ru": "Токарь ЧПУ", "zh-CN": "数控车工"}, Languages: []string{"ru", "zh-CN"}, Trade: "7223", Level: "hsk2:2"}
	id := newID()

	t.Run("a repeated creation answers the same draft and makes nothing new", func(t *testing.T) {
		a := must(w.CreateCourse(ctx, w.author, id, in))(w)
		b := must(w.CreateCourse(ctx, w.author, id, in))(w)
		if a.Slug != "tokar-chpu" || a.State != Draft || !a.Dirty || a.Version != 1 || b.Version != 1 || b.Slug != a.Slug {
			t.Errorf("got %+v then %+v", a.CourseFields, b.CourseFields)
		}
		if n := scan[int](w, `SELECT count(*) FROM courses`); n != 1 {
			t.Errorf("%d courses", n)
		}
	})
	t.Run("an address that is taken gets a number, or a conflict when it was asked for", func(t *testing.T) {
		if d := must(w.CreateCourse(ctx, w.author, newID(), in))(w); d.Slug != "tokar-chpu-2" {
			t.Errorf("slug %q", d.Slug)
		}
		asked := in
		asked.Slug = "tokar-chpu"
		_, err := w.CreateCourse(ctx, w.author, newID(), asked)
		wantFault(t, err, fault.Conflict, "slug_taken")
	})
	t.Run("a title without Latin letters still gets an address", func(t *testing.T) {
		hanzi := in
		hanzi.Title = localize.Text{"zh-CN": "急停"}
		if d := must(w.CreateCourse(ctx, w.author, newID(), hanzi))(w); !strings.HasPrefix(d.Slug, "course-") {
			t.Errorf("slug %q", d.Slug)
		}
	})
	t.Run("only authors and coordinators of the institution and administrators may", func(t *testing.T) {
		for _, who := range []uuid.UUID{uuid.Nil, w.learner, w.stranger, w.suspended} {
			_, err := w.CreateCourse(ctx, who, newID(), in)
			wantFault(t, err, fault.Forbidden, "not_author")
		}
		for _, who := range []uuid.UUID{w.coordinator, w.admin} {
			must(w.CreateCourse(ctx, who, newID(), in))(w)
		}
	})
	t.Run("an id of somebody else's course is refused and shows nothing", func(t *testing.T) {
		theirs := in
		theirs.InstitutionID = w.other
		_, err := w.CreateCourse(ctx, w.stranger, id, theirs)
		wantFault(t, err, fault.Conflict, "id_taken")
	})
	t.Run("bad fields are named", func(t *testing.T) {
		for field, change := range map[string]func(*NewCourse){
			"title":     func(c *NewCourse) { c.Title = nil },
			"title.xx1": func(c *NewCourse) { c.Title = localize.Text{"xx1": "x"} },
			"title.en":  func(c *NewCourse) { c.Title = en(strings.Repeat("x", 201)) },
			"languages": func(c *NewCourse) { c.Languages = []string{"en", "en"} },
			"trade":     func(c *NewCourse) { c.Trade = "9999" },
			"level":     func(c *NewCourse) { c.Level = "hsk2:7" },
			"id":        nil,
		} {
			bad, id := in, newID()
			if change == nil {
				id = uuid.Nil
			} else {
				change(&bad)
			}
			_, err := w.CreateCourse(ctx, w.author, id, bad)
			f, ok := firstFault(err)
			// The locale is quoted whole, so its field is only begun by ours.
			if !ok || f.Kind != fault.Invalid || !strings.HasPrefix(f.Field+".xx1", field) {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

// firstFault finds a fault in an error that may join several.
func firstFault(err error) (*fault.Error, bool) {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return firstFault(j.Unwrap()[0])
	}
	f, ok := err.(*fault.Error) //nolint:errorlint // looked into by hand
	return f, ok
}

func TestPatch(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.newCourse(MOOC)
	u := w.newUnit(c, "language")
	l := w.newLesson(u, false)
	a := w.newReading(l, "one")
	title := en("Changed")

	patches := map[string]func(version int) (int, error){
		"course": func(v int) (int, error) {
			d, err := w.PatchCourse(ctx, w.author, c, CoursePatch{Version: v, Title: &title})
			return d.Version, err
		},
		"unit": func(v int) (int, error) {
			d, err := w.PatchUnit(ctx, w.author, u, UnitPatch{Version: v, Title: &title})
			return d.Version, err
		},
		"lesson": func(v int) (int, error) {
			d, err := w.PatchLesson(ctx, w.author, l, LessonPatch{Version: v, Title: &title})
			return d.Version, err
		},
		"activity": func(v int) (int, error) {
			d, err := w.PatchActivity(ctx, w.author, a, ActivityPatch{Version: v, Title: &title, Body: reading("two")})
			return d.Version, err
		},
	}
	for what, patch := range patches {
		t.Run(what+": a patch raises the version, its repetition does not, a stale one is refused", func(t *testing.T) {
			if v, err := patch(1); err != nil || v != 2 {
				t.Fatalf("version %d, %v", v, err)
			}
			if v, err := patch(1); err != nil || v != 2 {
				t.Errorf("repeated: version %d, %v", v, err)
			}
			if v, err := patch(2); err != nil || v != 3 {
				t.Errorf("next: version %d, %v", v, err)
			}
			_, err := patch(1)
			wantFault(t, err, fault.Conflict, "stale_version")
			_, err = patch(7)
			wantFault(t, err, fault.Conflict, "stale_version")
		})
	}
	t.Run("somebody else's change between is not overwritten", func(t *testing.T) {
		other := en("Theirs")
		must(w.PatchLesson(ctx, w.coordinator, l, LessonPatch{Version: 3, Title: &other}))(w)
		_, err := w.PatchLesson(ctx, w.author, l, LessonPatch{Version: 3, Title: &title})
		wantFault(t, err, fault.Conflict, "stale_version")
	})
	t.Run("what is not mentioned stays", func(t *testing.T) {
		summary := en("Summary")
		must(w.PatchCourse(ctx, w.author, c, CoursePatch{Version: 3, Summary: &summary}))(w)
		d := must(w.DraftCourse(ctx, w.author, c))(w)
		if d.Title["en"] != "Changed" || d.Summary["en"] != "Summary" || d.Units[0].Kind != "language" {
			t.Errorf("got %+v", d)
		}
	})
	t.Run("nobody else sees or changes the draft", func(t *testing.T) {
		for _, who := range []uuid.UUID{uuid.Nil, w.learner, w.stranger, w.teacher, w.suspended} {
			_, err := w.DraftCourse(ctx, who, c)
			wantFault(t, err, fault.NotFound, "")
			_, err = w.PatchCourse(ctx, who, c, CoursePatch{Version: 4, Title: &title})
			wantFault(t, err, fault.NotFound, "")
			_, err = w.PatchActivity(ctx, who, a, ActivityPatch{Version: 3, Title: &title})
			wantFault(t, err, fault.NotFound, "")
			wantFault(t, w.DeleteUnit(ctx, who, u), fault.NotFound, "")
			_, err = w.CreateUnit(ctx, who, newID(), NewUnit{CourseID: c, Kind: "language"})
			wantFault(t, err, fault.NotFound, "")
			_, err = w.OrderCourse(ctx, who, c, nil)
			wantFault(t, err, fault.NotFound, "")
			_, err = w.PreviewLesson(ctx, who, c, l)
			wantFault(t, err, fault.NotFound, "")
		}
	})
}

func TestActivities(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	l := w.newLesson(w.newUnit(w.newCourse(Micro), "vocational"), false)

	t.Run("a body that does not fit its kind is refused with its field", func(t *testing.T) {
		for body, kind := range map[string]string{
			`{"markdown":{"en":1}}`: "reading", `[]`: "reading", `null`: "reading", `"x"`: "reading", `{"html":{}}`: "reading",
			`{"markdown":{"en":"x"}} {}`: "reading", `{"markdown":{}}`: "video", `1e999`: "video", `{`: "video",
		} {
			_, err := w.CreateActivity(ctx, w.author, newID(), NewActivity{LessonID: l, Kind: kind, Body: json.RawMessage(body)})
			wantFault(t, err, fault.Invalid, "bad_body")
		}
		_, err := w.CreateActivity(ctx, w.author, newID(), NewActivity{LessonID: l, Kind: "reading", Body: reading("a\u202eb")})
		wantFault(t, err, fault.Invalid, "forbidden_character")
		_, err = w.CreateActivity(ctx, w.author, newID(), NewActivity{LessonID: l, Kind: "quiz"})
		wantFault(t, err, fault.Invalid, "unknown_kind")
	})
	t.Run("a video is one of the course's institution", func(t *testing.T) {
		foreign, image := w.addVideo(w.other, 10), w.addImage(w.institution)
		for _, asset := range []uuid.UUID{foreign, image, newID()} {
			_, err := w.CreateActivity(ctx, w.author, newID(), NewActivity{LessonID: l, Kind: "video", AssetID: &asset})
			wantFault(t, err, fault.Invalid, "no_such_asset")
		}
	})
	t.Run("a video can be set, kept and taken away", func(t *testing.T) {
		id, asset := newID(), w.addVideo(w.institution, 10)
		must(w.CreateActivity(ctx, w.author, id, NewActivity{LessonID: l, Kind: "video"}))(w)
		set := must(w.PatchActivity(ctx, w.author, id, ActivityPatch{Version: 1, AssetID: &uuid.NullUUID{UUID: asset, Valid: true}}))(w)
		if set.AssetID == nil || *set.AssetID != asset || set.Asset == nil || set.Asset.DurationMs != 10_000 || !set.Asset.Playable {
			t.Errorf("set: %+v", set)
		}
		title := en("Kept")
		if kept := must(w.PatchActivity(ctx, w.author, id, ActivityPatch{Version: 2, Title: &title}))(w); kept.AssetID == nil {
			t.Error("a patch of the title took the video away")
		}
		if gone := must(w.PatchActivity(ctx, w.author, id, ActivityPatch{Version: 3, AssetID: &uuid.NullUUID{}}))(w); gone.AssetID != nil {
			t.Error("the video is still there")
		}
	})
}

func TestOutline(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.newCourse(MOOC)
	u1 := w.newUnit(c, "language")
	u3 := w.newUnit(c, "vocational")
	l1, l2 := w.newLesson(u1, false), w.newLesson(u1, false)
	a1, a2 := w.newReading(l1, "1"), w.newReading(l1, "2")

	t.Run("a unit stands behind the one it names", func(t *testing.T) {
		u2 := newID()
		must(w.CreateUnit(ctx, w.author, u2, NewUnit{CourseID: c, Kind: "vocational", After: &u1}))(w)
		if d := must(w.DraftCourse(ctx, w.author, c))(w); d.Units[0].ID != u1 || d.Units[1].ID != u2 || d.Units[2].ID != u3 {
			t.Errorf("order is %v", d.order())
		}
		w.no(w.DeleteUnit(ctx, w.author, u2))
		_, err := w.CreateUnit(ctx, w.author, newID(), NewUnit{CourseID: c, Kind: "vocational", After: &u2})
		wantFault(t, err, fault.Invalid, "no_such_neighbour")
	})
	t.Run("lessons and activities move to other units and lessons", func(t *testing.T) {
		order := []UnitOrder{{u3, []LessonOrder{{l1, []uuid.UUID{a2}}}}, {u1, []LessonOrder{{l2, []uuid.UUID{a1}}}}}
		d := must(w.OrderCourse(ctx, w.author, c, order))(w)
		if fmt.Sprint(d.order()) != fmt.Sprint(order) {
			t.Errorf("order is %v", d.order())
		}
		edits := scan[int](w, `SELECT edits FROM courses WHERE id = $1`, c)
		must(w.OrderCourse(ctx, w.author, c, order))(w)
		if again := scan[int](w, `SELECT edits FROM courses WHERE id = $1`, c); again != edits {
			t.Error("the same order again counts as a change")
		}
	})
	t.Run("an order that names too little, too much or something twice is stale", func(t *testing.T) {
		for _, order := range [][]UnitOrder{
			nil,
			{{u1, []LessonOrder{{l2, []uuid.UUID{a1}}}}},
			{{u1, []LessonOrder{{l2, []uuid.UUID{a1, a2}}, {l1, nil}}}, {u3, nil}, {newID(), nil}},
			{{u1, []LessonOrder{{l2, []uuid.UUID{a1, a1}}, {l1, nil}}}, {u3, nil}},
		} {
			_, err := w.OrderCourse(ctx, w.author, c, order)
			wantFault(t, err, fault.Conflict, "stale_outline")
		}
	})
	t.Run("what is deleted comes back with all that was in it, at its place", func(t *testing.T) {
		w.no(w.DeleteLesson(ctx, w.author, l1))
		w.no(w.DeleteUnit(ctx, w.author, u3))
		w.no(w.DeleteUnit(ctx, w.author, u3))
		if d := must(w.DraftCourse(ctx, w.author, c))(w); len(d.Units) != 1 {
			t.Fatalf("order is %v", d.order())
		}
		_, err := w.CreateLesson(ctx, w.author, newID(), NewLesson{UnitID: u3})
		wantFault(t, err, fault.Conflict, "parent_deleted")
		u := must(w.RestoreUnit(ctx, w.author, u3))(w)
		l := must(w.RestoreLesson(ctx, w.author, l1))(w)
		w.no(w.DeleteActivity(ctx, w.author, a2))
		a := must(w.RestoreActivity(ctx, w.author, a2))(w)
		if u.ID != u3 || l.Activities[0].ID != a2 || a.ID != a2 {
			t.Errorf("got %+v, %+v, %+v", u, l, a)
		}
	})
	t.Run("a repeated creation does not undo later changes or deletions", func(t *testing.T) {
		id, title := newID(), en("Later")
		in := NewLesson{UnitID: u1, Title: en("First")}
		must(w.CreateLesson(ctx, w.author, id, in))(w)
		must(w.PatchLesson(ctx, w.author, id, LessonPatch{Version: 1, Title: &title}))(w)
		if l := must(w.CreateLesson(ctx, w.author, id, in))(w); l.Title["en"] != "Later" {
			t.Errorf("title is %v", l.Title)
		}
		w.no(w.DeleteLesson(ctx, w.author, id))
		_, err := w.CreateLesson(ctx, w.author, id, in)
		wantFault(t, err, fault.NotFound, "")
	})
	t.Run("ids of another course are refused", func(t *testing.T) {
		other := w.newUnit(w.newCourse(Micro), "language")
		_, err := w.CreateUnit(ctx, w.author, other, NewUnit{CourseID: c, Kind: "language"})
		wantFault(t, err, fault.Conflict, "id_taken")
	})
	t.Run("pairings join a language unit and a vocational one, and end with the kind", func(t *testing.T) {
		if d := must(w.PairUnits(ctx, w.author, c, []Pairing{{u1, u3}, {u1, u3}}))(w); len(d.Pairings) != 1 {
			t.Errorf("pairings are %v", d.Pairings)
		}
		for _, bad := range []Pairing{{u3, u1}, {u1, u1}, {u1, newID()}} {
			_, err := w.PairUnits(ctx, w.author, c, []Pairing{bad})
			wantFault(t, err, fault.Invalid, "bad_pairing")
		}
		kind := "language"
		must(w.PatchUnit(ctx, w.author, u3, UnitPatch{Version: 1, Kind: &kind}))(w)
		if d := must(w.DraftCourse(ctx, w.author, c))(w); len(d.Pairings) != 0 {
			t.Errorf("pairings are %v", d.Pairings)
		}
	})
	t.Run("an outline has room for so many units", func(t *testing.T) {
		full := w.newCourse(Micro)
		for range unitLevel.limit {
			w.newUnit(full, "language")
		}
		_, err := w.CreateUnit(ctx, w.author, newID(), NewUnit{CourseID: full, Kind: "language"})
		wantFault(t, err, fault.Conflict, "outline_full")
	})
	t.Run("edits of many at once lose nothing", func(t *testing.T) {
		busy := w.newCourse(Micro)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := w.CreateUnit(ctx, w.author, newID(), NewUnit{CourseID: busy, Kind: "language", Title: en("x")}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := scan[int](w, `SELECT count(DISTINCT position) FROM units WHERE course_id = $1`, busy); n != 20 {
			t.Errorf("%d places for 20 units", n)
		}
	})
}

func TestDraftCourses(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	for range 5 {
		w.newCourse(Micro)
	}
	t.Run("pages hold every course once, the one edited last first", func(t *testing.T) {
		seen, page := map[uuid.UUID]bool{}, ""
		for range 3 {
			list, next, err := w.DraftCourses(ctx, w.author, StudioFilter{Limit: 2, Page: page})
			w.no(err)
			for _, c := range list {
				seen[c.ID] = true
			}
			page = next
		}
		if len(seen) != 5 || page != "" {
			t.Errorf("%d courses, then page %q", len(seen), page)
		}
	})
	t.Run("it is found by a part of its title, and % finds nothing", func(t *testing.T) {
		list, _, err := w.DraftCourses(ctx, w.author, StudioFilter{Query: "LATHE", State: Draft})
		w.no(err)
		none, _, err := w.DraftCourses(ctx, w.author, StudioFilter{Query: "%"})
		w.no(err)
		if len(list) != 5 || len(none) != 0 {
			t.Errorf("%d and %d courses", len(list), len(none))
		}
	})
	t.Run("others see theirs only", func(t *testing.T) {
		for who, want := range map[uuid.UUID]int{w.stranger: 0, w.learner: 0, uuid.Nil: 0, w.suspended: 0, w.coordinator: 5, w.admin: 5} {
			if list, _, err := w.DraftCourses(ctx, who, StudioFilter{}); err != nil || len(list) != want {
				t.Errorf("%d courses, want %d; %v", len(list), want, err)
			}
		}
	})
	t.Run("a page that is none is refused", func(t *testing.T) {
		_, _, err := w.DraftCourses(ctx, w.author, StudioFilter{Page: "%%%"})
		wantFault(t, err, fault.Invalid, "bad_page")
	})
}
