package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses/language"
)

func (a *API) previewLanguage(ctx context.Context, in *previewInput) (*lessonLanguageOutput, error) {
	d, err := a.Courses.DraftLanguage(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	l, err := a.Language.PreviewLesson(ctx, viewerID(ctx), d, in.Lesson)
	return &lessonLanguageOutput{l}, err
}

type findingsOutput struct{ Body language.Findings }

func (a *API) findings(ctx context.Context, in *idInput) (*findingsOutput, error) {
	d, err := a.Courses.DraftLanguage(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	f, err := a.Language.Findings(ctx, viewerID(ctx), d)
	return &findingsOutput{f}, err
}

type waiverInput struct {
	ID      uuid.UUID `path:"id" format:"uuid" doc:"Of the course."`
	Finding uuid.UUID `path:"finding" format:"uuid"`
}

func (a *API) waiveFinding(ctx context.Context, in *waiverInput) (*none, error) {
	return &none{}, a.waive(ctx, in, true)
}

func (a *API) unwaiveFinding(ctx context.Context, in *waiverInput) (*none, error) {
	return &none{}, a.waive(ctx, in, false)
}

func (a *API) waive(ctx context.Context, in *waiverInput, fine bool) error {
	d, err := a.Courses.DraftLanguage(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return err
	}
	return a.Language.Waive(ctx, viewerID(ctx), d, in.Finding, fine)
}
