package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"hanzhi/courses/classes"
	"hanzhi/server/auth"
)

// reminders brings together who knows of classes and who writes mails; they do not know each other.
type reminders struct {
	classes *classes.Service
	auth    *auth.Service
}

// Remind writes the mails that are due before classes, and about those that were moved or called off.
func (r reminders) Remind(ctx context.Context) error {
	if err := r.classes.TellChanges(ctx, r.tell); err != nil {
		return err
	}
	return r.classes.Remind(ctx, func(ctx context.Context, tx pgx.Tx, m classes.Reminder) (uuid.UUID, error) {
		return r.auth.WriteClassMail(ctx, tx, auth.ClassMail{
			Account: m.AccountID, Class: m.ClassID, Soon: m.Kind == classes.ReminderSoon, Title: m.Title, Course: m.Course,
			StartsAt: m.StartsAt, TimeZone: m.TimeZone,
		})
	})
}

func (r reminders) tell(ctx context.Context, tx pgx.Tx, c classes.Change) error {
	m := auth.ClassChangeMail{Account: c.AccountID, Class: c.ClassID, Title: c.Title, Course: c.Course, TimeZone: c.TimeZone}
	for _, move := range c.Moves {
		m.Moves = append(m.Moves, auth.ClassMove(move))
	}
	return r.auth.WriteClassChangeMail(ctx, tx, m)
}
