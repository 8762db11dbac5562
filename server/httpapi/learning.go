package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses"
	"hanzhi/media"
)

type enrolInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body courses.NewEnrolment
}

type enrolmentOutput struct{ Body courses.Enrolment }

func (a *API) enrol(ctx context.Context, in *enrolInput) (*enrolmentOutput, error) {
	e, err := a.Courses.Enrol(ctx, viewerID(ctx), in.ID, in.Body)
	return &enrolmentOutput{e}, err
}

type idInput struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

func (a *API) leave(ctx context.Context, in *idInput) (*none, error) {
	return &none{}, a.Courses.Leave(ctx, viewerID(ctx), in.ID)
}

type todayOutput struct{ Body courses.Today }

func (a *API) today(ctx context.Context, _ *struct{}) (*todayOutput, error) {
	t, err := a.Courses.Today(ctx, viewerID(ctx))
	for i := range t.Continue {
		a.addPoster(&t.Continue[i].Course)
	}
	for i := range t.Enrolled {
		a.addPoster(&t.Enrolled[i].Course)
	}
	return &todayOutput{t}, err
}

// lessonView is a lesson with its videos.
type lessonView struct {
	courses.LessonView
	Activities []activityView `json:"activities"`
}

type activityView struct {
	courses.ActivityView
	Video *media.Video `json:"video,omitempty" doc:"Absent while the video cannot be played."`
}

type lessonOutput struct{ Body lessonView }

func (a *API) lesson(ctx context.Context, in *idInput) (*lessonOutput, error) {
	l, err := a.lessonFor(ctx, viewerID(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return a.withMedia(ctx, l)
}

// withMedia adds to a lesson what the viewer may play of it. Without the object store's part of the database there
// would be no lesson either, so an error is the whole answer's.
func (a *API) withMedia(ctx context.Context, l courses.LessonView) (*lessonOutput, error) {
	viewer := viewerID(ctx)
	var assets []uuid.UUID
	for _, activity := range l.Activities {
		if activity.AssetID != nil {
			assets = append(assets, *activity.AssetID)
		}
	}
	videos, err := a.Media.Videos(ctx, viewer, assets)
	if err != nil {
		return nil, err
	}
	view := lessonView{LessonView: l, Activities: make([]activityView, len(l.Activities))}
	for i, activity := range l.Activities {
		picture := func(asset uuid.UUID) string { return a.Media.ImageURL(viewer, asset) }
		activity.HTML = courses.ShowPictures(activity.HTML, picture)
		activity.Exercises = courses.ShowExercises(activity.Exercises, picture)
		activity.Task = courses.ShowTask(activity.Task, picture)
		view.Activities[i].ActivityView = activity
		if activity.AssetID != nil {
			if v, found := videos[*activity.AssetID]; found {
				view.Activities[i].Video = &v
			}
		}
	}
	return &lessonOutput{view}, nil
}
