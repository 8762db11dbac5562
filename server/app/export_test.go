package app

import (
	"context"
	"strings"
)

// PutObject stores an object as a node would.
func (a *App) PutObject(ctx context.Context, key, data string) error {
	return a.store.Put(ctx, key, strings.NewReader(data), int64(len(data)), "video/webm")
}

// Remind writes the mails that are due before classes, as the job does.
func (a *App) Remind(ctx context.Context) error {
	return reminders{a.Classes, a.Auth}.Remind(ctx)
}
