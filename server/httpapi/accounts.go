package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hanzhi/server/auth"
)

type signUpInput struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"120" doc:"How the person wants to be called."`
		Email    string `json:"email" minLength:"3" maxLength:"320"`
		Password string `json:"password" minLength:"8" maxLength:"128" doc:"Any characters; the most common passwords are refused."`
		Locale   string `json:"locale,omitempty" enum:"en,zh-CN,ru,fr,ar" doc:"Language of the interface and of mails; English when absent."`
	}
}

type signUpOutput struct {
	Body struct {
		SignedIn bool `json:"signedIn" doc:"False when the address has an account already: its owner has got a mail, and the page asks to look there."`
	}
}

func (a *API) signUp(ctx context.Context, in *signUpInput) (*signUpOutput, error) {
	b := in.Body
	entry, err := a.Auth.SignUp(ctx, auth.NewAccount{Name: b.Name, Email: b.Email, Password: b.Password, Locale: b.Locale}, a.clientOf(ctx))
	if err != nil {
		return nil, err
	}
	out := &signUpOutput{}
	if entry != nil {
		a.setEntry(ctx, entry)
		out.Body.SignedIn = true
	}
	return out, nil
}

type accountOutput struct{ Body auth.Account }

func (a *API) account(ctx context.Context, _ *struct{}) (*accountOutput, error) {
	account, err := a.Auth.Account(ctx, viewerID(ctx))
	return &accountOutput{account}, err
}

type updateAccountInput struct {
	Body struct {
		Name   *string `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Locale *string `json:"locale,omitempty" enum:"en,zh-CN,ru,fr,ar"`

		TimeZone   *string `json:"timeZone,omitempty" minLength:"1" maxLength:"60" doc:"IANA name: by whose clock mails tell the time." example:"Africa/Lusaka"`
		ClassMails *bool   `json:"classMails,omitempty" doc:"A mail the day before a live class and minutes before it, and when it is moved or called off."`
	}
}

func (a *API) updateAccount(ctx context.Context, in *updateAccountInput) (*accountOutput, error) {
	b := in.Body
	account, err := a.Auth.UpdateAccount(ctx, viewerID(ctx), auth.AccountPatch{Name: b.Name, Locale: b.Locale, TimeZone: b.TimeZone, ClassMails: b.ClassMails})
	return &accountOutput{account}, err
}

type changeEmailInput struct {
	Body struct {
		Email    string `json:"email" minLength:"3" maxLength:"320" doc:"The new address; it counts when the link in a mail to it is opened."`
		Password string `json:"password" minLength:"1" maxLength:"512" doc:"The present password."`
	}
}

func (a *API) changeEmail(ctx context.Context, in *changeEmailInput) (*none, error) {
	return &none{}, a.Auth.ChangeEmail(ctx, sessionOf(ctx), in.Body.Email, in.Body.Password)
}

type tokenInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"100" doc:"What stands behind token= in the link of the mail."`
	}
}

func (a *API) confirmEmail(ctx context.Context, in *tokenInput) (*none, error) {
	return &none{}, a.Auth.ConfirmEmail(ctx, in.Body.Token, a.clientOf(ctx))
}

type changePasswordInput struct {
	Body struct {
		Password    string `json:"password" minLength:"1" maxLength:"512" doc:"The present password."`
		NewPassword string `json:"newPassword" minLength:"8" maxLength:"128"`
	}
}

func (a *API) changePassword(ctx context.Context, in *changePasswordInput) (*none, error) {
	return &none{}, a.Auth.ChangePassword(ctx, sessionOf(ctx), in.Body.Password, in.Body.NewPassword)
}

type requestResetInput struct {
	Body struct {
		Email string `json:"email" minLength:"3" maxLength:"320"`
	}
}

func (a *API) requestPasswordReset(ctx context.Context, in *requestResetInput) (*none, error) {
	return &none{}, a.Auth.RequestReset(ctx, in.Body.Email, a.clientOf(ctx))
}

type resetPasswordInput struct {
	Body struct {
		Token    string `json:"token" minLength:"1" maxLength:"100" doc:"What stands behind token= in the link of the mail."`
		Password string `json:"password" minLength:"8" maxLength:"128"`
	}
}

func (a *API) resetPassword(ctx context.Context, in *resetPasswordInput) (*none, error) {
	device, err := a.Auth.ResetPassword(ctx, in.Body.Token, in.Body.Password, a.clientOf(ctx))
	if err != nil {
		return nil, err
	}
	a.setCookie(ctx, "device", device, deviceLife)
	a.setCookie(ctx, "session", "", 0)
	return &none{}, nil
}

type exportOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        json.RawMessage
}

func (a *API) exportAccount(ctx context.Context, _ *struct{}) (*exportOutput, error) {
	data, err := a.Auth.Export(ctx, viewerID(ctx))
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("hanzhi-%s.json", time.Now().UTC().Format(time.DateOnly))
	return &exportOutput{Disposition: `attachment; filename="` + name + `"`, Body: data}, nil
}

type deleteAccountInput struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"512"`
	}
}

func (a *API) deleteAccount(ctx context.Context, in *deleteAccountInput) (*none, error) {
	if err := a.Auth.DeleteAccount(ctx, sessionOf(ctx), in.Body.Password); err != nil {
		return nil, err
	}
	a.setCookie(ctx, "session", "", 0)
	a.setCookie(ctx, "device", "", 0)
	return &none{}, nil
}
