package courses

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// LessonHead is a lesson without what is in it.
type LessonHead struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	Title   localize.Text `json:"title"`
	Summary localize.Text `json:"summary"`
	Preview bool          `json:"preview"`
}

// LessonCourse is the course of a lesson.
type LessonCourse struct {
	ID        uuid.UUID     `json:"id" format:"uuid"`
	Slug      string        `json:"slug"`
	Title     localize.Text `json:"title"`
	Languages []string      `json:"languages" doc:"The first is the fall-back of every text."`
	Enrolled  bool          `json:"enrolled" doc:"The viewer is."`
	Revision  int           `json:"revision" doc:"0 in the preview of a draft."`
}

// UnitHead is a unit without its lessons.
type UnitHead struct {
	ID    uuid.UUID     `json:"id" format:"uuid"`
	Kind  string        `json:"kind" enum:"language,vocational"`
	Title localize.Text `json:"title"`
}

// LessonRef is a lesson to go to.
type LessonRef struct {
	ID    uuid.UUID     `json:"id" format:"uuid"`
	Title localize.Text `json:"title"`
}

// LessonView is a lesson as a learner opens it.
type LessonView struct {
	Lesson      LessonHead     `json:"lesson"`
	Course      LessonCourse   `json:"course"`
	Unit        UnitHead       `json:"unit"`
	PairedUnits []UnitHead     `json:"pairedUnits" doc:"What this unit prepares, or what prepares it."`
	Outline     []UnitOutline  `json:"outline"`
	Previous    *LessonRef     `json:"previous,omitempty"`
	Next        *LessonRef     `json:"next,omitempty"`
	Gate        *LessonGate    `json:"gate,omitempty" doc:"The gate of the lesson is shut to the viewer: there are no activities."`
	Activities  []ActivityView `json:"-"` // who knows about media adds the videos
}

// LessonGate keeps learners of a run out of a lesson until they know enough of its words.
type LessonGate struct {
	Percent  int     `json:"percent" enum:"80,90,95" doc:"Of the running words, to be known."`
	Coverage float64 `json:"coverage" minimum:"0" maximum:"1" doc:"What the viewer knows of them."`
	Learn    int     `json:"learn" doc:"Words that lift it to 0.95."`
}

// ActivityView is an activity as a learner opens it. Pictures in HTML have asset: addresses, see ShowPictures.
type ActivityView struct {
	ID       uuid.UUID         `json:"id" format:"uuid"`
	Kind     string            `json:"kind" doc:"video, reading, practice or task."`
	Title    localize.Text     `json:"title"`
	Length   int               `json:"length" doc:"Seconds that can be watched; 1 for what is done or not."`
	HTML     localize.Text     `json:"html,omitempty" doc:"Sanitised HTML per language."`
	Progress *ActivityProgress `json:"progress,omitempty" doc:"For who is signed in."`
	// Exercises have asset: addresses, see ShowExercises.
	Exercises []Exercise  `json:"exercises,omitempty" maxItems:"12" doc:"Of a practice."`
	Passed    []uuid.UUID `json:"passed,omitempty" doc:"Exercises that the learner has passed."`
	Task      *Task       `json:"task,omitempty" doc:"Of a task in the preview of its authors; learners ask for it by its own address."`

	AssetID *uuid.UUID `json:"-"`
}

// ActivityProgress is how far a learner has come in an activity.
type ActivityProgress struct {
	Watched    [][2]int  `json:"watched" doc:"Seconds as [from, to)."`
	PositionMs int       `json:"positionMs"`
	PositionAt time.Time `json:"positionAt" doc:"When the learner was there; reports of other devices may be later."`
	Fraction   float64   `json:"fraction" minimum:"0" maximum:"1"`
	Completed  bool      `json:"completed"`
}

// lessonRow is a lesson for a viewer; Activities is nil when the viewer may know of it but not open it.
type lessonRow struct {
	CourseID    uuid.UUID
	PageVersion int64
	Enrolled    bool
	RunID       *uuid.UUID
	Open        bool
	Barred      bool // by a gate, from what would be open
	Activities  []revisionActivity
}

// Lesson returns a lesson of a course's current revision. NotFound when there is none that the viewer may know of;
// when it is known but not open, Unauthenticated for visitors and Forbidden not_enrolled for the others. To a viewer whom
// a gate bars it comes with the gate and without activities.
func (s *Service) Lesson(ctx context.Context, viewer, id uuid.UUID) (LessonView, error) {
	row, err := queryLesson(ctx, s.db, viewer, id)
	switch {
	case err != nil:
		return LessonView{}, err
	case !row.Open && viewer == uuid.Nil:
		return LessonView{}, fault.New(fault.Unauthenticated, "sign_in_to_learn", "Sign in and enrol in the course to open this lesson.")
	case !row.Open:
		return LessonView{}, fault.New(fault.Forbidden, "not_enrolled", "Enrol in the course to open this lesson.")
	}
	p, err := s.pageOf(ctx, row.CourseID, row.PageVersion)
	if err != nil {
		return LessonView{}, err
	}
	if p == nil {
		return LessonView{}, fault.NewNotFound("lesson")
	}
	seen, err := progressOf(ctx, s.db, viewer, []uuid.UUID{row.CourseID})
	if err != nil {
		return LessonView{}, err
	}
	course := LessonCourse{ID: p.card.ID, Slug: p.card.Slug, Title: p.card.Title, Languages: p.card.Languages, Enrolled: row.Enrolled, Revision: p.revision}
	var progress *courseTally
	if row.Enrolled {
		t := measure(p.outline, seen)
		progress = &t
	}
	v, found := p.outline.view(id, course)
	if !found {
		return LessonView{}, fault.NewNotFound("lesson") // republished without it this very moment
	}
	v.Outline = p.outlineShown(progress)
	if row.Barred {
		v.Gate = &LessonGate{Percent: gateOf(p.runs, row.RunID, id)}
	}
	for _, a := range row.Activities {
		v.Activities = append(v.Activities, a.view(viewer, seen))
	}
	return v, s.addPassed(ctx, viewer, v.Activities)
}

// addPassed adds to practices which of their exercises the viewer has passed.
func (s *Service) addPassed(ctx context.Context, viewer uuid.UUID, activities []ActivityView) error {
	var practices []uuid.UUID
	for _, a := range activities {
		if len(a.Exercises) > 0 {
			practices = append(practices, a.ID)
		}
	}
	passed, err := passedExercises(ctx, s.db, viewer, practices)
	for i := range activities {
		for _, e := range activities[i].Exercises {
			if slices.Contains(passed, e.ID) {
				activities[i].Passed = append(activities[i].Passed, e.ID)
			}
		}
	}
	return err
}

func queryLesson(ctx context.Context, q pg.Querier, viewer, id uuid.UUID) (lessonRow, error) {
	rows, err := q.Query(ctx, `
		SELECT f.course_id, f.page_version, f.enrolled, f.run_id, f.open, f.open AND f.barred AS barred, CASE WHEN f.open AND NOT f.barred THEN f.activities END AS activities
		FROM (SELECT c.id AS course_id, c.page_version, c.state, l.activities, e.id IS NOT NULL AS enrolled, e.run_id,
		             c.state = 'published' AND l.preview OR may_learn(@viewer, c.id) AS open,
		             NOT (c.state = 'published' AND l.preview) AND is_barred(@viewer, l.lesson_id) AS barred
		      FROM revision_lessons l JOIN courses c ON c.id = l.course_id AND c.revision = l.revision
		      LEFT JOIN enrolments e ON e.account_id = @viewer AND e.course_id = c.id AND e.left_at IS NULL
		      WHERE l.lesson_id = @id) f
		WHERE f.state = 'published' OR f.open`, pgx.NamedArgs{"viewer": viewer, "id": id})
	if err != nil {
		return lessonRow{}, pg.Translate(err, "lesson", id)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[lessonRow])
	return row, pg.Translate(err, "lesson", id)
}

// progressOf reads what a learner has watched in courses, in activities of former revisions too.
func progressOf(ctx context.Context, q pg.Querier, viewer uuid.UUID, courses []uuid.UUID) (map[uuid.UUID]watched, error) {
	rows, err := q.Query(ctx, `
		SELECT p.activity_id, p.watched::text AS watched, p.position_ms, p.position_at FROM progress p
		WHERE p.account_id = @viewer AND p.course_id = ANY (@courses)`, pgx.NamedArgs{"viewer": viewer, "courses": courses})
	if err != nil {
		return nil, pg.Translate(err, "progress of", viewer)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[watched])
	seen := make(map[uuid.UUID]watched, len(list))
	for _, w := range list {
		seen[w.ActivityID] = w
	}
	return seen, pg.Translate(err, "progress of", viewer)
}

// view places a lesson in its course; false when the outline has no such lesson.
func (o revisionOutline) view(id uuid.UUID, course LessonCourse) (LessonView, bool) {
	v := LessonView{Course: course, PairedUnits: []UnitHead{}, Activities: []ActivityView{}}
	found := false
	for _, u := range o.Units {
		for _, l := range u.Lessons {
			ref := &LessonRef{ID: l.ID, Title: l.Title}
			switch {
			case l.ID == id:
				found = true
				v.Lesson = LessonHead{ID: l.ID, Title: l.Title, Summary: l.Summary, Preview: l.Preview}
				v.Unit = u.headOnly()
			case !found:
				v.Previous = ref
			case v.Next == nil:
				v.Next = ref
			}
		}
	}
	for _, p := range o.Pairings {
		for _, u := range o.Units {
			if p.LanguageUnitID == v.Unit.ID && u.ID == p.VocationalUnitID || p.VocationalUnitID == v.Unit.ID && u.ID == p.LanguageUnitID {
				v.PairedUnits = append(v.PairedUnits, u.headOnly())
			}
		}
	}
	return v, found
}

func (u revisionUnit) headOnly() UnitHead { return UnitHead{ID: u.ID, Kind: u.Kind, Title: u.Title} }

// view is the activity for a viewer, with progress unless it is a visitor.
func (a revisionActivity) view(viewer uuid.UUID, seen map[uuid.UUID]watched) ActivityView {
	v := ActivityView{ID: a.ID, Kind: a.Kind, Title: a.Title, Length: a.Length, HTML: a.Content.HTML, Exercises: a.Content.Exercises, AssetID: a.AssetID}
	if viewer != uuid.Nil {
		w := seen[a.ID]
		v.Progress = &ActivityProgress{Watched: [][2]int(notNil(w.Watched)), PositionMs: w.PositionMs, PositionAt: w.PositionAt}
		v.Progress.Fraction, v.Progress.Completed = fractionOf(w.Watched.seconds(a.Length), a.Length)
	}
	return v
}

// PreviewLesson returns a lesson of the draft as learners would see it. NotFound unless the viewer may author the course.
func (s *Service) PreviewLesson(ctx context.Context, viewer, course, id uuid.UUID) (LessonView, error) {
	d, err := loadDraft(ctx, s.db, viewer, course)
	if err != nil {
		return LessonView{}, err
	}
	r, err := revise(d)
	if err != nil {
		return LessonView{}, err
	}
	v, found := r.Outline.view(id, LessonCourse{ID: d.ID, Slug: d.Slug, Title: d.Title, Languages: d.Languages})
	if !found {
		return LessonView{}, fault.NewNotFound("lesson")
	}
	v.Outline = (&page{outline: r.Outline}).outlineShown(nil)
	for _, l := range r.Lessons {
		if l.ID == id {
			for _, a := range l.Activities {
				shown := a.view(uuid.Nil, nil)
				shown.Task = a.Content.Task
				v.Activities = append(v.Activities, shown)
			}
		}
	}
	return v, nil
}
