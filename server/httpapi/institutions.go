package httpapi

import (
	"context"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/courses/partners"
)

type institutionsInput struct {
	Query   string `query:"query" maxLength:"200" doc:"Part of a name in any language."`
	Country string `query:"country" maxLength:"2" pattern:"^([A-Z]{2})?$" doc:"ISO 3166-1 alpha-2."`
	Kind    string `query:"kind" enum:"college,university,company,ministry,assessor"`
	Page    string `query:"page" maxLength:"200" doc:"nextPage of the page before."`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type institutionsOutput struct {
	Body struct {
		Items    []partners.Institution `json:"items"`
		NextPage string                 `json:"nextPage,omitempty"`
	}
}

func (a *API) institutions(ctx context.Context, in *institutionsInput) (*institutionsOutput, error) {
	list, next, err := a.Partners.Institutions(ctx, partners.Filter{Query: in.Query, Country: in.Country, Kind: in.Kind, Cursor: in.Page, Limit: in.Limit})
	out := &institutionsOutput{}
	out.Body.Items, out.Body.NextPage = list, next
	return out, err
}

type institutionInput struct {
	ID string `path:"id" minLength:"1" maxLength:"80" doc:"Its id or its slug."`
}

type institutionOutput struct{ Body partners.Institution }

func (a *API) institution(ctx context.Context, in *institutionInput) (*institutionOutput, error) {
	i, err := a.Partners.Institution(ctx, in.ID)
	return &institutionOutput{i}, err
}

type putInstitutionInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Slug     string        `json:"slug" minLength:"1" maxLength:"80" pattern:"^[a-z0-9]+(-[a-z0-9]+)*$"`
		Name     localize.Text `json:"name" minProperties:"1" maxProperties:"40" doc:"At most 200 characters in each language."`
		About    localize.Text `json:"about,omitempty" maxProperties:"40" doc:"Plain text, at most 5,000 characters in each language."`
		Kind     string        `json:"kind" enum:"college,university,company,ministry,assessor"`
		Country  string        `json:"country" minLength:"2" maxLength:"2" pattern:"^[A-Z]{2}$"`
		Website  string        `json:"website,omitempty" maxLength:"500" doc:"An http or https address."`
		WordList string        `json:"wordList,omitempty" maxLength:"20" doc:"A list of levels that is installed; without it the list stays."`
	}
}

func (a *API) putInstitution(ctx context.Context, in *putInstitutionInput) (*institutionOutput, error) {
	b := in.Body
	i, err := a.Partners.PutInstitution(ctx, viewerID(ctx), partners.Institution{
		ID: in.ID, Slug: b.Slug, Name: b.Name, About: b.About, Kind: b.Kind, Country: b.Country, Website: b.Website, WordList: b.WordList,
	})
	return &institutionOutput{i}, err
}

type membersInput struct {
	ID    uuid.UUID `path:"id" format:"uuid"`
	Query string    `query:"query" maxLength:"200" doc:"Part of a name or an address."`
	Page  string    `query:"page" maxLength:"1000" doc:"nextPage of the page before."`
	Limit int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type membersOutput struct {
	Body struct {
		Items    []partners.Member `json:"items"`
		NextPage string            `json:"nextPage,omitempty"`
	}
}

func (a *API) members(ctx context.Context, in *membersInput) (*membersOutput, error) {
	list, next, err := a.Partners.Members(ctx, viewerID(ctx), in.ID, partners.MemberFilter{Query: in.Query, Cursor: in.Page, Limit: in.Limit})
	out := &membersOutput{}
	out.Body.Items, out.Body.NextPage = list, next
	return out, err
}

type setMemberInput struct {
	ID   uuid.UUID `path:"id" format:"uuid"`
	Body struct {
		Email string   `json:"email" minLength:"3" maxLength:"320" doc:"Of somebody who has signed up."`
		Roles []string `json:"roles" maxItems:"5" enum:"student,teacher,author,coordinator,assessor" doc:"All roles of the person; none removes them."`
	}
}

type memberOutput struct{ Body partners.Member }

func (a *API) setMember(ctx context.Context, in *setMemberInput) (*memberOutput, error) {
	m, err := a.Partners.SetMember(ctx, viewerID(ctx), in.ID, in.Body.Email, in.Body.Roles)
	return &memberOutput{m}, err
}
