package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/google/uuid"

	"hanzhi/courses"
	"hanzhi/courses/language"
	"hanzhi/courses/language/strokes"
	"hanzhi/server/fault"
)

// forever is for what never changes under its address.
const forever = "public, max-age=31536000, immutable"

type strokesInput struct {
	Characters string `query:"characters" required:"true" minLength:"1" maxLength:"60"`
}

type strokesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Link         string `header:"Link"`
	Body         struct {
		Items map[string]strokes.Drawing `json:"items" doc:"By character; those that are not known are left out."`
	}
}

func (a *API) strokes(_ context.Context, in *strokesInput) (*strokesOutput, error) {
	items, err := a.Language.Strokes(in.Characters)
	out := &strokesOutput{CacheControl: forever, Link: `</api/strokes/licence>; rel="license"`}
	out.Body.Items = items
	return out, err
}

// bytesOutput is a body that is no JSON.
type bytesOutput struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (a *API) strokesLicence(context.Context, *struct{}) (*bytesOutput, error) {
	return &bytesOutput{"text/plain; charset=utf-8", "public, max-age=86400", []byte(strokes.Notice())}, nil
}

type handwritingInput struct {
	Body struct {
		Strokes [][][]int `json:"strokes" minItems:"1" maxItems:"48" doc:"Of each stroke up to 256 points [x, y], in units of which the square has 1024; y goes down."`
		Limit   int       `json:"limit,omitempty" minimum:"1" maximum:"20" default:"8"`
	}
}

type handwritingOutput struct {
	Body struct {
		Items []language.Handwritten `json:"items" doc:"The likeliest first."`
	}
}

func (a *API) handwriting(_ context.Context, in *handwritingInput) (*handwritingOutput, error) {
	items, err := a.Language.Handwriting(in.Body.Strokes, in.Body.Limit)
	out := &handwritingOutput{}
	out.Body.Items = items
	return out, err
}

type writeInput struct {
	Body struct {
		Writings []language.NewWriting `json:"writings" minItems:"1" maxItems:"100"`
	}
}

func (a *API) write(ctx context.Context, in *writeInput) (*none, error) {
	return &none{}, a.Language.Write(ctx, viewerID(ctx), in.Body.Writings)
}

type writingsInput struct {
	Character string `query:"character" required:"true" minLength:"1" maxLength:"4"`
	Limit     int    `query:"limit" minimum:"1" maximum:"20" default:"5"`
}

type writingsOutput struct{ Body language.Writings }

func (a *API) writings(ctx context.Context, in *writingsInput) (*writingsOutput, error) {
	w, err := a.Language.Writings(ctx, viewerID(ctx), in.Character, in.Limit)
	return &writingsOutput{w}, err
}

// unitPack is a unit's Chinese with its lessons. Videos are not in it: they are too large to be kept unasked.
type unitPack struct {
	language.UnitPack
	Lessons []lessonView `json:"lessons" doc:"As at /api/lessons/{id}, without videos and pictures' addresses."`
}

type unitPackInput struct {
	ID             uuid.UUID `path:"id" format:"uuid"`
	Language       string    `query:"language" maxLength:"12" default:"en" doc:"Of the reader; meanings come in it and in English."`
	IfNoneMatch    string    `header:"If-None-Match"`
	AcceptEncoding string    `header:"Accept-Encoding"`
}

// unitPackOutput is compressed already, better than answers that are made for one reading.
type unitPackOutput struct {
	Status          int
	ContentType     string `header:"Content-Type"`
	ContentEncoding string `header:"Content-Encoding"`
	CacheControl    string `header:"Cache-Control"`
	ETag            string `header:"ETag"`
	Vary            string `header:"Vary"`
	Body            []byte
}

func (a *API) unitPack(ctx context.Context, in *unitPackInput) (*unitPackOutput, error) {
	pack, err := a.Language.UnitPack(ctx, viewerID(ctx), in.ID, in.Language)
	if err != nil {
		return nil, err
	}
	// Weak: what the viewer knows is in it too, and is no reason to fetch it all again.
	out := &unitPackOutput{Status: http.StatusOK, ContentType: "application/json", CacheControl: "private, no-cache", ETag: `W/"` + pack.Version + `"`, Vary: "Accept-Encoding"}
	if in.IfNoneMatch == out.ETag {
		out.Status = http.StatusNotModified
		return out, nil
	}
	full := unitPack{UnitPack: pack}
	for _, text := range pack.Texts {
		l, err := a.Courses.Lesson(ctx, viewerID(ctx), text.LessonID)
		if err != nil {
			return nil, err
		}
		view := lessonView{LessonView: l, Activities: make([]activityView, len(l.Activities))}
		for i, activity := range l.Activities {
			activity.HTML = courses.ShowPictures(activity.HTML, func(uuid.UUID) string { return "" })
			view.Activities[i].ActivityView = activity
		}
		full.Lessons = append(full.Lessons, view)
	}
	body, err := json.Marshal(full)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "encode", "httpapi: pack of %s", in.ID)
	}
	if out.Body = body; strings.Contains(in.AcceptEncoding, "br") {
		var packed bytes.Buffer
		w := brotli.NewWriterLevel(&packed, language.PackQuality)
		_, _ = w.Write(body) // into memory
		_ = w.Close()
		out.Body, out.ContentEncoding = packed.Bytes(), "br"
	}
	return out, nil
}

type packSizesInput struct {
	Slug     string `path:"slug" minLength:"1" maxLength:"80"`
	Language string `query:"language" maxLength:"12" default:"en"`
}

type packSizesOutput struct {
	Body struct {
		Items []language.PackSize `json:"items" doc:"Of the units that the viewer may keep, in the order of the course."`
	}
}

func (a *API) packSizes(ctx context.Context, in *packSizesInput) (*packSizesOutput, error) {
	items, err := a.Language.PackSizes(ctx, viewerID(ctx), in.Slug, in.Language)
	out := &packSizesOutput{}
	out.Body.Items = items
	return out, err
}

type unitFontOutput struct{ Body language.Font }

func (a *API) unitFont(ctx context.Context, in *idInput) (*unitFontOutput, error) {
	f, err := a.Language.UnitFont(ctx, viewerID(ctx), in.ID)
	return &unitFontOutput{f}, err
}

type fontForInput struct {
	Characters string `query:"characters" required:"true" minLength:"1" maxLength:"60"`
}

func (a *API) fontFor(_ context.Context, in *fontForInput) (*bytesOutput, error) {
	body, err := a.Language.FontFor(in.Characters)
	return &bytesOutput{"font/woff2", forever, body}, err
}

type fontInput struct {
	Name string `path:"name" minLength:"32" maxLength:"32"`
}

func (a *API) font(ctx context.Context, in *fontInput) (*bytesOutput, error) {
	body, err := a.Language.Font(ctx, in.Name)
	return &bytesOutput{"font/woff2", forever, body}, err
}
