package memory

import (
	"time"

	"github.com/open-spaced-repetition/go-fsrs/v4"
)

// mostForecast bounds the answers that are foreseen: even a new word is asked no more than some 20 times a year.
const mostForecast = 64

// Reviewed is the state at a time to come of a word that is asked whenever it falls due from now on, and answered
// rightly each time: what daily reviews can make of it. A word that is not among the learner's own, or was never asked,
// stays as it is.
func (s State) Reviewed(now, at time.Time) State {
	if !s.Kept || s.Card.State == fsrs.New {
		return s
	}
	f := sets[s.Parameters]
	if f == nil {
		f = sets[FSRS6]
	}
	for range mostForecast {
		due := s.Card.Due
		if due.Before(now) {
			due = now
		}
		if due.After(at) {
			return s
		}
		next, err := f.Next(s.Card, due.UTC(), fsrs.Good)
		if err != nil {
			return s
		}
		s.Card, s.LastRating = next.Card, int(fsrs.Good)
	}
	return s
}
