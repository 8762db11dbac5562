package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wneessen/go-mail"
)

// SMTP is how mail leaves. We use go-mail and not net/smtp: it writes the message right (encoded headers, line lengths,
// quoted-printable), knows today's ways to authenticate, and says at which step a delivery failed, on which "at most
// once" rests; net/smtp is frozen and does none of the three.
type SMTP struct {
	Host, Username, Password, From string
	Port                           int
}

// outcome is what we know of a mail after trying to send it.
type outcome uint8

const (
	delivered    outcome = iota // the server has taken it
	notDelivered                // the server surely has not; trying again may help
	refused                     // the server will never take it
	unknown                     // the connection broke after the mail was handed over and before the answer came
)

const smtpTimeout = 20 * time.Second

// send talks to the server once.
func (c SMTP) send(ctx context.Context, m Mail) (outcome, error) {
	msg, err := c.message(m)
	if err != nil {
		return refused, err
	}
	client, err := mail.NewClient(c.Host, c.options()...)
	if err != nil {
		return refused, fmt.Errorf("mail server settings: %w", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return notDelivered, err
	}
	defer client.CloseWithSMTPClient(conn)
	return judge(msg, client.SendWithSMTPClient(conn, msg))
}

// judge reads what a failure says about the mail. Only the answer to the end of the data decides; a connection lost
// while waiting for it leaves the outcome open.
func judge(msg *mail.Msg, err error) (outcome, error) {
	if err == nil || msg.IsDelivered() {
		return delivered, nil
	}
	var e *mail.SendError
	if !errors.As(err, &e) {
		return notDelivered, err
	}
	switch {
	case e.ErrorCode() >= 500:
		return refused, err
	case e.Reason == mail.ErrSMTPDataClose && e.ErrorCode() == 0:
		return unknown, fmt.Errorf("it may have been sent; it is not sent again: %w", err)
	}
	return notDelivered, err
}

func (c SMTP) options() []mail.Option {
	o := []mail.Option{mail.WithPort(c.Port), mail.WithTimeout(smtpTimeout), mail.WithoutNoop()}
	switch {
	case c.Port == 465:
		o = append(o, mail.WithSSL())
	case c.Username != "":
		o = append(o, mail.WithTLSPolicy(mail.TLSMandatory)) // a password never travels in the clear
	default:
		o = append(o, mail.WithTLSPolicy(mail.TLSOpportunistic)) // a relay on our own network
	}
	if c.Username != "" {
		o = append(o, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.Username), mail.WithPassword(c.Password))
	}
	return o
}

func (c SMTP) message(m Mail) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(c.From); err != nil {
		return nil, fmt.Errorf("HANZHI_SMTP_FROM: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("receiver: %w", err)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.CreatedAt)
	msg.SetMessageIDWithValue(m.ID.String() + "@hanzhi")
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	return msg, nil
}
