package classes

import (
	"testing"
	"time"

	"hanzhi/server/fault"
)

func TestFilmTrim(t *testing.T) {
	s := setup(t)
	ctx, c, film := s.Context(), s.plan(s.in(-time.Hour)), newID()
	trim := func() Trim {
		s.Helper()
		got, err := s.FilmTrim(ctx, s.teacher, c.ID, film)
		if err != nil {
			s.Fatal(err)
		}
		return got
	}
	t.Run("a film shows all of a class that nobody has trimmed", func(t *testing.T) {
		if got := trim(); got != (Trim{}) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("it shows what the teacher shows of the recording", func(t *testing.T) {
		if err := s.PutTrim(ctx, s.teacher, c.ID, Trim{From: 5_000, To: 60_000}); err != nil {
			t.Fatal(err)
		}
		if got := trim(); got != (Trim{From: 5_000, To: 60_000}) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("one that is ordered stays as it was ordered", func(t *testing.T) {
		s.exec(`INSERT INTO assets (id, institution_id, kind, filename, size) VALUES ($1, $2, 'video', 'film.mp4', 1)`, film, s.institution)
		s.exec(`INSERT INTO class_films (asset_id, class_id, from_ms, to_ms) VALUES ($1, $2, 7000, 0)`, film, c.ID)
		if got := trim(); got != (Trim{From: 7_000}) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("nobody else is told", func(t *testing.T) {
		if _, err := s.FilmTrim(ctx, s.learner, c.ID, film); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}
