package httpapi

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hanzhi/courses/partners"
	"hanzhi/server/auth"
)

// sessionView is what a page needs to know first: who is signed in, and what they do here.
type sessionView struct {
	Account      *auth.Account         `json:"account,omitempty" doc:"Absent for visitors."`
	CSRFToken    string                `json:"csrfToken,omitempty" doc:"Goes into X-CSRF-Token of every unsafe request."`
	Memberships  []partners.Membership `json:"memberships"`
	MayAuthor    bool                  `json:"mayAuthor" doc:"The studio is open to the account."`
	Teaches      []partners.Taught     `json:"teaches"`
	Demo         bool                  `json:"demo" doc:"This is a demonstration; its accounts are public."`
	DemoAccounts []DemoAccount         `json:"demoAccounts,omitempty"`
}

// DemoAccount is an account that anybody may use on a demonstration.
type DemoAccount struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Role     string `json:"role" doc:"What to see with it: student, teacher, author, coordinator, admin."`
}

type sessionOutput struct{ Body sessionView }

type signInInput struct {
	Body struct {
		Email    string `json:"email" minLength:"1" maxLength:"320" doc:"Spelling of capitals does not matter."`
		Password string `json:"password" minLength:"1" maxLength:"512"`
	}
}

// currentSession says who is calling. When that cannot be told just now it says so, instead of "nobody".
func (a *API) currentSession(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	if err, failed := ctx.Value(keyCallerError).(error); failed {
		return nil, err
	}
	return a.sessionOutput(ctx, sessionOf(ctx))
}

func (a *API) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	entry, err := a.Auth.SignIn(ctx, in.Body.Email, in.Body.Password, a.clientOf(ctx))
	if err != nil {
		return nil, err
	}
	a.setEntry(ctx, entry)
	return a.sessionOutput(ctx, entry.Session)
}

func (a *API) signOut(ctx context.Context, _ *struct{}) (*none, error) {
	if err := a.Auth.SignOut(ctx, a.clientOf(ctx).Token); err != nil {
		return nil, err
	}
	a.setCookie(ctx, "session", "", 0)
	return &none{}, nil
}

func (a *API) sessionOutput(ctx context.Context, session auth.Session) (*sessionOutput, error) {
	view := sessionView{Memberships: []partners.Membership{}, Teaches: []partners.Taught{}, Demo: len(a.DemoAccounts) > 0, DemoAccounts: a.DemoAccounts}
	if session.AccountID == uuid.Nil {
		return &sessionOutput{view}, nil
	}
	account, err := a.Auth.Account(ctx, session.AccountID)
	if err != nil {
		return nil, err
	}
	view.Account, view.CSRFToken = &account, a.Auth.CSRFToken(session)
	if view.Memberships, err = a.Partners.Memberships(ctx, account.ID); err != nil {
		return nil, err
	}
	if view.Teaches, err = a.Partners.Teaches(ctx, account.ID); err != nil {
		return nil, err
	}
	view.MayAuthor = account.Admin || slices.ContainsFunc(view.Memberships, partners.Membership.MayAuthor)
	return &sessionOutput{view}, nil
}

// sessionItem is one line of the list of one's sessions.
type sessionItem struct {
	auth.Session
	Current bool `json:"current" doc:"The one that asks."`
}

type sessionsOutput struct {
	Body struct {
		Items []sessionItem `json:"items"`
	}
}

func (a *API) sessions(ctx context.Context, _ *struct{}) (*sessionsOutput, error) {
	current := sessionOf(ctx)
	list, err := a.Auth.Sessions(ctx, current.AccountID)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{}
	out.Body.Items = make([]sessionItem, len(list))
	for i, s := range list {
		out.Body.Items[i] = sessionItem{s, s.ID == current.ID}
	}
	return out, nil
}

type endSessionInput struct {
	ID uuid.UUID `path:"id" format:"uuid"`
}

func (a *API) endSession(ctx context.Context, in *endSessionInput) (*none, error) {
	return &none{}, a.Auth.EndSession(ctx, viewerID(ctx), in.ID)
}

func (a *API) endOtherSessions(ctx context.Context, _ *struct{}) (*none, error) {
	current := sessionOf(ctx)
	return &none{}, a.Auth.EndSessions(ctx, current.AccountID, current.ID)
}
