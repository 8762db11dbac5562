package language

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Draft is a course as its authors edit it, as far as its Chinese goes. Who makes one has asked whether the viewer may
// author the course.
type Draft struct {
	CourseID      uuid.UUID
	InstitutionID uuid.UUID
	Trade         string
	Level         string // list:level; "" = none
	WordBudget    int    // new words that a unit may bring; 0 = what its level suggests
	Languages     []string
	Units         []DraftUnit
}

// DraftUnit is a unit of a draft.
type DraftUnit struct {
	ID         uuid.UUID
	Language   bool
	PreparedBy []uuid.UUID // the language units paired with it
	Lessons    []DraftLesson
}

// DraftLesson is a lesson of a draft.
type DraftLesson struct {
	ID      uuid.UUID
	Version string                  // another one whenever Content gives something else
	Videos  map[uuid.UUID]uuid.UUID // by activity
	// Content makes the activities as a revision would hold them; it is called when they are not in memory.
	Content func() (json.RawMessage, error)
}

// assets are the videos of the lesson.
func (l DraftLesson) assets() []uuid.UUID {
	return slices.SortedFunc(maps.Values(l.Videos), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
}

// lessons are those of all units, in order.
func (d Draft) lessons() []DraftLesson {
	var all []DraftLesson
	for _, u := range d.Units {
		all = append(all, u.Lessons...)
	}
	return all
}

// PreviewLesson returns the Chinese of a lesson of a draft as the viewer would meet it, were it published. NotFound when
// the draft has no such lesson.
func (s *Service) PreviewLesson(ctx context.Context, viewer uuid.UUID, d Draft, id uuid.UUID) (LessonLanguage, error) {
	all := d.lessons()
	i := slices.IndexFunc(all, func(l DraftLesson) bool { return l.ID == id })
	if i < 0 {
		return LessonLanguage{}, fault.NewNotFound("lesson")
	}
	lessons, err := s.draftLessons(ctx, d, all[i:i+1])
	if err != nil {
		return LessonLanguage{}, err
	}
	list, err := s.listOfDraft(ctx, d)
	if err != nil {
		return LessonLanguage{}, err
	}
	answer, _, err := s.forViewer(ctx, viewer, lessons[0], list.ID)
	return answer, err
}

// draftLessons returns the Chinese of lessons of a draft, parallel to list; what is not in memory is read in one query.
func (s *Service) draftLessons(ctx context.Context, d Draft, list []DraftLesson) ([]*lesson, error) {
	g, err := s.glossaryFor(ctx, d.Trade, d.InstitutionID)
	if err != nil {
		return nil, err
	}
	versions, err := trackVersions(ctx, s.db, list)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	readings, err := placeReadings(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	found, keys := make([]*lesson, len(list)), make([]lessonKey, len(list))
	var missing []uuid.UUID // assets
	for i, l := range list {
		// Revisions count from 1, so no published lesson has a key of a draft.
		depends := []string{"draft", l.Version, fmt.Sprint(d.Languages)}
		for _, asset := range l.assets() {
			depends = append(depends, versions[asset])
		}
		keys[i] = lessonKey{lesson: l.ID, tracks: strings.Join(depends, " "), readings: fmt.Sprint(readings[l.ID]), glossary: g.key}
		if cached, hit := s.lessons.Get(keys[i]); hit {
			found[i] = cached
		} else {
			missing = append(missing, l.assets()...)
		}
	}
	tracks, err := tracksOf(ctx, s.db, missing)
	if err != nil {
		return nil, err
	}
	for i, l := range list {
		if found[i] != nil {
			continue
		}
		texts, err := l.passages(tracks, d.Languages)
		if err != nil {
			return nil, err
		}
		found[i] = s.newLesson(g, texts, readings[l.ID])
		s.lessons.Add(keys[i], found[i])
	}
	return found, nil
}

func (l DraftLesson) passages(tracks map[uuid.UUID][]trackSource, languages []string) ([]passage, error) {
	content, err := l.Content()
	if err != nil {
		return nil, err
	}
	var activities []activitySource
	if err := json.Unmarshal(content, &activities); err != nil {
		return nil, fmt.Errorf("activities of lesson %s: %w", l.ID, err)
	}
	var own []trackSource
	for _, asset := range l.assets() {
		own = append(own, tracks[asset]...)
	}
	return passagesOf(activities, own, languages), nil
}

// trackVersions names the tracks of Chinese captions of the videos of lessons, by asset; a video without sound is
// another one.
func trackVersions(ctx context.Context, q pg.Querier, lessons []DraftLesson) (map[uuid.UUID]string, error) {
	var assets []uuid.UUID
	for _, l := range lessons {
		assets = append(assets, l.assets()...)
	}
	rows, err := q.Query(ctx, `
		SELECT k.asset_id, string_agg(concat_ws(' ', k.asset_id, k.lang, k.version, NOT a.has_audio AND a.playable), ',' ORDER BY k.lang)
		FROM captions k JOIN assets a ON a.id = k.asset_id WHERE k.asset_id = ANY (@assets) AND is_chinese(k.lang) GROUP BY k.asset_id`,
		pgx.NamedArgs{"assets": notNil(assets)})
	if err != nil {
		return nil, pg.Translate(err, "captions of videos", len(assets))
	}
	versions := map[uuid.UUID]string{}
	var id uuid.UUID
	var version string
	_, err = pgx.ForEachRow(rows, []any{&id, &version}, func() error {
		versions[id] = version
		return nil
	})
	return versions, pg.Translate(err, "captions of videos", len(assets))
}

// tracksOf reads the tracks of Chinese captions of videos.
func tracksOf(ctx context.Context, q pg.Querier, assets []uuid.UUID) (map[uuid.UUID][]trackSource, error) {
	tracks := map[uuid.UUID][]trackSource{}
	if len(assets) == 0 {
		return tracks, nil
	}
	rows, err := q.Query(ctx, `
		SELECT k.asset_id, k.lang, k.cues, NOT a.has_audio AND a.playable AS silent
		FROM captions k JOIN assets a ON a.id = k.asset_id WHERE k.asset_id = ANY (@assets) AND is_chinese(k.lang)`, pgx.NamedArgs{"assets": assets})
	if err != nil {
		return nil, pg.Translate(err, "captions of videos", len(assets))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[trackSource])
	for _, t := range list {
		tracks[t.AssetID] = append(tracks[t.AssetID], t)
	}
	return tracks, pg.Translate(err, "captions of videos", len(assets))
}

// glossed reports whether a text says something in a language, or in the one that a regional tag belongs to.
func glossed(t localize.Text, language string) bool {
	base, _, _ := strings.Cut(language, "-")
	return t[language] != "" || t[base] != ""
}
