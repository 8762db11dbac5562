package app

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"hanzhi/courses"
	"hanzhi/courses/language"
	"hanzhi/media"
	"hanzhi/server/auth"
	"hanzhi/server/jobs"
)

// jobClient is asked for when a job is enqueued: the client is made last, of workers that call the domains.
func (a *App) jobClient() *river.Client[pgx.Tx] { return a.jobs }

func (a *App) wireAuth() error {
	key, err := secretKey(a.Config.Secret, a.Config.DataDir, "auth")
	if err != nil {
		return err
	}
	c := a.Config
	a.Auth = auth.New(a.db, a.redis, auth.Config{
		Secret: key, PublicURL: c.PublicURL, SessionIdle: c.SessionIdle, SessionMax: c.SessionMax,
		SMTP:      auth.SMTP{Host: c.SMTP.Host, Port: c.SMTP.Port, Username: c.SMTP.Username, Password: c.SMTP.Password, From: c.SMTP.From},
		QueueMail: jobs.QueueMail(a.jobClient), Log: a.Log,
	})
	return nil
}

// wireLanguage reads the lexicon, which the build has made, and the term banks that the platform ships with.
func (a *App) wireLanguage(ctx context.Context) (err error) {
	var trades []string
	for _, t := range courses.Trades() {
		trades = append(trades, t.Code)
	}
	if a.Language, err = language.New(a.db, trades); err != nil {
		return err
	}
	return a.Language.Seed(ctx)
}

func (a *App) wireMedia() error {
	key, err := secretKey(a.Config.Secret, a.Config.DataDir, "playback")
	if err != nil {
		return err
	}
	c := a.Config
	a.Media, err = media.New(a.db, a.store, media.Config{
		Dir: a.mediaDir(), Secret: hex.EncodeToString(key), UploadLimit: c.UploadLimit, MemoryCache: c.SegmentCache, DiskCache: c.DiskCache,
		PlaybackExpiry: c.PlaybackExpiry, Queue: jobs.MediaQueue(a.jobClient), Films: a.films(),
		Playable: jobs.QueueRelease(a.jobClient, a.Courses), Log: a.Log,
	})
	if err != nil {
		return err
	}
	a.closers = append(a.closers, a.Media.Close)
	a.Language.Serve(language.Addresses{
		Picture: func(asset uuid.UUID) string { return a.Media.SmallImageURL(uuid.Nil, asset) },
		Sound:   func(asset uuid.UUID) string { return a.Media.SoundURL(uuid.Nil, asset) },
	})
	workers := river.NewWorkers()
	periodic := append(jobs.AddMail(workers, a.Auth), jobs.AddMedia(workers, a.Media, a.db)...)
	periodic = append(periodic, jobs.AddReminders(workers, reminders{a.Classes, a.Auth})...)
	jobs.AddFonts(workers, a.Language)
	jobs.AddRelease(workers, a.Courses)
	a.Courses.OnPublish(jobs.QueueFonts(a.jobClient))
	a.jobs, err = jobs.New(a.db, a.Log, workers, periodic, c.TranscodeJobs)
	return err
}
