package classes

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/server/fault"
	"hanzhi/server/pg"
)

// Calendar says whether somebody has an address for their calendar program.
type Calendar struct {
	MadeAt  *time.Time `json:"madeAt,omitempty" doc:"Absent = there is none."`
	Address string     `json:"address,omitempty" doc:"Told once, when it is made."`
}

// CalendarOf returns whether the viewer has an address.
func (s *Service) CalendarOf(ctx context.Context, viewer uuid.UUID) (Calendar, error) {
	var c Calendar
	err := s.db.QueryRow(ctx, `SELECT made_at FROM calendars WHERE account_id = @viewer`, pgx.NamedArgs{"viewer": viewer}).Scan(&c.MadeAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Calendar{}, nil
	}
	return c, pg.Translate(err, "calendar of", viewer)
}

// MakeCalendar makes a new secret for the viewer's calendar; the one before opens nothing any more.
func (s *Service) MakeCalendar(ctx context.Context, viewer uuid.UUID) (secret string, made Calendar, err error) {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	secret = base64.RawURLEncoding.EncodeToString(b)
	err = s.db.QueryRow(ctx, `
		INSERT INTO calendars (account_id, secret_hash) VALUES (@viewer, @hash)
		ON CONFLICT (account_id) DO UPDATE SET secret_hash = excluded.secret_hash, made_at = now() RETURNING made_at`,
		pgx.NamedArgs{"viewer": viewer, "hash": hashSecret(secret)}).Scan(&made.MadeAt)
	return secret, made, pg.Translate(err, "calendar of", viewer)
}

// EndCalendar makes the viewer's address open nothing any more. Twice is once.
func (s *Service) EndCalendar(ctx context.Context, viewer uuid.UUID) error {
	_, err := s.db.Exec(ctx, `DELETE FROM calendars WHERE account_id = @viewer`, pgx.NamedArgs{"viewer": viewer})
	return pg.Translate(err, "calendar of", viewer)
}

// Feed returns the classes of whoever the secret belongs to as iCalendar (RFC 5545): those of the last 30 days, those to
// come, and those that were cancelled, marked so. address is where the platform is reached.
func (s *Service) Feed(ctx context.Context, secret, address string) (string, error) {
	var owner uuid.UUID
	var locale string
	err := s.db.QueryRow(ctx, `SELECT a.id, a.locale FROM calendars c JOIN accounts a ON a.id = c.account_id
		WHERE c.secret_hash = @hash AND a.suspended_at IS NULL`, pgx.NamedArgs{"hash": hashSecret(secret)}).Scan(&owner, &locale)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.NewNotFound("calendar")
	} else if err != nil {
		return "", pg.Translate(err, "calendar", "")
	}
	calendar := ics.NewCalendarFor("Hanzhi")
	calendar.SetMethod(ics.MethodPublish)
	calendar.SetName("Hanzhi 汉职")
	calendar.SetRefreshInterval("PT1H")
	for _, past := range []bool{true, false} {
		list, err := s.Classes(ctx, owner, Filter{Past: past})
		if err != nil {
			return "", err
		}
		for _, c := range list {
			if c.StartsAt.After(s.now().AddDate(0, 0, -30)) {
				c.addTo(calendar, s.now(), locale, address)
			}
		}
	}
	return calendar.Serialize(ics.WithNewLineWindows), nil // RFC 5545 wants CRLF; the library writes what the system has
}

// addTo writes a class into a calendar, under an id that stays the same, so that a change moves it there.
func (c Class) addTo(calendar *ics.Calendar, now time.Time, locale, address string) {
	e := calendar.AddEvent(c.ID.String() + "@hanzhi")
	e.SetDtStampTime(now)
	e.SetSequence(c.Version)
	e.SetStartAt(c.StartsAt)
	e.SetEndAt(c.StartsAt.Add(time.Duration(c.Minutes) * time.Minute))
	e.SetSummary(c.Title.In(locale))
	e.SetDescription(c.CourseTitle.In(locale) + "\n" + address + "/classes/" + c.ID.String())
	e.SetURL(address + "/classes/" + c.ID.String())
	if c.State == "cancelled" {
		e.SetStatus(ics.ObjectStatusCancelled)
		return
	}
	e.SetStatus(ics.ObjectStatusConfirmed)
}
