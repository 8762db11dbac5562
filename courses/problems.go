package courses

import (
	"bytes"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// findProblems lists what hinders publishing the draft, in the order of the outline. It asks the database only about
// pictures; the rest stands in the draft.
func findProblems(ctx context.Context, q pg.Querier, d *DraftCourse) ([]DraftProblem, error) {
	f := finder{draft: d, languages: d.Languages, pictures: map[uuid.UUID][]uuid.UUID{}}
	f.course()
	if err := f.missingPictures(ctx, q); err != nil {
		return nil, err
	}
	return notNil(f.problems), nil
}

type finder struct {
	draft     *DraftCourse
	languages []string
	problems  []DraftProblem
	pictures  map[uuid.UUID][]uuid.UUID // asset → the activities (or the course) that show it
}

func (f *finder) add(entity uuid.UUID, field, code string) {
	f.problems = append(f.problems, DraftProblem{EntityID: entity, Field: field, Code: code})
}

func (f *finder) course() {
	d := f.draft
	if !d.Title.Has(f.languages[0]) {
		f.add(d.ID, "title", "title_missing")
	}
	if len(d.Units) == 0 {
		f.add(d.ID, "units", "course_empty")
	}
	if d.PosterAssetID != nil {
		f.pictures[*d.PosterAssetID] = append(f.pictures[*d.PosterAssetID], d.ID)
	}
	for _, u := range d.Units {
		if u.Title.In(f.languages[0]) == "" {
			f.add(u.ID, "title", "title_missing")
		}
		if len(u.Lessons) == 0 {
			f.add(u.ID, "lessons", "unit_empty")
		}
		for _, l := range u.Lessons {
			f.lesson(l)
		}
	}
}

func (f *finder) lesson(l DraftLesson) {
	if l.Title.In(f.languages[0]) == "" {
		f.add(l.ID, "title", "title_missing")
	}
	if len(l.Activities) == 0 {
		f.add(l.ID, "activities", "lesson_empty")
	}
	for _, a := range l.Activities {
		f.activity(a)
	}
}

func (f *finder) activity(a DraftActivity) {
	k, err := kindNamed(a.Kind)
	if err != nil {
		f.add(a.ID, "kind", "unknown_kind")
		return
	}
	if k.asset != "" {
		switch {
		case a.AssetID == nil:
			f.add(a.ID, "assetId", k.asset+"_missing")
		case a.Asset == nil || a.Asset.Kind != k.asset || a.Asset.InstitutionID != f.draft.InstitutionID:
			f.add(a.ID, "assetId", k.asset+"_gone")
		case a.Asset.State == "failed" && !a.Asset.Playable:
			f.add(a.ID, "assetId", k.asset+"_failed")
		case !a.Asset.Playable:
			f.add(a.ID, "assetId", k.asset+"_not_ready")
		}
	}
	for _, p := range k.lacks(a.Body, f.languages) {
		f.add(a.ID, p.Field, p.Code)
	}
	if k.videos != nil && slices.ContainsFunc(k.videos(a.Body), func(id uuid.UUID) bool { return !f.shows(id) }) {
		f.add(a.ID, "body.phrases", "phrase_video_gone")
	}
	if !bytes.Contains(a.Body, []byte(assetScheme)) {
		return // no pictures, and rendering every text after every key stroke would be dear
	}
	_, pictures, err := k.render(a.Body)
	if err != nil {
		f.add(a.ID, "body", "bad_body")
	}
	for _, id := range pictures {
		f.pictures[id] = append(f.pictures[id], a.ID)
	}
}

// shows reports whether a video of the course is the asset.
func (f *finder) shows(asset uuid.UUID) bool {
	for _, u := range f.draft.Units {
		for _, l := range u.Lessons {
			for _, a := range l.Activities {
				if a.Kind == "video" && a.AssetID != nil && *a.AssetID == asset {
					return true
				}
			}
		}
	}
	return false
}

// missingPictures finds pictures that the course's institution does not have, or that cannot be shown (yet).
func (f *finder) missingPictures(ctx context.Context, q pg.Querier) error {
	if len(f.pictures) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(f.pictures))
	for id := range f.pictures {
		ids = append(ids, id)
	}
	rows, err := q.Query(ctx, `
		SELECT i.id FROM unnest(@ids::uuid[]) i(id)
		WHERE NOT EXISTS (SELECT FROM assets a WHERE a.id = i.id AND a.kind = 'image' AND (a.playable OR a.state = 'ready') AND a.deleted_at IS NULL
		                  AND a.institution_id = @institution)
		ORDER BY i.id`, pgx.NamedArgs{"ids": ids, "institution": f.draft.InstitutionID})
	if err != nil {
		return pg.Translate(err, "pictures of course", f.draft.ID)
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	for _, id := range missing {
		for _, entity := range f.pictures[id] {
			field := "body"
			if entity == f.draft.ID {
				field = "posterAssetId"
			}
			f.add(entity, field, "picture_missing")
		}
	}
	return pg.Translate(err, "pictures of course", f.draft.ID)
}
