// Package memory turns what happened to a learner's words into what is remembered of them. The log is a set: events
// may come late, twice and in any order; the fold sorts them by time and id, so every copy of the log gives one state.
// The schedule is FSRS-6 with its default parameters (go-fsrs v4.0.0), the same as ts-fsrs 5.4.2 gives on a device.
package memory

import (
	"bytes"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/open-spaced-repetition/go-fsrs/v4"
)

// Kinds of event.
const (
	Keep   = "keep"   // the word joins the learner's own
	Drop   = "drop"   // it leaves them; what is remembered stays
	Review = "review" // an answer with a rating
	LookUp = "lookup" // its meaning was looked up
)

// Exercises that ask for the tones of a word, by ear and by mouth. Who takes 3rd tone for 2nd has not forgotten what the
// word means, and who hears it rightly has not shown to know it: such answers are in the log, and the fold passes them over.
const (
	Tone = "tone"
	Say  = "say"
)

// IsAboutTones reports whether an exercise asks for tones and leaves what is remembered of the meaning alone.
func IsAboutTones(exercise string) bool { return exercise == Tone || exercise == Say }

// FSRS6 names the default parameters of FSRS-6: fuzz off, retention 0.9, steps of 1 and 10 minutes.
const FSRS6 = "fsrs-6"

// Again is the rating of an answer that failed, the lowest of four.
const Again = int(fsrs.Again)

// LeechLapses is how often a word must be forgotten to be called a leech.
const LeechLapses = 8

// sets are the sets of parameters by name. One that was ever in use stays: old events are folded with theirs.
var sets = map[string]*fsrs.FSRS{FSRS6: fsrs.NewFSRS(fsrs.DefaultParam())}

// IsSet reports whether there is a set of parameters of that name.
func IsSet(name string) bool { return sets[name] != nil }

// Event is one thing that happened to a word.
type Event struct {
	ID         uuid.UUID
	Word       string
	Kind       string
	Rating     int // 1 to 4 for a review
	Exercise   string
	At         time.Time
	Parameters string
}

// State is what is remembered of a word. The zero value, with a word, is nothing.
type State struct {
	Word       string
	Kept       bool
	Card       fsrs.Card
	LastRating int // 0 = never asked
	Parameters string
}

// Fold replays the events of one word; one that comes twice counts once.
func Fold(word string, events []Event) State {
	sorted := slices.Clone(events)
	slices.SortFunc(sorted, func(a, b Event) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return bytes.Compare(a.ID[:], b.ID[:])
	})
	s := State{Word: word, Parameters: FSRS6}
	dropped := false
	for i, e := range sorted {
		if i > 0 && e.ID == sorted[i-1].ID || IsAboutTones(e.Exercise) {
			continue
		}
		if s.Card.Due.IsZero() {
			s.Card = fsrs.NewCard(e.At.UTC())
		}
		switch e.Kind {
		case Keep:
			s.Kept, dropped = true, false
		case Drop:
			s.Kept, dropped = false, true
		case Review:
			// What was practised is worth keeping, unless its learner has said otherwise.
			s.Kept = !dropped
			s.answer(e, e.Rating)
		case LookUp:
			if s.Kept {
				s.answer(e, Again)
			}
		}
	}
	return s
}

func (s *State) answer(e Event, rating int) {
	f := sets[e.Parameters]
	if f == nil {
		f = sets[FSRS6]
	}
	next, err := f.Next(s.Card, e.At.UTC(), fsrs.Rating(rating))
	if err != nil {
		return // a rating out of range: the log refuses those
	}
	s.Card, s.LastRating, s.Parameters = next.Card, rating, e.Parameters
}

// Leech reports whether the word is forgotten again and again, and should be met in other company.
func (s State) Leech() bool { return s.Card.Lapses >= LeechLapses }

// Retrievability is the probability, 0 to 1, that the word is recalled at a time; 0 when it was never asked, and also
// while the last answer was wrong: FSRS takes a word that has just been shown for known, but nobody has recalled it yet.
func (s State) Retrievability(now time.Time) float64 {
	if s.Card.State == fsrs.New || s.LastRating == Again {
		return 0
	}
	return Retrievability(s.Parameters, s.Card.Stability, s.Card.LastReview, now)
}

// Retrievability is the same of bare numbers: stability in days and the time of the last review.
func Retrievability(parameters string, stability float64, last, now time.Time) float64 {
	return After(parameters, stability, int(now.Sub(last).Hours()/24))
}

// After is the probability of recall whole days after the last review, as the retrievability of go-fsrs and ts-fsrs.
func After(parameters string, stability float64, days int) float64 {
	f := sets[parameters]
	if f == nil {
		f = sets[FSRS6]
	}
	if stability <= 0 {
		return 0
	}
	// The library works its two constants out anew for each call; a class asks half a million times.
	return math.Pow(1+f.Factor*float64(max(days, 0))/stability, f.Decay)
}
