package httpapi

import (
	"bytes"
	"context"
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/language"
	"hanzhi/server/fault"
)

type banksOutput struct {
	Body struct {
		Items []language.Bank `json:"items"`
	}
}

func (a *API) termBanks(ctx context.Context, _ *struct{}) (*banksOutput, error) {
	items, err := a.Language.Banks(ctx, viewerID(ctx))
	out := &banksOutput{}
	out.Body.Items = items
	return out, err
}

type termBankInput struct {
	ID        uuid.UUID `path:"id" format:"uuid"`
	Query     string    `query:"query" maxLength:"60" doc:"Part of hanzi, pinyin with or without tones, gloss or definition."`
	Safety    bool      `query:"safety" doc:"Only terms of safety."`
	Unglossed string    `query:"unglossed" maxLength:"11" doc:"Only terms without a gloss in this language."`
	Silent    bool      `query:"silent" doc:"Only terms without audio."`
	Terms     []string  `query:"terms" maxItems:"100" doc:"Only these, by id."`
	Page      string    `query:"page" maxLength:"1000" doc:"nextPage of the page before."`
	Skip      int       `query:"skip" minimum:"0" maximum:"100000" doc:"Begin so many terms later: the place of a row in a long table."`
	Limit     int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type bankDetailOutput struct{ Body language.BankDetail }

func (a *API) termBank(ctx context.Context, in *termBankInput) (*bankDetailOutput, error) {
	f := language.BankFilter{Query: in.Query, Safety: in.Safety, Unglossed: in.Unglossed, Silent: in.Silent, Page: in.Page, Skip: in.Skip, Limit: in.Limit}
	for _, term := range in.Terms {
		id, err := uuid.Parse(term)
		if err != nil {
			return nil, fault.NewInvalid("terms", "invalid", "A term is named by its id.")
		}
		f.IDs = append(f.IDs, id)
	}
	b, err := a.Language.Bank(ctx, viewerID(ctx), in.ID, f)
	return &bankDetailOutput{b}, err
}

type putBankInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Made by the client."`
	Body language.NewBank
}

type bankOutput struct{ Body language.Bank }

func (a *API) putTermBank(ctx context.Context, in *putBankInput) (*bankOutput, error) {
	b, err := a.Language.PutBank(ctx, viewerID(ctx), in.ID, in.Body)
	return &bankOutput{b}, err
}

type termPath struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the bank."`
	Term uuid.UUID `path:"term" format:"uuid"`
}

type putTermInput struct {
	ID   uuid.UUID `path:"id" format:"uuid" doc:"Of the bank."`
	Term uuid.UUID `path:"term" format:"uuid" doc:"Made by the client."`
	Body language.TermInput
}

type termOutput struct{ Body language.Term }

func (a *API) putTerm(ctx context.Context, in *putTermInput) (*termOutput, error) {
	t, err := a.Language.PutTerm(ctx, viewerID(ctx), in.ID, in.Term, in.Body)
	return &termOutput{t}, err
}

func (a *API) deleteTerm(ctx context.Context, in *termPath) (*none, error) {
	return &none{}, a.Language.DeleteTerm(ctx, viewerID(ctx), in.ID, in.Term)
}

func (a *API) restoreTerm(ctx context.Context, in *termPath) (*termOutput, error) {
	t, err := a.Language.RestoreTerm(ctx, viewerID(ctx), in.ID, in.Term)
	return &termOutput{t}, err
}

type changeTermsInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body language.BankChange
}

// tableTime is longer than other requests get: a table has up to 100,000 lines, and a busy machine takes its time.
const tableTime = 2 * time.Minute

type bankChangesOutput struct{ Body language.BankChanges }

func (a *API) changeTerms(ctx context.Context, in *changeTermsInput) (*bankChangesOutput, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tableTime)
	defer cancel()
	c, err := a.Language.ChangeTerms(ctx, viewerID(ctx), in.ID, in.Body)
	return &bankChangesOutput{c}, err
}

func (a *API) exportTerms(ctx context.Context, in *idInput) (*fileOutput, error) {
	var b bytes.Buffer
	err := a.Language.WriteTerms(ctx, in.ID, &b)
	return &fileOutput{"text/csv; charset=utf-8", `attachment; filename="terms.csv"`, b.Bytes()}, err
}

func (a *API) exportTermbase(ctx context.Context, in *idInput) (*fileOutput, error) {
	var b bytes.Buffer
	err := a.Language.WriteTBX(ctx, in.ID, &b)
	return &fileOutput{"application/x-tbx; charset=utf-8", `attachment; filename="terms.tbx"`, b.Bytes()}, err
}
