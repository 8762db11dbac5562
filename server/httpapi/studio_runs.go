package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses"
)

type putRunInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body courses.RunInput
}

type runOutput struct{ Body courses.Run }

func (a *API) putRun(ctx context.Context, in *putRunInput) (*runOutput, error) {
	r, err := a.Courses.PutRun(ctx, viewerID(ctx), in.ID, in.Body)
	return &runOutput{r}, err
}

type cancelRunInput struct {
	ID    uuid.UUID `path:"id" format:"uuid"`
	Force bool      `query:"force" doc:"Cancel it although learners are enrolled."`
}

func (a *API) cancelRun(ctx context.Context, in *cancelRunInput) (*none, error) {
	return &none{}, a.Courses.CancelRun(ctx, viewerID(ctx), in.ID, in.Force)
}
