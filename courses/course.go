package courses

import (
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// Formats of a course.
const (
	MOOC  = "mooc"  // taken in a run, with dates and a cohort
	Micro = "micro" // always open
)

// States of a course.
const (
	Draft     = "draft"     // never published, or unpublished: nobody but its authors sees it
	Published = "published" // in the catalogue
	Archived  = "archived"  // out of the catalogue, closed to new learners; those enrolled keep it
)

// InstitutionRef names who offers a course.
type InstitutionRef struct {
	ID      uuid.UUID     `json:"id" format:"uuid" doc:"The institution."`
	Slug    string        `json:"slug" doc:"Its address: /institutions/{slug}."`
	Name    localize.Text `json:"name" doc:"Its name per language."`
	Country string        `json:"country" doc:"ISO 3166 two-letter code." example:"ZM"`
}

// NextRun is the run of a course that a learner could join next.
type NextRun struct {
	ID       uuid.UUID `json:"id" format:"uuid"`
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt"`
}

// CourseCard is a course as lists show it, from its published revision.
type CourseCard struct {
	ID           uuid.UUID      `json:"id" format:"uuid"`
	Slug         string         `json:"slug" doc:"Its address: /courses/{slug}."`
	Format       string         `json:"format" enum:"mooc,micro" doc:"mooc is taken in a run, micro is always open."`
	Trade        string         `json:"trade" doc:"ISCO-08 unit group code; empty = none." example:"7223"`
	Level        string         `json:"level" doc:"list:level of Chinese, with the list named; empty = none." example:"hsk2:2"`
	Languages    []string       `json:"languages" doc:"Languages of instruction; the first is the fall-back of every text."`
	Title        localize.Text  `json:"title"`
	Summary      localize.Text  `json:"summary"`
	Institution  InstitutionRef `json:"institution"`
	Poster       string         `json:"poster,omitempty" doc:"Address of the poster."`
	EffortHours  float64        `json:"effortHours" doc:"Hours of work for a learner."`
	VideoMinutes int            `json:"videoMinutes" doc:"Minutes of video, rounded up."`
	LessonCount  int            `json:"lessonCount"`
	NextRun      *NextRun       `json:"nextRun,omitempty" doc:"The run that ends next, if any is to come or open."`
	Enrolled     bool           `json:"enrolled" doc:"The viewer is enrolled."`

	PosterAssetID *uuid.UUID `json:"-"` // Poster is made of it by who knows about media
}

// Pairing ties a language unit to the vocational unit that it prepares.
type Pairing struct {
	LanguageUnitID   uuid.UUID `json:"languageUnitId" format:"uuid"`
	VocationalUnitID uuid.UUID `json:"vocationalUnitId" format:"uuid"`
}

// Size is what a whole course weighs in one rendition.
type Size struct {
	Rendition string `json:"rendition" doc:"audio, slides, 144p … 720p." example:"240p"`
	Bytes     int64  `json:"bytes" doc:"Of all videos together, sound included."`
}

// ActivityOutline is an activity without its content.
type ActivityOutline struct {
	ID         uuid.UUID     `json:"id" format:"uuid"`
	Kind       string        `json:"kind" doc:"video or reading."`
	Title      localize.Text `json:"title"`
	DurationMs int64         `json:"durationMs" doc:"0 for what has no length of its own."`
}

// LessonOutline is a lesson as an outline shows it. Completed and Fraction are there for who is enrolled.
type LessonOutline struct {
	ID         uuid.UUID         `json:"id" format:"uuid"`
	Title      localize.Text     `json:"title"`
	Summary    localize.Text     `json:"summary"`
	Preview    bool              `json:"preview" doc:"Open without an account."`
	Activities []ActivityOutline `json:"activities"`
	Completed  *bool             `json:"completed,omitempty" doc:"All its activities are."`
	Fraction   *float64          `json:"fraction,omitempty" minimum:"0" maximum:"1"`
}

// UnitOutline is a unit as an outline shows it.
type UnitOutline struct {
	ID        uuid.UUID       `json:"id" format:"uuid"`
	Kind      string          `json:"kind" enum:"language,vocational"`
	Title     localize.Text   `json:"title"`
	Lessons   []LessonOutline `json:"lessons"`
	Completed *bool           `json:"completed,omitempty" doc:"All its lessons are."`
	Fraction  *float64        `json:"fraction,omitempty" minimum:"0" maximum:"1"`
}

// CourseDetail is the page of a course.
type CourseDetail struct {
	CourseCard
	State       string          `json:"state" enum:"published,archived" doc:"archived: closed to new learners."`
	Description localize.Text   `json:"description" doc:"Sanitised HTML per language."`
	Revision    int             `json:"revision" doc:"Raised by each publication."`
	PublishedAt time.Time       `json:"publishedAt"`
	Outline     []UnitOutline   `json:"outline"`
	Pairings    []Pairing       `json:"pairings"`
	Sizes       []Size          `json:"sizes" doc:"What all videos weigh in each rendition, the smallest first."`
	Runs        []Run           `json:"runs" doc:"Upcoming and open ones first, then those that have ended."`
	Enrolment   *Enrolment      `json:"enrolment,omitempty"`
	Progress    *CourseProgress `json:"progress,omitempty"`
	MayEdit     bool            `json:"mayEdit" doc:"The viewer may open it in the studio."`
}

// CourseProgress is how far a learner has come in a course.
type CourseProgress struct {
	Fraction           float64    `json:"fraction" minimum:"0" maximum:"1" doc:"Mean over all activities."`
	Completed          bool       `json:"completed"`
	CompletedLessons   int        `json:"completedLessons"`
	TotalLessons       int        `json:"totalLessons"`
	ContinueLessonID   *uuid.UUID `json:"continueLessonId,omitempty" format:"uuid" doc:"Where the learner goes on."`
	ContinueActivityID *uuid.UUID `json:"continueActivityId,omitempty" format:"uuid"`
	ContinuePositionMs *int       `json:"continuePositionMs,omitempty"`
}

// Enrolment is a learner's place in a course.
type Enrolment struct {
	ID         uuid.UUID  `json:"id" format:"uuid"`
	CourseID   uuid.UUID  `json:"courseId" format:"uuid"`
	RunID      *uuid.UUID `json:"runId,omitempty" format:"uuid"`
	EnrolledAt time.Time  `json:"enrolledAt"`
}
