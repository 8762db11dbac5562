package auth

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/pg"
)

// ClassMail reminds somebody of a live class.
type ClassMail struct {
	Account       uuid.UUID
	Class         uuid.UUID
	Soon          bool   // minutes before it; otherwise the day before
	Title, Course string // in the language of the account
	StartsAt      time.Time
	TimeZone      string // of the class, for who is in none that we know
}

// WriteClassMail puts a reminder into the outbox in the transaction that notes it, and returns its id.
func (s *Service) WriteClassMail(ctx context.Context, tx pgx.Tx, m ClassMail) (uuid.UUID, error) {
	account, err := accountByID(ctx, tx, m.Account)
	if err != nil {
		return uuid.Nil, err
	}
	kind := mailClassDay
	if m.Soon {
		kind = mailClassSoon
	}
	at, zone := m.at(account.TimeZone)
	return s.writeTo(ctx, tx, account, account.Email, kind, letter{
		Name: account.Name, Email: account.Email, Link: s.cfg.PublicURL + mailLinks[kind] + m.Class.String(), Settings: s.cfg.PublicURL + "/settings",
		Title: m.Title, Course: m.Course, When: at.Format("2006-01-02, 15:04") + " (" + zone + ")", Hour: at.Format("15:04"),
	})
}

// ClassChangeMail tells somebody that classes were moved or called off.
type ClassChangeMail struct {
	Account       uuid.UUID
	Class         uuid.UUID // uuid.Nil when none of them takes place
	Title, Course string    // in the language of the account
	TimeZone      string    // of the class: old and new times are by its clock
	Moves         []ClassMove
}

// ClassMove is when a class was to begin, and when it does now; zero = not at all.
type ClassMove struct{ Was, Now time.Time }

// WriteClassChangeMail puts it into the outbox in the transaction that notes it.
func (s *Service) WriteClassChangeMail(ctx context.Context, tx pgx.Tx, m ClassChangeMail) error {
	account, err := accountByID(ctx, tx, m.Account)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(m.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	l := letter{Name: account.Name, Email: account.Email, Link: s.cfg.PublicURL + mailLinks[mailClassChanged], Settings: s.cfg.PublicURL + "/settings",
		Title: m.Title, Course: m.Course, Zone: zone.String(), More: len(m.Moves) - 1, CalledOff: m.Class == uuid.Nil}
	if !l.CalledOff {
		l.Link += "/" + m.Class.String()
	}
	for _, move := range m.Moves {
		one := letterMove{Was: move.Was.In(zone).Format("2006-01-02, 15:04")}
		if !move.Now.IsZero() {
			one.Now = move.Now.In(zone).Format("2006-01-02, 15:04")
		}
		l.Moves = append(l.Moves, one)
		if l.When == "" && (l.CalledOff || one.Now != "") {
			l.When = cmp.Or(one.Now, one.Was)
		}
	}
	_, err = s.writeTo(ctx, tx, account, account.Email, mailClassChanged, l)
	return err
}

// at is the start by the reader's clock, or by the class's when theirs is not known, and whose clock that is.
func (m ClassMail) at(reader string) (time.Time, string) {
	for _, zone := range []string{reader, m.TimeZone} {
		if in, err := time.LoadLocation(zone); err == nil && zone != "" {
			return m.StartsAt.In(in), zone
		}
	}
	return m.StartsAt.UTC(), "UTC"
}

// setAside keeps a reminder that has come to be of no use from being sent.
func setAside(ctx context.Context, q pg.Querier, id uuid.UUID) error {
	_, err := q.Exec(ctx, `UPDATE mails SET claimed_at = now(), last_error = 'not sent: the class has begun, was moved or called off, or is not the reader''s any more'
		WHERE id = @id AND sent_at IS NULL AND claimed_at IS NULL AND is_idle_reminder(id)`, pgx.NamedArgs{"id": id})
	return pg.Translate(err, "mail", id)
}
