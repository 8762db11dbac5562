package httpapi

import (
	"bytes"
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"hanzhi/courses/classes"
)

type classesInput struct {
	Run    uuid.UUID `query:"run" format:"uuid" doc:"Of this run alone."`
	Lesson uuid.UUID `query:"lesson" format:"uuid" doc:"About this lesson alone."`
	Past   bool      `query:"past" doc:"Those that are over, the latest first; otherwise those to come, the next first."`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"200"`
}

type classesOutput struct {
	Body struct {
		Items []classes.Class `json:"items"`
	}
}

func (a *API) classes(ctx context.Context, in *classesInput) (*classesOutput, error) {
	list, err := a.Classes.Classes(ctx, viewerID(ctx), classes.Filter{Run: in.Run, Lesson: in.Lesson, Past: in.Past, Limit: in.Limit})
	out := &classesOutput{}
	out.Body.Items = list
	return out, err
}

type classOutput struct{ Body classes.Class }

func (a *API) class(ctx context.Context, in *idInput) (*classOutput, error) {
	c, err := a.Classes.Class(ctx, viewerID(ctx), in.ID)
	return &classOutput{c}, err
}

type putClassInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body classes.NewClass
}

func (a *API) putClass(ctx context.Context, in *putClassInput) (*classOutput, error) {
	c, err := a.Classes.Plan(ctx, viewerID(ctx), in.ID, in.Body)
	return &classOutput{c}, err
}

type cancelClassInput struct {
	ID    uuid.UUID `path:"id" format:"uuid"`
	Later bool      `query:"later" doc:"Those of its series that come after it as well."`
}

func (a *API) cancelClass(ctx context.Context, in *cancelClassInput) (*none, error) {
	return &none{}, a.Classes.Cancel(ctx, viewerID(ctx), in.ID, in.Later)
}

type colleaguesInput struct {
	ID    uuid.UUID `path:"id" format:"uuid" doc:"Of the run."`
	Query string    `query:"query" maxLength:"100" doc:"A part of a name or an e-mail address."`
}

type colleaguesOutput struct {
	Body struct {
		Items []classes.Colleague `json:"items" doc:"At most 20, by name."`
	}
}

func (a *API) colleagues(ctx context.Context, in *colleaguesInput) (*colleaguesOutput, error) {
	list, err := a.Classes.Colleagues(ctx, viewerID(ctx), in.ID, in.Query)
	out := &colleaguesOutput{}
	out.Body.Items = list
	return out, err
}

type guestLinksOutput struct {
	Body struct {
		Items []classes.GuestLink `json:"items"`
	}
}

func (a *API) guestLinks(ctx context.Context, in *idInput) (*guestLinksOutput, error) {
	list, err := a.Classes.GuestLinks(ctx, viewerID(ctx), in.ID)
	out := &guestLinksOutput{}
	out.Body.Items = list
	return out, err
}

type oneGuestLinkInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Link uuid.UUID `path:"link" format:"uuid" doc:"Made by the client."`
}

type putGuestLinkInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Link uuid.UUID `path:"link" format:"uuid" doc:"Made by the client."`
	Body classes.NewGuestLink
}

type guestLinkOutput struct {
	Body struct {
		Secret  string `json:"secret" doc:"Told this once."`
		Address string `json:"address" doc:"To be sent to guests."`
	}
}

func (a *API) putGuestLink(ctx context.Context, in *putGuestLinkInput) (*guestLinkOutput, error) {
	secret, err := a.Classes.MakeGuestLink(ctx, viewerID(ctx), in.ID, in.Link, in.Body)
	out := &guestLinkOutput{}
	out.Body.Secret, out.Body.Address = secret, a.PublicURL+"/classes/"+in.ID.String()+"?guest="+secret
	return out, err
}

func (a *API) revokeGuestLink(ctx context.Context, in *oneGuestLinkInput) (*none, error) {
	return &none{}, a.Classes.RevokeGuestLink(ctx, viewerID(ctx), in.ID, in.Link)
}

type classEventsInput struct {
	ID    uuid.UUID `path:"id" format:"uuid"`
	After int64     `query:"after" minimum:"0" doc:"The offset after which to go on."`
	Limit int       `query:"limit" minimum:"1" maximum:"5000" default:"2000"`
}

type classEventsOutput struct{ Body classes.EventPage }

func (a *API) classEvents(ctx context.Context, in *classEventsInput) (*classEventsOutput, error) {
	p, err := a.Classes.Events(ctx, viewerID(ctx), in.ID, in.After, in.Limit)
	return &classEventsOutput{p}, err
}

type classReportOutput struct{ Body classes.ClassReport }

func (a *API) classReport(ctx context.Context, in *idInput) (*classReportOutput, error) {
	r, err := a.Classes.Report(ctx, viewerID(ctx), in.ID)
	return &classReportOutput{r}, err
}

func (a *API) exportClassReport(ctx context.Context, in *idInput) (*fileOutput, error) {
	var b bytes.Buffer
	err := a.Classes.WriteReport(ctx, viewerID(ctx), in.ID, &b)
	return &fileOutput{"text/csv; charset=utf-8", `attachment; filename="attendance.csv"`, b.Bytes()}, err
}

type correctAttendanceInput struct {
	ID         uuid.UUID `path:"id" format:"uuid"`
	Person     uuid.UUID `path:"person" format:"uuid"`
	Correction uuid.UUID `path:"correction" format:"uuid" doc:"Made by the client."`
	Body       classes.NewCorrection
}

func (a *API) correctAttendance(ctx context.Context, in *correctAttendanceInput) (*none, error) {
	return &none{}, a.Classes.Correct(ctx, viewerID(ctx), in.ID, in.Person, in.Correction, in.Body)
}

type calendarOutput struct{ Body classes.Calendar }

func (a *API) calendar(ctx context.Context, _ *struct{}) (*calendarOutput, error) {
	c, err := a.Classes.CalendarOf(ctx, viewerID(ctx))
	return &calendarOutput{c}, err
}

func (a *API) makeCalendar(ctx context.Context, _ *struct{}) (*calendarOutput, error) {
	secret, c, err := a.Classes.MakeCalendar(ctx, viewerID(ctx))
	c.Address = a.PublicURL + "/api/calendar/" + secret + ".ics"
	return &calendarOutput{c}, err
}

func (a *API) endCalendar(ctx context.Context, _ *struct{}) (*none, error) {
	return &none{}, a.Classes.EndCalendar(ctx, viewerID(ctx))
}

// calendarFeed answers calendar programs, which know nothing but the address.
func (a *API) calendarFeed(c *fiber.Ctx) error {
	secret, found := strings.CutSuffix(c.Params("name"), ".ics")
	if !found {
		return fiber.ErrNotFound
	}
	feed, err := a.Classes.Feed(c.UserContext(), secret, a.PublicURL)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/calendar; charset=utf-8")
	return c.SendString(feed)
}
