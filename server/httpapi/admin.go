package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/server/auth"
)

type mailsInput struct {
	Page  string `query:"page" maxLength:"36" doc:"nextPage of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type mailsOutput struct {
	Body struct {
		Items    []auth.Mail `json:"items"`
		NextPage string      `json:"nextPage,omitempty"`
	}
}

func (a *API) mails(ctx context.Context, in *mailsInput) (*mailsOutput, error) {
	list, next, err := a.Auth.Mails(ctx, viewerID(ctx), auth.Page{Cursor: in.Page, Limit: in.Limit})
	out := &mailsOutput{}
	out.Body.Items, out.Body.NextPage = list, next
	return out, err
}

type accountsInput struct {
	Query string `query:"query" maxLength:"200" doc:"Part of a name or an address."`
	Page  string `query:"page" maxLength:"36" doc:"nextPage of the page before."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type accountsOutput struct {
	Body struct {
		Items    []auth.Account `json:"items"`
		NextPage string         `json:"nextPage,omitempty"`
	}
}

func (a *API) accounts(ctx context.Context, in *accountsInput) (*accountsOutput, error) {
	list, next, err := a.Auth.Accounts(ctx, viewerID(ctx), in.Query, auth.Page{Cursor: in.Page, Limit: in.Limit})
	out := &accountsOutput{}
	out.Body.Items, out.Body.NextPage = list, next
	return out, err
}

type suspendInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Suspended bool `json:"suspended" doc:"True ends all sessions of the account at once."`
	}
}

func (a *API) suspendAccount(ctx context.Context, in *suspendInput) (*accountOutput, error) {
	account, err := a.Auth.Suspend(ctx, viewerID(ctx), in.ID, in.Body.Suspended)
	return &accountOutput{account}, err
}
