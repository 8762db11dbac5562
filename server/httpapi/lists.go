package httpapi

import (
	"context"

	"hanzhi/courses/language"
)

type levelListsOutput struct {
	Body struct {
		Items []language.InstalledList `json:"items"`
	}
}

func (a *API) levelLists(ctx context.Context, _ *struct{}) (*levelListsOutput, error) {
	items, err := a.Language.Lists(ctx, viewerID(ctx))
	out := &levelListsOutput{}
	out.Body.Items = items
	return out, err
}

type levelListInput struct {
	ID string `path:"id" minLength:"1" maxLength:"20" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" example:"gf2021"`
}

type importLevelListInput struct {
	ID   string `path:"id" minLength:"1" maxLength:"20" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$" example:"gf2021"`
	Body language.ListImport
}

type levelListReportOutput struct{ Body language.ListReport }

func (a *API) importLevelList(ctx context.Context, in *importLevelListInput) (*levelListReportOutput, error) {
	r, err := a.Language.ImportList(ctx, viewerID(ctx), in.ID, in.Body)
	return &levelListReportOutput{r}, err
}

func (a *API) deleteLevelList(ctx context.Context, in *levelListInput) (*none, error) {
	return &none{}, a.Language.DeleteList(ctx, viewerID(ctx), in.ID)
}

func (a *API) chineseLevel(ctx context.Context, _ *struct{}) (*chineseLevelOutput, error) {
	l, err := a.Language.DeclaredLevel(ctx, viewerID(ctx))
	return &chineseLevelOutput{l}, err
}

type transcriptsInput struct {
	Slug  string `path:"slug" minLength:"1" maxLength:"80"`
	Query string `query:"query" required:"true" minLength:"1" maxLength:"80" doc:"Hanzi, pinyin with or without tones, or words of a gloss or a translation."`
	From  int    `query:"from" minimum:"0" maximum:"100000" doc:"next of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
}

type transcriptsOutput struct{ Body language.Transcripts }

func (a *API) searchTranscripts(ctx context.Context, in *transcriptsInput) (*transcriptsOutput, error) {
	t, err := a.Language.SearchTranscripts(ctx, viewerID(ctx), in.Slug, language.TranscriptFilter{Query: in.Query, From: in.From, Limit: in.Limit})
	return &transcriptsOutput{t}, err
}
