package courses

import (
	"crypto/sha256"
	"encoding/json"
	"math"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// revision is what publishing makes of a draft: texts rendered, lengths fixed. Its JSON is stored and never changes, so
// fields may be added to these types, but none renamed or taken away.
type revision struct {
	Course  revisionCourse
	Outline revisionOutline
	Lessons []revisionLesson
}

// revisionCourse is the column revisions.course.
type revisionCourse struct {
	Title         localize.Text `json:"title"`
	Summary       localize.Text `json:"summary"`
	Description   localize.Text `json:"description"` // HTML
	Trade         string        `json:"trade"`
	Level         string        `json:"level"`
	Languages     []string      `json:"languages"`
	EffortHours   float64       `json:"effortHours"` // never 0 where there is video
	VideoMinutes  int           `json:"videoMinutes"`
	LessonCount   int           `json:"lessonCount"`
	PosterAssetID *uuid.UUID    `json:"posterAssetId,omitempty"`
}

// revisionOutline is the column revisions.outline.
type revisionOutline struct {
	Units    []revisionUnit `json:"units"`
	Pairings []Pairing      `json:"pairings"`
}

type revisionUnit struct {
	ID      uuid.UUID         `json:"id"`
	Kind    string            `json:"kind"`
	Title   localize.Text     `json:"title"`
	Lessons []lessonInOutline `json:"lessons"`
}

type lessonInOutline struct {
	ID         uuid.UUID           `json:"id"`
	Title      localize.Text       `json:"title"`
	Summary    localize.Text       `json:"summary"`
	Preview    bool                `json:"preview"`
	Activities []activityInOutline `json:"activities"`
}

type activityInOutline struct {
	ID         uuid.UUID     `json:"id"`
	Kind       string        `json:"kind"`
	Title      localize.Text `json:"title"`
	DurationMs int64         `json:"durationMs"`
	Length     int           `json:"length"`
	AssetID    *uuid.UUID    `json:"assetId,omitempty"`
}

// revisionLesson is a row of revision_lessons.
type revisionLesson struct {
	ID         uuid.UUID
	UnitID     uuid.UUID
	Preview    bool
	Activities []revisionActivity
	Pictures   []uuid.UUID
}

// revisionActivity is an element of revision_lessons.activities.
type revisionActivity struct {
	ID      uuid.UUID     `json:"id"`
	Kind    string        `json:"kind"`
	Title   localize.Text `json:"title"`
	Content Content       `json:"content"`
	AssetID *uuid.UUID    `json:"assetId,omitempty"`
	Length  int           `json:"length"`
}

// revise renders a draft.
func revise(d DraftCourse) (revision, error) {
	description, _, err := renderMarkdown(d.Description, false)
	if err != nil {
		return revision{}, err
	}
	r := revision{
		Course: revisionCourse{
			Title: d.Title, Summary: d.Summary, Description: description, Trade: d.Trade, Level: d.Level,
			Languages: d.Languages, EffortHours: d.EffortHours, PosterAssetID: d.PosterAssetID,
		},
		Outline: revisionOutline{Units: []revisionUnit{}, Pairings: d.Pairings},
	}
	var videoMs int64
	for _, u := range d.Units {
		unit := revisionUnit{ID: u.ID, Kind: u.Kind, Title: u.Title, Lessons: []lessonInOutline{}}
		for _, l := range u.Lessons {
			content, outline, err := reviseLesson(u.ID, l)
			if err != nil {
				return revision{}, err
			}
			for _, a := range outline.Activities {
				videoMs += a.DurationMs
			}
			unit.Lessons, r.Lessons = append(unit.Lessons, outline), append(r.Lessons, content)
		}
		r.Outline.Units = append(r.Outline.Units, unit)
	}
	r.Course.LessonCount = len(r.Lessons)
	r.Course.VideoMinutes = int(math.Ceil(float64(videoMs) / 60_000))
	if r.Course.EffortHours == 0 {
		r.Course.EffortHours = estimatedHours(videoMs)
	}
	return r, nil
}

// estimatedHours is what a course takes: watching and doing what was watched take about three times the video; to the half hour.
func estimatedHours(videoMs int64) float64 { return math.Ceil(float64(videoMs)/3_600_000*3*2) / 2 }

func reviseLesson(unit uuid.UUID, l DraftLesson) (revisionLesson, lessonInOutline, error) {
	content := revisionLesson{ID: l.ID, UnitID: unit, Preview: l.Preview, Activities: []revisionActivity{}}
	outline := lessonInOutline{ID: l.ID, Title: l.Title, Summary: l.Summary, Preview: l.Preview, Activities: []activityInOutline{}}
	for _, a := range l.Activities {
		k, err := kindNamed(a.Kind)
		if err != nil {
			return content, outline, err
		}
		rendered, pictures, err := k.render(a.Body)
		if err != nil {
			return content, outline, err
		}
		var duration int64
		if a.Asset != nil {
			duration = a.Asset.DurationMs
		}
		length := k.length(a.Asset)
		content.Activities = append(content.Activities, revisionActivity{
			ID: a.ID, Kind: a.Kind, Title: a.Title, Content: rendered, AssetID: a.AssetID, Length: length})
		content.Pictures = append(content.Pictures, pictures...)
		outline.Activities = append(outline.Activities, activityInOutline{
			ID: a.ID, Kind: a.Kind, Title: a.Title, DurationMs: duration, Length: length, AssetID: a.AssetID})
	}
	return content, outline, nil
}

// hash tells whether two revisions hold the same.
func (r revision) hash() ([]byte, error) {
	b, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}
