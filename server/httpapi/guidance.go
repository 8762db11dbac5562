package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses"
	"hanzhi/courses/language"
)

type runReadinessInput struct {
	ID     uuid.UUID `path:"id" format:"uuid"`
	Lesson uuid.UUID `query:"lesson" format:"uuid" doc:"This lesson alone, with its learners by name."`
	At     time.Time `query:"at" format:"date-time" doc:"A day to tell readiness for, from today up to a year from now."`
}

type runReadinessOutput struct{ Body language.RunReadiness }

func (a *API) runReadiness(ctx context.Context, in *runReadinessInput) (*runReadinessOutput, error) {
	r, err := a.Language.RunReadiness(ctx, viewerID(ctx), in.ID, language.ClassFilter{Lesson: in.Lesson, At: in.At})
	return &runReadinessOutput{r}, err
}

type dateLessonInput struct {
	ID     uuid.UUID `path:"id" format:"uuid"`
	Lesson uuid.UUID `path:"lesson" format:"uuid"`
	Body   struct {
		At *time.Time `json:"at,omitempty" doc:"Absent takes the date away."`
	}
}

type plannedLessonOutput struct{ Body courses.PlannedLesson }

func (a *API) dateLesson(ctx context.Context, in *dateLessonInput) (*plannedLessonOutput, error) {
	p, err := a.Courses.DateLesson(ctx, viewerID(ctx), in.ID, in.Lesson, in.Body.At)
	return &plannedLessonOutput{p}, err
}

type gateLessonInput struct {
	ID     uuid.UUID `path:"id" format:"uuid"`
	Lesson uuid.UUID `path:"lesson" format:"uuid"`
	Body   struct {
		Percent int `json:"percent" enum:"0,80,90,95" doc:"Of the running words of the lesson, to be known for it to open; 0 = always open."`
	}
}

func (a *API) gateLesson(ctx context.Context, in *gateLessonInput) (*plannedLessonOutput, error) {
	p, err := a.Courses.GateLesson(ctx, viewerID(ctx), in.ID, in.Lesson, in.Body.Percent)
	return &plannedLessonOutput{p}, err
}

type gatePassInput struct {
	ID      uuid.UUID `path:"id" format:"uuid"`
	Lesson  uuid.UUID `path:"lesson" format:"uuid"`
	Account uuid.UUID `path:"account" format:"uuid"`
}

func (a *API) letThrough(ctx context.Context, in *gatePassInput) (*none, error) {
	return &none{}, a.Courses.LetThrough(ctx, viewerID(ctx), in.ID, in.Lesson, in.Account)
}

func (a *API) holdBack(ctx context.Context, in *gatePassInput) (*none, error) {
	return &none{}, a.Courses.HoldBack(ctx, viewerID(ctx), in.ID, in.Lesson, in.Account)
}

type assignmentsOutput struct{ Body language.Assignments }

func (a *API) assignments(ctx context.Context, in *idInput) (*assignmentsOutput, error) {
	l, err := a.Language.Assignments(ctx, viewerID(ctx), in.ID)
	return &assignmentsOutput{l}, err
}

type assignmentInput struct {
	ID         uuid.UUID `path:"id" format:"uuid"`
	Assignment uuid.UUID `path:"assignment" format:"uuid" doc:"Made by the client."`
}

type assignInput struct {
	ID         uuid.UUID `path:"id" format:"uuid"`
	Assignment uuid.UUID `path:"assignment" format:"uuid" doc:"Made by the client."`
	Body       language.NewAssignment
}

type assignmentOutput struct{ Body language.Assignment }

func (a *API) assign(ctx context.Context, in *assignInput) (*assignmentOutput, error) {
	r, err := a.Language.Assign(ctx, viewerID(ctx), in.ID, in.Assignment, in.Body)
	return &assignmentOutput{r}, err
}

func (a *API) withdrawAssignment(ctx context.Context, in *assignmentInput) (*none, error) {
	return &none{}, a.Language.Withdraw(ctx, viewerID(ctx), in.ID, in.Assignment)
}

// lessonFor is a lesson for a viewer. At a gate that is shut the viewer is measured anew: who has learnt enough comes in.
func (a *API) lessonFor(ctx context.Context, viewer, id uuid.UUID) (courses.LessonView, error) {
	l, err := a.Courses.Lesson(ctx, viewer, id)
	if err != nil || l.Gate == nil {
		return l, err
	}
	g, err := a.Language.Gate(ctx, viewer, id)
	if err != nil {
		return l, err
	}
	if g.Open {
		return a.Courses.Lesson(ctx, viewer, id)
	}
	l.Gate.Coverage, l.Gate.Learn = g.Coverage, g.Learn
	return l, nil
}
