package courses

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"hanzhi/courses/language"
)

// DraftLanguage returns a draft as package language reads it. NotFound unless the viewer may author the course.
func (s *Service) DraftLanguage(ctx context.Context, viewer, course uuid.UUID) (language.Draft, error) {
	d, err := loadDraft(ctx, s.db, viewer, course)
	if err != nil {
		return language.Draft{}, err
	}
	l := language.Draft{CourseID: d.ID, InstitutionID: d.InstitutionID, Trade: d.Trade, Level: d.Level, WordBudget: d.WordBudget, Languages: d.Languages}
	preparedBy := map[uuid.UUID][]uuid.UUID{}
	for _, p := range d.Pairings {
		preparedBy[p.VocationalUnitID] = append(preparedBy[p.VocationalUnitID], p.LanguageUnitID)
	}
	for _, u := range d.Units {
		unit := language.DraftUnit{ID: u.ID, Language: u.Kind == "language", PreparedBy: preparedBy[u.ID]}
		for _, lesson := range u.Lessons {
			unit.Lessons = append(unit.Lessons, lesson.language(u.ID))
		}
		l.Units = append(l.Units, unit)
	}
	return l, nil
}

// language is the lesson as package language reads it. An activity with the same version holds the same.
func (l DraftLesson) language(unit uuid.UUID) language.DraftLesson {
	var versions strings.Builder
	videos := map[uuid.UUID]uuid.UUID{}
	for _, a := range l.Activities {
		fmt.Fprintf(&versions, "%s@%d ", a.ID, a.Version)
		if a.AssetID != nil {
			videos[a.ID] = *a.AssetID
		}
	}
	return language.DraftLesson{ID: l.ID, Version: versions.String(), Videos: videos, Content: func() (json.RawMessage, error) {
		revised, _, err := reviseLesson(unit, l)
		if err != nil {
			return nil, err
		}
		return json.Marshal(revised.Activities)
	}}
}
