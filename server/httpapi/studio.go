package httpapi

import (
	"context"
	stdjson "encoding/json"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"hanzhi/courses"
)

type studioCoursesInput struct {
	Query string `query:"query" maxLength:"200" doc:"Part of a title, in any language, or of the address."`
	State string `query:"state" enum:"draft,published,archived"`
	Page  string `query:"page" maxLength:"400" doc:"nextPage of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type studioCoursesOutput struct {
	Body struct {
		Items    []courses.StudioCourse `json:"items"`
		NextPage string                 `json:"nextPage,omitempty"`
	}
}

func (a *API) studioCourses(ctx context.Context, in *studioCoursesInput) (*studioCoursesOutput, error) {
	list, next, err := a.Courses.DraftCourses(ctx, viewerID(ctx), courses.StudioFilter{Query: in.Query, State: in.State, Page: in.Page, Limit: in.Limit})
	out := &studioCoursesOutput{}
	out.Body.Items, out.Body.NextPage = list, next
	return out, err
}

type draftOutput struct{ Body courses.DraftCourse }

type putCourseInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body courses.NewCourse
}

func (a *API) putCourse(ctx context.Context, in *putCourseInput) (*draftOutput, error) {
	d, err := a.Courses.CreateCourse(ctx, viewerID(ctx), in.ID, in.Body)
	return &draftOutput{d}, err
}

func (a *API) draftCourse(ctx context.Context, in *idInput) (*draftOutput, error) {
	d, err := a.Courses.DraftCourse(ctx, viewerID(ctx), in.ID)
	return &draftOutput{d}, err
}

// optionalID tells an id, null and nothing at all apart: set it, take it away, leave it.
type optionalID struct{ change *uuid.NullUUID }

// UnmarshalJSON is called only when the field is there.
func (o *optionalID) UnmarshalJSON(b []byte) error {
	o.change = &uuid.NullUUID{}
	return stdjson.Unmarshal(b, o.change)
}

// Schema describes it for the document.
func (optionalID) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid", Nullable: true}
}

type patchCourseInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		courses.CoursePatch
		PosterAssetID optionalID `json:"posterAssetId,omitempty" doc:"A picture of the course's institution; null takes it away."`
	}
}

type courseFieldsOutput struct{ Body courses.CourseFields }

func (a *API) patchCourse(ctx context.Context, in *patchCourseInput) (*courseFieldsOutput, error) {
	in.Body.CoursePatch.PosterAssetID = in.Body.PosterAssetID.change
	f, err := a.Courses.PatchCourse(ctx, viewerID(ctx), in.ID, in.Body.CoursePatch)
	return &courseFieldsOutput{f}, err
}

func (a *API) publishCourse(ctx context.Context, in *idInput) (*draftOutput, error) {
	d, err := a.Courses.Publish(ctx, viewerID(ctx), in.ID)
	return &draftOutput{d}, err
}

func (a *API) unpublishCourse(ctx context.Context, in *idInput) (*draftOutput, error) {
	d, err := a.Courses.Unpublish(ctx, viewerID(ctx), in.ID)
	return &draftOutput{d}, err
}

func (a *API) archiveCourse(ctx context.Context, in *idInput) (*draftOutput, error) {
	d, err := a.Courses.Archive(ctx, viewerID(ctx), in.ID)
	return &draftOutput{d}, err
}

func (a *API) restoreCourse(ctx context.Context, in *idInput) (*draftOutput, error) {
	d, err := a.Courses.RestoreCourse(ctx, viewerID(ctx), in.ID)
	return &draftOutput{d}, err
}

func (a *API) deleteCourse(ctx context.Context, in *idInput) (*none, error) {
	return &none{}, a.Courses.DeleteCourse(ctx, viewerID(ctx), in.ID)
}

type previewInput struct {
	ID     uuid.UUID `path:"id" format:"uuid"`
	Lesson uuid.UUID `path:"lesson" format:"uuid"`
}

func (a *API) previewLesson(ctx context.Context, in *previewInput) (*lessonOutput, error) {
	l, err := a.Courses.PreviewLesson(ctx, viewerID(ctx), in.ID, in.Lesson)
	if err != nil {
		return nil, err
	}
	return a.withMedia(ctx, l)
}
