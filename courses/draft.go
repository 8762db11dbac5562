package courses

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// CourseFields is a draft's own fields, without its outline.
type CourseFields struct {
	ID            uuid.UUID      `json:"id" format:"uuid"`
	Slug          string         `json:"slug" doc:"Its address; stays once the course has been published."`
	InstitutionID uuid.UUID      `json:"institutionId" format:"uuid"`
	Format        string         `json:"format" enum:"mooc,micro"`
	State         string         `json:"state" enum:"draft,published,archived"`
	Trade         string         `json:"trade"`
	Level         string         `json:"level"`
	Languages     []string       `json:"languages" doc:"Languages of instruction; the first is the fall-back of every text."`
	Title         localize.Text  `json:"title"`
	Summary       localize.Text  `json:"summary"`
	Description   localize.Text  `json:"description" doc:"Markdown per language."`
	EffortHours   float64        `json:"effortHours" doc:"0 = estimated from the videos."`
	WordBudget    int            `json:"wordBudget" doc:"New words that a unit may bring; 0 = what the level suggests."`
	PosterAssetID *uuid.UUID     `json:"posterAssetId,omitempty" format:"uuid"`
	Version       int            `json:"version" doc:"Of these fields; a PATCH names the one last seen."`
	Revision      *int           `json:"revision,omitempty" doc:"The published one."`
	PublishedAt   *time.Time     `json:"publishedAt,omitempty"`
	Dirty         bool           `json:"dirty" doc:"The draft has changed since it was published."`
	Problems      []DraftProblem `json:"problems" db:"-" doc:"What hinders publishing; empty = nothing does."`
}

// DraftCourse is a course as its authors edit it.
type DraftCourse struct {
	CourseFields
	Units    []DraftUnit `json:"units"`
	Pairings []Pairing   `json:"pairings"`
	Runs     []Run       `json:"runs"`
}

// DraftUnit is a unit of a draft.
type DraftUnit struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	Kind    string        `json:"kind" enum:"language,vocational"`
	Title   localize.Text `json:"title"`
	Version int           `json:"version"`
	Lessons []DraftLesson `json:"lessons" db:"-"`
}

// DraftLesson is a lesson of a draft.
type DraftLesson struct {
	ID         uuid.UUID       `json:"id" format:"uuid"`
	UnitID     uuid.UUID       `json:"unitId" format:"uuid"`
	Title      localize.Text   `json:"title"`
	Summary    localize.Text   `json:"summary"`
	Preview    bool            `json:"preview" doc:"Open without an account once published."`
	Version    int             `json:"version"`
	Activities []DraftActivity `json:"activities" db:"-"`
}

// DraftActivity is an activity of a draft.
type DraftActivity struct {
	ID       uuid.UUID       `json:"id" format:"uuid"`
	LessonID uuid.UUID       `json:"lessonId" format:"uuid"`
	Kind     string          `json:"kind" doc:"video, reading, practice or task."`
	Title    localize.Text   `json:"title"`
	Body     json.RawMessage `json:"body" doc:"What the kind holds: {} of a video, {markdown: text per language} of a reading with pictures as ![alt](asset:<uuid>), {exercises} of a practice, {description, phrases, decoys, checklist, canDo} of a task."`
	AssetID  *uuid.UUID      `json:"assetId,omitempty" format:"uuid"`
	Asset    *ActivityAsset  `json:"asset,omitempty" db:"-" doc:"The state of its video."`
	Version  int             `json:"version"`
}

// ActivityAsset is what the outline shows of a video; the asset's own address tells the rest.
type ActivityAsset struct {
	ID         uuid.UUID     `json:"id" format:"uuid"`
	Kind       string        `json:"kind" enum:"video,image"`
	Filename   string        `json:"filename"`
	Size       int64         `json:"size" doc:"Bytes of the source."`
	State      string        `json:"state" enum:"uploading,checking,transcoding,ready,failed"`
	Playable   bool          `json:"playable"`
	Progress   float64       `json:"progress" minimum:"0" maximum:"1"`
	Failure    *AssetFailure `json:"failure,omitempty" db:"-"`
	DurationMs int64         `json:"durationMs"`
	Width      int           `json:"width"`
	Height     int           `json:"height"`

	InstitutionID uuid.UUID `json:"-"`
	FailureCode   string    `json:"-"`
}

// AssetFailure says why a source could not be used.
type AssetFailure struct {
	Code string `json:"code"`
}

// DraftProblem is something that hinders publishing, and where.
type DraftProblem struct {
	EntityID uuid.UUID `json:"entityId" format:"uuid" doc:"The course, unit, lesson or activity."`
	Field    string    `json:"field" doc:"The field at fault." example:"title"`
	Code     string    `json:"code" doc:"Stable reason; clients have a text for each." example:"title_missing"`
}
