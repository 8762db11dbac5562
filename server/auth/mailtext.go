package auth

import (
	"embed"
	"strings"
	"text/template"
)

// mailKind is the name of a text in mails/<locale>.txt: its first line is the subject, the rest the body.
type mailKind string

const (
	mailResetPassword     mailKind = "reset_password"
	mailAccountExists     mailKind = "account_exists"
	mailConfirmEmail      mailKind = "confirm_email"
	mailEmailChangeNotice mailKind = "email_change_notice"
	mailEmailTaken        mailKind = "email_taken"
	mailEmailChanged      mailKind = "email_changed"
	mailPasswordChanged   mailKind = "password_changed"
	mailAccountDeleted    mailKind = "account_deleted"
	mailClassDay          mailKind = "class_day"
	mailClassSoon         mailKind = "class_soon"
	mailClassChanged      mailKind = "class_changed"
)

// Pages of the front end that mails lead to. What follows # is not sent to any server, so the secret of a link shows
// up in no log and no Referer.
var mailLinks = map[mailKind]string{
	mailResetPassword:     "/reset-password#token=",
	mailAccountExists:     "/sign-in",
	mailConfirmEmail:      "/confirm-email#token=",
	mailEmailChangeNotice: "/settings",
	mailPasswordChanged:   "/reset-password",
	mailClassDay:          "/classes/",
	mailClassSoon:         "/classes/",
	mailClassChanged:      "/classes",
}

//go:embed mails/*.txt
var mailFiles embed.FS

var mailTexts = func() map[string]*template.Template {
	texts := map[string]*template.Template{}
	for _, locale := range Locales {
		texts[locale] = template.Must(template.New(locale).Option("missingkey=error").ParseFS(mailFiles, "mails/"+locale+".txt"))
	}
	return texts
}()

// letter is what a mail's text may speak of; all but the first line is of classes alone.
type letter struct {
	Name, Email, Link                   string
	Title, Course, When, Hour, Settings string
	Zone                                string
	Moves                               []letterMove
	More                                int  // moves besides the first
	CalledOff                           bool // all of them are
}

// letterMove is a class's old and new time; it is called off when there is no new one.
type letterMove struct{ Was, Now string }

// compose returns subject and body in the language, in English when we do not write it.
func compose(kind mailKind, locale string, l letter) (subject, body string, err error) {
	text := mailTexts[locale]
	if text == nil {
		text = mailTexts[Locales[0]]
	}
	var b strings.Builder
	if err := text.ExecuteTemplate(&b, string(kind), l); err != nil {
		return "", "", err
	}
	subject, body, _ = strings.Cut(b.String(), "\n")
	return subject, body, nil
}
