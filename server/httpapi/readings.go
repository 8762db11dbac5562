package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses/language"
)

type lessonReadingsInput struct {
	ID     uuid.UUID `path:"id" format:"uuid" doc:"Of the course."`
	Lesson uuid.UUID `path:"lesson" format:"uuid"`
}

type placeReadingsOutput struct {
	Body struct {
		Items []language.PlaceReading `json:"items" doc:"In the order in which they were set."`
	}
}

func (a *API) placeReadings(ctx context.Context, in *lessonReadingsInput) (*placeReadingsOutput, error) {
	d, err := a.Courses.DraftLanguage(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	out := &placeReadingsOutput{}
	out.Body.Items, err = a.Language.PlaceReadings(ctx, d, in.Lesson)
	return out, err
}

type putPlaceReadingInput struct {
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the course."`
	Lesson  uuid.UUID `path:"lesson" format:"uuid"`
	Reading uuid.UUID `path:"reading" format:"uuid" doc:"Made by the client."`
	Body    language.PlaceReadingInput
}

func (a *API) putPlaceReading(ctx context.Context, in *putPlaceReadingInput) (*none, error) {
	d, err := a.Courses.DraftLanguage(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &none{}, a.Language.PutPlaceReading(ctx, viewerID(ctx), d, in.Lesson, in.Reading, in.Body)
}

type placeReadingInput struct {
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the course."`
	Lesson  uuid.UUID `path:"lesson" format:"uuid"`
	Reading uuid.UUID `path:"reading" format:"uuid"`
}

func (a *API) deletePlaceReading(ctx context.Context, in *placeReadingInput) (*none, error) {
	d, err := a.Courses.DraftLanguage(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return &none{}, a.Language.DeletePlaceReading(ctx, viewerID(ctx), d, in.Lesson, in.Reading)
}
