// Package demo puts three real courses into a running platform, the way an author would: over its public API, with
// videos made on the spot. It knows nothing of the server but its addresses.
package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"hanzhi/demo/content"
	"hanzhi/demo/film"
)

// Account is one of the demonstration's public accounts.
type Account struct {
	Name, Email, Password string
}

// Accounts are those the courses need. Author, Teacher and Student are signed up when they do not exist; Admin must.
type Accounts struct {
	Admin   Account // makes the institution and gives the others their roles
	Author  Account // makes the courses
	Teacher Account // teaches the MOOC's run
	Student Account // is enrolled in it
}

// Options say where to load to, as whom, and where the videos are kept.
type Options struct {
	BaseURL  string       // such as http://127.0.0.1:8080
	HTTP     *http.Client // nil: a client of its own; its Jar is not used
	Accounts Accounts
	MediaDir string     // films are made here once and found again
	Progress func(Step) // nil: nobody watches; called from one goroutine at a time
	Now      time.Time  // the day the run's dates count from; zero: today
}

// Phase says what is happening to a lesson.
type Phase string

// The phases of a lesson, in order.
const (
	Drawing     Phase = "drawing"     // the film is being made, or found
	Uploading   Phase = "uploading"   // it is on its way to the server
	Transcoding Phase = "transcoding" // the server makes its renditions
	InPlace     Phase = "in place"    // the lesson stands in its course
)

// Step is one piece of news of a load.
type Step struct {
	Course, Lesson string // titles in English
	Phase          Phase
	Done, Total    int // lessons in place, and all
}

// Load makes the courses, or what is missing of them: a second run changes nothing, a run after an interruption goes on.
// What an author has changed or removed meanwhile is left alone. First every course gets its first lesson and is
// published, so that there is something to see in each; then come the other lessons, published unit by unit.
func Load(ctx context.Context, o Options) error {
	courses, err := content.Courses()
	if err != nil {
		return err
	}
	return load(ctx, o, courses)
}

func load(ctx context.Context, o Options, courses []content.Course) error {
	studio, err := film.Open(o.MediaDir)
	if err != nil {
		return err
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	l := &loader{options: o, studio: studio}
	if err := l.prepare(ctx); err != nil {
		return err
	}
	if err := l.dressTerms(ctx); err != nil {
		return fmt.Errorf("demo terms: %w", err)
	}
	var makers []*maker
	for _, c := range courses {
		m, err := l.open(ctx, c)
		if err != nil {
			return fmt.Errorf("demo course %s: %w", c.Slug, err)
		}
		makers = append(makers, m)
	}
	return l.run(ctx, makers)
}

// loader is one run of Load.
type loader struct {
	options     Options
	studio      *film.Studio
	author      *client
	admin       *client
	institution uuid.UUID
}

// id is the id of something by its place in the content: the same on every machine and in every run. Its form is that of
// a UUIDv7 of the first moment of 2026, so that ids sort like all others.
func id(path ...string) uuid.UUID {
	sum := sha256.Sum256(fmt.Appendf(nil, "hanzhi demo %q", path))
	var u uuid.UUID
	copy(u[6:], sum[:])
	ms := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	u[6], u[8] = u[6]&0x0f|0x70, u[8]&0x3f|0x80
	return u
}
