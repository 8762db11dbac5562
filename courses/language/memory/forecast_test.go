package memory

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestReviewed(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	answered := func(rating int, kind string) State {
		return Fold("转速", []Event{{ID: uuid.Must(uuid.NewV7()), Word: "转速", Kind: kind, Rating: rating, At: now.AddDate(0, 0, -3)}})
	}
	t.Run("a word that is reviewed on its days is remembered as well as FSRS aims for", func(t *testing.T) {
		t.Parallel()
		for _, days := range []int{1, 10, 100, 365} {
			at := now.AddDate(0, 0, days)
			s := answered(3, Review).Reviewed(now, at)
			if r := s.Retrievability(at); r < 0.89 || s.Card.Due.Before(at) {
				t.Errorf("after %d days it is recalled with %v, due %v", days, r, s.Card.Due)
			}
			if without := answered(3, Review).Retrievability(at); without >= s.Retrievability(at) {
				t.Errorf("after %d days reviews do not help: %v", days, without)
			}
		}
	})
	t.Run("a word that was failed is known again once it is answered", func(t *testing.T) {
		t.Parallel()
		if r := answered(1, Review).Reviewed(now, now.AddDate(0, 0, 1)).Retrievability(now.AddDate(0, 0, 1)); r < 0.89 {
			t.Errorf("%v", r)
		}
	})
	t.Run("what is not due by then, never asked or not kept stays as it is", func(t *testing.T) {
		t.Parallel()
		kept := Fold("转速", []Event{{ID: uuid.Must(uuid.NewV7()), Word: "转速", Kind: Keep, At: now}})
		easy, dropped := answered(4, Review), answered(3, Review)
		dropped.Kept = false
		for _, s := range []State{kept, easy, dropped, {}} {
			if got := s.Reviewed(now, now.Add(time.Hour)); got != s {
				t.Errorf("%+v became %+v", s, got)
			}
		}
	})
}
