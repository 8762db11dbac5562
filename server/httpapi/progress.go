package httpapi

import (
	"bytes"
	"context"

	"github.com/google/uuid"

	"hanzhi/courses"
)

type reportInput struct {
	Body struct {
		Reports   []courses.Report `json:"reports" minItems:"1" maxItems:"500"`
		CSRFToken string           `json:"csrfToken,omitempty" maxLength:"200" doc:"For navigator.sendBeacon, which sets no headers; else X-CSRF-Token."`
	}
}

type reportOutput struct{ Body courses.ReportResult }

func (a *API) report(ctx context.Context, in *reportInput) (*reportOutput, error) {
	if err := a.confirmBeacon(ctx, in.Body.CSRFToken); err != nil {
		return nil, err
	}
	r, err := a.Courses.Report(ctx, viewerID(ctx), in.Body.Reports)
	return &reportOutput{r}, err
}

type runProgressInput struct {
	ID    uuid.UUID `path:"id" format:"uuid"`
	Query string    `query:"query" maxLength:"200" doc:"Part of a name or an e-mail address."`
	Page  string    `query:"page" maxLength:"1000" doc:"nextPage of the page before."`
	Limit int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type runProgressOutput struct{ Body courses.RunProgress }

func (a *API) runProgress(ctx context.Context, in *runProgressInput) (*runProgressOutput, error) {
	r, err := a.Courses.RunProgress(ctx, viewerID(ctx), in.ID, courses.RunProgressFilter{Query: in.Query, Page: in.Page, Limit: in.Limit})
	return &runProgressOutput{r}, err
}

type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (a *API) exportRunProgress(ctx context.Context, in *idInput) (*fileOutput, error) {
	var b bytes.Buffer
	err := a.Courses.WriteRunProgress(ctx, viewerID(ctx), in.ID, &b)
	return &fileOutput{"text/csv; charset=utf-8", `attachment; filename="progress.csv"`, b.Bytes()}, err
}
