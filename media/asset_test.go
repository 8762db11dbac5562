package media_test

import (
	"testing"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/fault"
)

func TestAssets(t *testing.T) {
	t.Parallel()
	f := setup(t)
	var ids []uuid.UUID
	for _, name := range []string{"Урок 1.mp4", "课文.mp4", "photo.png"} {
		kind := media.KindVideo
		if name == "photo.png" {
			kind = media.KindImage
		}
		ids = append(ids, f.upload(t, kind, name, noise(100)))
	}
	list := func(viewer uuid.UUID, filter media.AssetFilter) media.AssetPage {
		t.Helper()
		page, err := f.Assets(t.Context(), viewer, filter)
		if err != nil {
			t.Fatal(err)
		}
		return page
	}
	t.Run("the newest come first, page by page", func(t *testing.T) {
		page := list(f.author, media.AssetFilter{Limit: 2})
		if len(page.Items) != 2 || page.Items[0].ID != ids[2] || page.NextPage == "" {
			t.Fatalf("%+v", page)
		}
		page = list(f.author, media.AssetFilter{Limit: 2, Page: page.NextPage})
		if len(page.Items) != 1 || page.Items[0].ID != ids[0] || page.NextPage != "" {
			t.Errorf("%+v", page)
		}
		if _, err := f.Assets(t.Context(), f.author, media.AssetFilter{Page: "x"}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	})
	t.Run("filters narrow the list", func(t *testing.T) {
		for want, filter := range map[int]media.AssetFilter{
			1: {Query: "урок"}, 2: {Kind: media.KindVideo}, 3: {Institution: f.institution}, 0: {Institution: newID()},
		} {
			if got := list(f.author, filter); len(got.Items) != want {
				t.Errorf("%+v finds %d", filter, len(got.Items))
			}
		}
	})
	t.Run("a stranger sees none", func(t *testing.T) {
		if got := list(f.stranger, media.AssetFilter{}); len(got.Items) != 0 {
			t.Errorf("%+v", got)
		}
		if _, err := f.Asset(t.Context(), f.stranger, ids[0]); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := f.RetryAsset(t.Context(), f.stranger, ids[0]); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if err := f.DeleteAsset(t.Context(), f.stranger, ids[0]); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	t.Run("only what has failed is tried again", func(t *testing.T) {
		if _, err := f.RetryAsset(t.Context(), f.author, ids[0]); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		if a := f.process(t, ids[0]); a.State != media.StateFailed {
			t.Fatalf("%+v", a)
		}
		before, _ := f.queue.count()
		a, err := f.RetryAsset(t.Context(), f.author, ids[0])
		if after, _ := f.queue.count(); err != nil || a.State != media.StateChecking || a.Failure != nil || after != before+1 {
			t.Errorf("%+v %v", a, err)
		}
	})
	t.Run("what a course shows is not deleted", func(t *testing.T) {
		course, unit, lesson := newID(), newID(), newID()
		f.exec(t, `INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'c', 'micro', '{"en":"Course"}')`, course, f.institution)
		f.exec(t, `INSERT INTO units (id, course_id, kind, position) VALUES ($1, $2, 'language', 0)`, unit, course)
		f.exec(t, `INSERT INTO lessons (id, unit_id, position) VALUES ($1, $2, 0)`, lesson, unit)
		f.exec(t, `INSERT INTO activities (id, lesson_id, kind, asset_id, position) VALUES ($1, $2, 'video', $3, 0)`, newID(), lesson, ids[1])
		f.exec(t, `INSERT INTO activities (id, lesson_id, kind, body, position) VALUES ($1, $2, 'reading', jsonb_build_object('markdown', jsonb_build_object('en', '![x](asset:' || $3::text || ')')), 1)`,
			newID(), lesson, ids[2])
		for _, id := range ids[1:] {
			if err := f.DeleteAsset(t.Context(), f.author, id); !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
			if a := f.asset(t, id); len(a.UsedIn) != 1 || a.UsedIn[0].CourseID != course || a.UsedIn[0].CourseTitle["en"] != "Course" {
				t.Errorf("%+v", a.UsedIn)
			}
		}
		f.exec(t, `UPDATE lessons SET deleted_at = now()`)
		for _, id := range ids {
			if err := f.DeleteAsset(t.Context(), f.author, id); err != nil {
				t.Error(err)
			}
			if _, err := f.Asset(t.Context(), f.author, id); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
		f.collectAll(t)
	})
}
