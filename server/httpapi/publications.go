package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses"
	"hanzhi/media"
)

type classPublicationsOutput struct{ Body courses.ClassPublications }

func (a *API) classPublications(ctx context.Context, in *idInput) (*classPublicationsOutput, error) {
	p, err := a.Courses.ClassPublications(ctx, viewerID(ctx), in.ID)
	return &classPublicationsOutput{p}, err
}

type publishClassInput struct {
	ID          uuid.UUID `path:"id" format:"uuid"`
	Publication uuid.UUID `path:"publication" format:"uuid" doc:"A UUIDv7 made by the client."`
	Body        courses.NewClassPublication
}

type classPublicationOutput struct{ Body courses.ClassPublication }

// publishClass orders the film of what is shown of the recording, and then notes what waits for it. Each step may be repeated.
func (a *API) publishClass(ctx context.Context, in *publishClassInput) (*classPublicationOutput, error) {
	viewer := viewerID(ctx)
	if err := a.Courses.PublicationCheck(ctx, viewer, in.ID, in.Body); err != nil {
		return nil, err
	}
	trim, err := a.Classes.FilmTrim(ctx, viewer, in.ID, in.Publication)
	if err == nil {
		_, err = a.Media.OrderFilm(ctx, viewer, in.ID, media.NewFilm{Asset: in.Publication, From: trim.From, To: trim.To})
	}
	if err != nil {
		return nil, err
	}
	p, err := a.Courses.PublishClass(ctx, viewer, in.ID, in.Publication, in.Body)
	return &classPublicationOutput{p}, err
}
