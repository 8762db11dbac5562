package courses

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

func problems(d DraftCourse) map[uuid.UUID]string {
	found := map[uuid.UUID]string{}
	for _, p := range d.Problems {
		found[p.EntityID] += p.Code + " "
	}
	return found
}

func TestProblems(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.newCourse(Micro, "ru", "en")
	none, _ := titleRule.Clean("title", nil)
	must(w.PatchCourse(ctx, w.author, c, CoursePatch{Version: 1, Title: &localize.Text{"en": "English only"}}))(w)
	empty := w.newUnit(c, "language")
	u := newID()
	must(w.CreateUnit(ctx, w.author, u, NewUnit{CourseID: c, Kind: "vocational", Title: none}))(w)
	bare := w.newLesson(u, false)
	l := w.newLesson(u, false)
	noVideo, failed, coming, gone := newID(), w.newVideo(l, 10), w.newVideo(l, 10), w.newVideo(l, 10)
	must(w.CreateActivity(ctx, w.author, noVideo, NewActivity{LessonID: l, Kind: "video"}))(w)
	w.exec(`UPDATE assets SET playable = false, state = 'failed', failure_code = 'not_a_video' WHERE id = (SELECT asset_id FROM activities WHERE id = $1)`, failed)
	w.exec(`UPDATE assets SET playable = false, state = 'transcoding' WHERE id = (SELECT asset_id FROM activities WHERE id = $1)`, coming)
	w.exec(`UPDATE assets SET deleted_at = now() WHERE id = (SELECT asset_id FROM activities WHERE id = $1)`, gone)
	textless := w.newReading(l, "")
	foreign := w.newReading(l, "![theirs](asset:"+w.addImage(w.other).String()+")")
	ours := w.newReading(l, "![ours](asset:"+w.addImage(w.institution).String()+")")

	t.Run("every hindrance is named at its place, and nothing else", func(t *testing.T) {
		d := must(w.DraftCourse(ctx, w.author, c))(w)
		want := map[uuid.UUID]string{c: "title_missing ", empty: "unit_empty ", u: "title_missing ", bare: "lesson_empty ",
			noVideo: "video_missing ", failed: "video_failed ", coming: "video_not_ready ", gone: "video_gone ",
			textless: "text_missing ", foreign: "picture_missing "}
		if got := problems(d); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %v\nwant %v (ours is %v)", got, want, ours)
		}
		for _, a := range d.Units[1].Lessons[1].Activities {
			if a.ID == failed && (a.Asset.Failure == nil || a.Asset.Failure.Code != "not_a_video") {
				t.Errorf("the failed video says %+v", a.Asset)
			}
		}
	})
	t.Run("with a hindrance nothing is published", func(t *testing.T) {
		_, err := w.Publish(ctx, w.author, c)
		wantFault(t, err, fault.Invalid, "not_publishable")
		if n := scan[int](w, `SELECT (SELECT count(*) FROM revisions) + (SELECT count(*) FROM catalogue)`); n != 0 {
			t.Errorf("%d rows were written", n)
		}
	})
	t.Run("a course without units is not publishable", func(t *testing.T) {
		_, err := w.Publish(ctx, w.author, w.newCourse(Micro))
		wantFault(t, err, fault.Invalid, "not_publishable")
	})
}

func TestPublish(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(Micro)

	t.Run("publishing again without a change makes no revision", func(t *testing.T) {
		d := must(w.Publish(ctx, w.author, c.id))(w)
		if *d.Revision != 1 || d.Dirty || d.State != Published || len(d.Problems) != 0 {
			t.Errorf("got %+v", d.CourseFields)
		}
	})
	t.Run("what is edited shows nowhere before it is published", func(t *testing.T) {
		title, secret := en("Secret title"), newID()
		v := must(w.DraftCourse(ctx, w.author, c.id))(w).Version
		d := must(w.PatchCourse(ctx, w.author, c.id, CoursePatch{Version: v, Title: &title}))(w)
		must(w.CreateLesson(ctx, w.author, secret, NewLesson{UnitID: c.language, Title: en("Secret lesson"), Preview: true}))(w)
		if !d.Dirty {
			t.Error("the draft is not dirty")
		}
		all := string(must(w.CoursePage(ctx, w.learner, c.slug, nil, nil))(w))
		catalogue := must(json.Marshal(must(w.Catalogue(ctx, w.learner, CatalogueFilter{}))(w)))(w)
		found := must(w.Catalogue(ctx, w.learner, CatalogueFilter{Query: "secret"}))(w)
		if strings.Contains(all+string(catalogue), "Secret") || found.Total != 0 {
			t.Error("the draft shows")
		}
		_, err := w.Lesson(ctx, uuid.Nil, secret)
		wantFault(t, err, fault.NotFound, "")
		w.no(w.DeleteLesson(ctx, w.author, secret))
	})
	t.Run("a new revision leaves the old one and the progress as they are", func(t *testing.T) {
		w.enrol(w.learner, c.id, nil)
		w.watch(w.learner, c.openVideo, 0, 95)
		w.watch(w.learner, c.reading, 0, 1)
		before := must(w.CourseDetail(ctx, w.learner, c.slug))(w)
		added := w.newLesson(c.language, false)
		w.newReading(added, "More")
		d := must(w.Publish(ctx, w.author, c.id))(w)
		after := must(w.CourseDetail(ctx, w.learner, c.slug))(w)
		if *d.Revision != 2 || after.Revision != 2 || after.Title["en"] != "Secret title" {
			t.Errorf("revision %d, page %d %v", *d.Revision, after.Revision, after.Title)
		}
		if before.Progress.CompletedLessons != 1 || after.Progress.CompletedLessons != 1 || after.Progress.TotalLessons != 3 {
			t.Errorf("progress was %+v, is %+v", *before.Progress, *after.Progress)
		}
		if n := scan[int](w, `SELECT count(*) FROM revision_activities WHERE course_id = $1 AND revision = 1`, c.id); n != 3 {
			t.Errorf("the old revision has %d activities", n)
		}
	})
	t.Run("the database itself refuses to change a revision", func(t *testing.T) {
		for _, sql := range []string{
			`UPDATE revisions SET outline = '{}'`, `DELETE FROM revisions`,
			`UPDATE revision_lessons SET preview = true`, `DELETE FROM revision_lessons`,
			`UPDATE revision_activities SET length = 1`, `DELETE FROM revision_activities`,
			`DELETE FROM courses WHERE state = 'published'`,
		} {
			if _, err := w.db.Exec(ctx, sql); err == nil {
				t.Errorf("%s was let through", sql)
			}
		}
		w.exec(`UPDATE revisions SET published_by = NULL`) // as the deletion of an account does
	})
	t.Run("an unpublished course is gone for everybody, and comes back with its learners' progress", func(t *testing.T) {
		d := must(w.Unpublish(ctx, w.author, c.id))(w)
		if d.State != Draft || d.Revision != nil {
			t.Errorf("got %+v", d.CourseFields)
		}
		for _, who := range []uuid.UUID{uuid.Nil, w.learner, w.author} {
			_, err := w.CourseDetail(ctx, who, c.slug)
			wantFault(t, err, fault.NotFound, "")
			_, err = w.Lesson(ctx, who, c.open)
			wantFault(t, err, fault.NotFound, "")
			if got := must(w.Catalogue(ctx, who, CatalogueFilter{}))(w); got.Total != 0 || len(got.Items) != 0 {
				t.Error("it is still in the catalogue")
			}
		}
		if today := must(w.Today(ctx, w.learner))(w); len(today.Enrolled)+len(today.Continue) != 0 {
			t.Errorf("today still shows %+v", today)
		}
		if r := w.watch(w.learner, c.openVideo, 0, 5); len(r.Accepted) != 0 {
			t.Error("progress is still taken")
		}
		if scan[bool](w, `SELECT may_play($1, asset_id) FROM activities WHERE id = $2`, w.learner, c.openVideo) {
			t.Error("the video still plays")
		}
		must(w.Publish(ctx, w.author, c.id))(w)
		if d := must(w.CourseDetail(ctx, w.learner, c.slug))(w); d.Revision != 2 || d.Progress.CompletedLessons != 1 {
			t.Errorf("revision %d, progress %+v", d.Revision, d.Progress)
		}
	})
	t.Run("an archived course stays with its learners, is closed to others and cannot be edited until restored", func(t *testing.T) {
		must(w.Archive(ctx, w.author, c.id))(w)
		if d := must(w.CourseDetail(ctx, w.learner, c.slug))(w); d.State != Archived || d.Progress == nil {
			t.Errorf("the learner sees %+v", d)
		}
		must(w.Lesson(ctx, w.learner, c.closed))(w)
		_, err := w.CourseDetail(ctx, w.teacher, c.slug)
		wantFault(t, err, fault.NotFound, "")
		_, err = w.Lesson(ctx, uuid.Nil, c.open)
		wantFault(t, err, fault.NotFound, "")
		_, err = w.Enrol(ctx, w.teacher, newID(), NewEnrolment{CourseID: c.id})
		wantFault(t, err, fault.NotFound, "")
		_, err = w.Enrol(ctx, w.author, newID(), NewEnrolment{CourseID: c.id})
		wantFault(t, err, fault.Conflict, "course_closed")
		_, err = w.CreateUnit(ctx, w.author, newID(), NewUnit{CourseID: c.id, Kind: "language"})
		wantFault(t, err, fault.Conflict, "course_archived")
		_, err = w.Publish(ctx, w.author, c.id)
		wantFault(t, err, fault.Conflict, "course_archived")
		_, err = w.Unpublish(ctx, w.author, c.id)
		wantFault(t, err, fault.Conflict, "course_archived")
		if got := must(w.Catalogue(ctx, w.learner, CatalogueFilter{}))(w); got.Total != 0 {
			t.Error("it is still in the catalogue")
		}
		if d := must(w.RestoreCourse(ctx, w.author, c.id))(w); d.State != Published {
			t.Errorf("restored to %s", d.State)
		}
		must(w.RestoreCourse(ctx, w.author, c.id))(w)
		if got := must(w.Catalogue(ctx, w.learner, CatalogueFilter{}))(w); got.Total != 1 {
			t.Error("it is not back in the catalogue")
		}
	})
	t.Run("a draft that was never published can be archived, restored and deleted; a published one has a history", func(t *testing.T) {
		draft := w.newCourse(MOOC)
		must(w.Archive(ctx, w.author, draft))(w)
		if d := must(w.RestoreCourse(ctx, w.author, draft))(w); d.State != Draft {
			t.Errorf("restored to %s", d.State)
		}
		wantFault(t, w.DeleteCourse(ctx, w.stranger, draft), fault.NotFound, "")
		w.no(w.DeleteCourse(ctx, w.author, draft))
		wantFault(t, w.DeleteCourse(ctx, w.author, draft), fault.NotFound, "")
		wantFault(t, w.DeleteCourse(ctx, w.author, c.id), fault.Conflict, "course_published")
	})
	t.Run("the address stays once published", func(t *testing.T) {
		v := must(w.DraftCourse(ctx, w.author, c.id))(w).Version
		slug, same := "another", c.slug
		_, err := w.PatchCourse(ctx, w.author, c.id, CoursePatch{Version: v, Slug: &slug})
		wantFault(t, err, fault.Conflict, "slug_fixed")
		must(w.PatchCourse(ctx, w.author, c.id, CoursePatch{Version: v, Slug: &same}))(w)
	})
	t.Run("others may do none of it", func(t *testing.T) {
		for _, who := range []uuid.UUID{uuid.Nil, w.learner, w.stranger, w.suspended} {
			for _, act := range []func() error{
				func() error { _, err := w.Publish(ctx, who, c.id); return err },
				func() error { _, err := w.Unpublish(ctx, who, c.id); return err },
				func() error { _, err := w.Archive(ctx, who, c.id); return err },
				func() error { _, err := w.RestoreCourse(ctx, who, c.id); return err },
			} {
				wantFault(t, act(), fault.NotFound, "")
			}
		}
	})
}

func TestCoursePage(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(MOOC)
	run := w.newRun(c.id, 3, "teacher@example.org")
	poster := func(uuid.UUID) string { return "/v/x/image.webp" }
	v := must(w.DraftCourse(ctx, w.author, c.id))(w).Version
	description := localize.Text{"en": "Learn **it**. <script>alert(1)</script>"}
	must(w.PatchCourse(ctx, w.author, c.id, CoursePatch{Version: v, Description: &description, PosterAssetID: &uuid.NullUUID{UUID: w.addImage(w.institution), Valid: true}}))(w)
	must(w.Publish(ctx, w.author, c.id))(w)
	w.enrol(w.learner, c.id, &run)
	w.watch(w.learner, c.openVideo, 0, 50)

	t.Run("the encoded page is the JSON of CourseDetail for everybody", func(t *testing.T) {
		for _, who := range []uuid.UUID{uuid.Nil, w.learner, w.author, w.stranger, w.admin} {
			d := must(w.CourseDetail(ctx, who, c.slug))(w)
			d.Poster = "/v/x/image.webp"
			var got, want any
			w.no(json.Unmarshal(must(w.CoursePage(ctx, who, c.slug, poster, nil))(w), &got))
			w.no(json.Unmarshal(must(json.Marshal(d))(w), &want))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		}
	})
	t.Run("it shows what the course weighs, with the sound that goes with each picture", func(t *testing.T) {
		d := must(w.CourseDetail(ctx, uuid.Nil, c.slug))(w)
		want := []Size{{"audio", 600_000}, {"slides", 1_800_000}, {"240p", 3_600_000}, {"480p", 20_400_000}}
		if !reflect.DeepEqual(d.Sizes, want) {
			t.Errorf("sizes are %v", d.Sizes)
		}
		if d.VideoMinutes != 5 || d.EffortHours != 0.5 || d.LessonCount != 2 || d.Description["en"] != `<p dir="auto">Learn <strong>it</strong>. alert(1)</p>` {
			t.Errorf("got %+v", d.CourseCard)
		}
	})
	t.Run("it follows every change of what it shows", func(t *testing.T) {
		asset := scan[uuid.UUID](w, `SELECT asset_id FROM activities WHERE id = $1`, c.video)
		w.addRendition(asset, "720p", "video", 1_000_000)
		if d := must(w.CourseDetail(ctx, uuid.Nil, c.slug))(w); len(d.Sizes) != 5 || d.Sizes[4].Bytes != 1_000_000+200*8000+100*68_000 {
			t.Errorf("sizes are %v", d.Sizes)
		}
		w.exec(`UPDATE accounts SET name = 'Ms Banda' WHERE id = $1`, w.teacher)
		w.exec(`UPDATE institutions SET name = '{"en": "Ruda College"}' WHERE id = $1`, w.institution)
		d := must(w.CourseDetail(ctx, uuid.Nil, c.slug))(w)
		if d.Runs[0].Teachers[0].Name != "Ms Banda" || d.Runs[0].Teachers[0].Email != "" || d.Institution.Name["en"] != "Ruda College" {
			t.Errorf("got %+v, %+v", d.Runs, d.Institution)
		}
		w.enrol(w.teacher, c.id, &run)
		if d := must(w.CourseDetail(ctx, uuid.Nil, c.slug))(w); *d.Runs[0].SeatsLeft != 1 || d.NextRun == nil || d.NextRun.ID != run {
			t.Errorf("got %+v", d.Runs)
		}
		w.no(w.CancelRun(ctx, w.author, run, true))
		if d := must(w.CourseDetail(ctx, uuid.Nil, c.slug))(w); len(d.Runs) != 0 || d.NextRun != nil {
			t.Errorf("got %+v", d.Runs)
		}
	})
	t.Run("a course in memory costs one query", func(t *testing.T) {
		before := w.db.Stat().AcquireCount()
		must(w.CoursePage(ctx, w.learner, c.slug, poster, nil))(w)
		if n := w.db.Stat().AcquireCount() - before; n != 1 {
			t.Errorf("%d queries", n)
		}
	})
	t.Run("no such course, no such page", func(t *testing.T) {
		_, err := w.CoursePage(ctx, w.learner, "no-such", poster, nil)
		wantFault(t, err, fault.NotFound, "")
		_, err = w.CoursePage(ctx, w.author, must(w.DraftCourse(ctx, w.author, w.newCourse(Micro)))(w).Slug, poster, nil)
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestLesson(t *testing.T) {
	w := setup(t)
	ctx := w.Context()
	c := w.publish(MOOC)
	run := w.newRun(c.id, 0, "teacher@example.org")
	w.enrol(w.learner, c.id, &run)

	t.Run("a preview is open to everybody, with its place in the course", func(t *testing.T) {
		v := must(w.Lesson(ctx, uuid.Nil, c.open))(w)
		if v.Course.ID != c.id || v.Course.Enrolled || v.Unit.Kind != "language" || v.Previous != nil || v.Next == nil || v.Next.ID != c.closed ||
			len(v.PairedUnits) != 1 || v.PairedUnits[0].ID != c.vocational || len(v.Outline) != 2 || v.Outline[0].Fraction != nil {
			t.Errorf("got %+v", v)
		}
		video, text := v.Activities[0], v.Activities[1]
		if video.AssetID == nil || video.Length != 100 || video.Progress != nil || text.HTML["en"] != "<h3 dir=\"auto\">Safety</h3>\n<p dir=\"auto\">Wear <strong>goggles</strong>.</p>" {
			t.Errorf("got %+v", v.Activities)
		}
	})
	t.Run("the rest is for learners, teachers of a run and authors", func(t *testing.T) {
		for _, who := range []uuid.UUID{w.learner, w.teacher, w.author, w.coordinator, w.admin} {
			if v := must(w.Lesson(ctx, who, c.closed))(w); len(v.Activities) != 1 || v.Previous.ID != c.open || v.Next != nil {
				t.Errorf("got %+v", v)
			}
		}
		_, err := w.Lesson(ctx, uuid.Nil, c.closed)
		wantFault(t, err, fault.Unauthenticated, "sign_in_to_learn")
		for _, who := range []uuid.UUID{w.stranger, w.suspended} {
			_, err := w.Lesson(ctx, who, c.closed)
			wantFault(t, err, fault.Forbidden, "not_enrolled")
		}
	})
	t.Run("the same people may play its video, and nobody else", func(t *testing.T) {
		asset := scan[uuid.UUID](w, `SELECT asset_id FROM activities WHERE id = $1`, c.video)
		for who, want := range map[uuid.UUID]bool{w.learner: true, w.teacher: true, w.author: true, w.admin: true, w.stranger: false, w.suspended: false, uuid.Nil: false} {
			if got := scan[bool](w, `SELECT may_play($1, $2)`, who, asset); got != want {
				t.Errorf("%v may play: %v", who, got)
			}
		}
	})
	t.Run("a learner finds seconds, position and completion", func(t *testing.T) {
		at := time.Now().Add(-time.Minute).UTC().Truncate(time.Microsecond)
		must(w.Report(ctx, w.learner, []Report{{ID: newID(), ActivityID: c.openVideo, Watched: [][2]int{{0, 40}, {50, 100}}, PositionMs: 61_500, At: at}}))(w)
		v := must(w.Lesson(ctx, w.learner, c.open))(w)
		p := v.Activities[0].Progress
		if !reflect.DeepEqual(p.Watched, [][2]int{{0, 40}, {50, 100}}) || p.PositionMs != 61_500 || !p.PositionAt.Equal(at) || !p.Completed || p.Fraction != 1 {
			t.Errorf("got %+v", p)
		}
		if l := v.Outline[0].Lessons[0]; *l.Completed || *l.Fraction != 0.5 {
			t.Errorf("got %v %v", *l.Completed, *l.Fraction)
		}
	})
	t.Run("one who has left may not open it", func(t *testing.T) {
		who := w.addAccount("leaver")
		id := w.enrol(who, c.id, &run)
		must(w.Lesson(ctx, who, c.closed))(w)
		w.no(w.Leave(ctx, who, id))
		_, err := w.Lesson(ctx, who, c.closed)
		wantFault(t, err, fault.Forbidden, "not_enrolled")
	})
	t.Run("an author previews the draft, unfinished as it is", func(t *testing.T) {
		l := w.newLesson(c.vocational, false)
		w.newReading(l, "New")
		must(w.CreateActivity(ctx, w.author, newID(), NewActivity{LessonID: l, Kind: "video"}))(w)
		v := must(w.PreviewLesson(ctx, w.author, c.id, l))(w)
		if len(v.Activities) != 2 || v.Activities[0].HTML["en"] != `<p dir="auto">New</p>` || v.Previous.ID != c.closed {
			t.Errorf("got %+v", v)
		}
		_, err := w.PreviewLesson(ctx, w.author, c.id, newID())
		wantFault(t, err, fault.NotFound, "")
	})
}
