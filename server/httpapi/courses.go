package httpapi

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"hanzhi/courses"
)

type tradesOutput struct {
	Body struct {
		Items []courses.Trade `json:"items"`
	}
}

func (a *API) trades(context.Context, *struct{}) (*tradesOutput, error) {
	out := &tradesOutput{}
	out.Body.Items = courses.Trades()
	return out, nil
}

type catalogueInput struct {
	Query       string  `query:"query" maxLength:"200" doc:"Words in any language; all of them must be there."`
	Trade       string  `query:"trade" maxLength:"10" doc:"ISCO-08 unit group."`
	Level       string  `query:"level" maxLength:"20" doc:"Such as hsk2:2."`
	Language    string  `query:"language" maxLength:"12" doc:"A language of instruction."`
	Format      string  `query:"format" enum:"mooc,micro"`
	Institution string  `query:"institution" maxLength:"80" doc:"Slug."`
	MaxHours    float64 `query:"maxHours" minimum:"0" maximum:"5000" doc:"Courses of at most this effort; 0 = any."`
	Page        string  `query:"page" maxLength:"400" doc:"nextPage of the page before."`
	Limit       int     `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type catalogueOutput struct{ Body courses.Catalogue }

func (a *API) catalogue(ctx context.Context, in *catalogueInput) (*catalogueOutput, error) {
	c, err := a.Courses.Catalogue(ctx, viewerID(ctx), courses.CatalogueFilter{
		Query: in.Query, Trade: in.Trade, Level: in.Level, Language: in.Language, Format: in.Format, Institution: in.Institution,
		MaxHours: in.MaxHours, Page: in.Page, Limit: in.Limit,
	})
	for i := range c.Items {
		a.addPoster(&c.Items[i])
	}
	return &catalogueOutput{c}, err
}

// addPoster gives a card the address of its picture. Posters of published courses are open to everybody, so the address
// is the same for everybody and can be kept by caches.
func (a *API) addPoster(c *courses.CourseCard) {
	if c.PosterAssetID != nil {
		c.Poster = a.poster(*c.PosterAssetID)
	}
}

func (a *API) poster(asset uuid.UUID) string { return a.Media.ImageURL(uuid.Nil, asset) }

type courseInput struct {
	Slug string `path:"slug" minLength:"1" maxLength:"80"`
}

// course answers with JSON that the domain keeps encoded, so it is a Fiber handler: huma could only cost time here.
func (a *API) course(c *fiber.Ctx) error {
	if c.Context().QueryArgs().Len() > 0 {
		return newProblem(http.StatusUnprocessableEntity, "invalid", "This address takes no query.")
	}
	who, _ := c.Locals(keyCaller).(caller)
	// The answer's own buffer, which the server uses again and again.
	buffer := c.Response().SwapBody(nil)
	page, err := a.Courses.CoursePage(c.UserContext(), who.accountID, c.Params("slug"), a.poster, buffer[:0])
	if err != nil {
		return err
	}
	c.Response().SwapBody(page)
	c.Response().Header.SetContentType(fiber.MIMEApplicationJSON)
	return nil
}

// answered documents a handler whose body is bytes: what they are in truth.
func answered[T any](contentType string, r route) route {
	register := r.register
	r.register = func(api huma.API, op huma.Operation) {
		schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
		op.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{contentType: {Schema: schema}}}}
		register(api, op)
	}
	return r
}
