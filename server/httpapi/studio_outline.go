package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses"
)

type unitOutput struct{ Body courses.DraftUnit }

type putUnitInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body courses.NewUnit
}

func (a *API) putUnit(ctx context.Context, in *putUnitInput) (*unitOutput, error) {
	u, err := a.Courses.CreateUnit(ctx, viewerID(ctx), in.ID, in.Body)
	return &unitOutput{u}, err
}

type patchUnitInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body courses.UnitPatch
}

func (a *API) patchUnit(ctx context.Context, in *patchUnitInput) (*unitOutput, error) {
	u, err := a.Courses.PatchUnit(ctx, viewerID(ctx), in.ID, in.Body)
	return &unitOutput{u}, err
}

func (a *API) deleteUnit(ctx context.Context, in *idInput) (*none, error) {
	return &none{}, a.Courses.DeleteUnit(ctx, viewerID(ctx), in.ID)
}

func (a *API) restoreUnit(ctx context.Context, in *idInput) (*unitOutput, error) {
	u, err := a.Courses.RestoreUnit(ctx, viewerID(ctx), in.ID)
	return &unitOutput{u}, err
}

type draftLessonOutput struct{ Body courses.DraftLesson }

type putLessonInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body courses.NewLesson
}

func (a *API) putLesson(ctx context.Context, in *putLessonInput) (*draftLessonOutput, error) {
	l, err := a.Courses.CreateLesson(ctx, viewerID(ctx), in.ID, in.Body)
	return &draftLessonOutput{l}, err
}

type patchLessonInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body courses.LessonPatch
}

func (a *API) patchLesson(ctx context.Context, in *patchLessonInput) (*draftLessonOutput, error) {
	l, err := a.Courses.PatchLesson(ctx, viewerID(ctx), in.ID, in.Body)
	return &draftLessonOutput{l}, err
}

func (a *API) deleteLesson(ctx context.Context, in *idInput) (*none, error) {
	return &none{}, a.Courses.DeleteLesson(ctx, viewerID(ctx), in.ID)
}

func (a *API) restoreLesson(ctx context.Context, in *idInput) (*draftLessonOutput, error) {
	l, err := a.Courses.RestoreLesson(ctx, viewerID(ctx), in.ID)
	return &draftLessonOutput{l}, err
}

type activityOutput struct{ Body courses.DraftActivity }

type putActivityInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body courses.NewActivity
}

func (a *API) putActivity(ctx context.Context, in *putActivityInput) (*activityOutput, error) {
	x, err := a.Courses.CreateActivity(ctx, viewerID(ctx), in.ID, in.Body)
	return &activityOutput{x}, err
}

type patchActivityInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		courses.ActivityPatch
		AssetID optionalID `json:"assetId,omitempty" doc:"A video of the course's institution; null takes it away."`
	}
}

func (a *API) patchActivity(ctx context.Context, in *patchActivityInput) (*activityOutput, error) {
	in.Body.ActivityPatch.AssetID = in.Body.AssetID.change
	x, err := a.Courses.PatchActivity(ctx, viewerID(ctx), in.ID, in.Body.ActivityPatch)
	return &activityOutput{x}, err
}

func (a *API) deleteActivity(ctx context.Context, in *idInput) (*none, error) {
	return &none{}, a.Courses.DeleteActivity(ctx, viewerID(ctx), in.ID)
}

func (a *API) restoreActivity(ctx context.Context, in *idInput) (*activityOutput, error) {
	x, err := a.Courses.RestoreActivity(ctx, viewerID(ctx), in.ID)
	return &activityOutput{x}, err
}

type orderInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Units []courses.UnitOrder `json:"units" maxItems:"60" doc:"All units, lessons and activities, each once."`
	}
}

func (a *API) orderCourse(ctx context.Context, in *orderInput) (*draftOutput, error) {
	d, err := a.Courses.OrderCourse(ctx, viewerID(ctx), in.ID, in.Body.Units)
	return &draftOutput{d}, err
}

type pairingsInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Pairings []courses.Pairing `json:"pairings" maxItems:"400" doc:"All pairings of the course."`
	}
}

func (a *API) pairUnits(ctx context.Context, in *pairingsInput) (*draftOutput, error) {
	d, err := a.Courses.PairUnits(ctx, viewerID(ctx), in.ID, in.Body.Pairings)
	return &draftOutput{d}, err
}
