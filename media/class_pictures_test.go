package media_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/image/webp"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// classroom is a class of a run, with its teacher and a student.
type classroom struct{ id, teacher, student uuid.UUID }

func (f *fixture) classroom(t *testing.T) classroom {
	t.Helper()
	c := classroom{newID(), f.account(t, "teacher"), f.account(t, "student")}
	course, run := newID(), newID()
	f.exec(t, `INSERT INTO courses (id, institution_id, slug, format, title) VALUES ($1, $2, 'c', 'micro', '{"en":"Course"}')`, course, f.institution)
	f.exec(t, `INSERT INTO runs (id, course_id, starts_at, ends_at) VALUES ($1, $2, now(), now() + interval '1 day')`, run, course)
	f.exec(t, `INSERT INTO run_teachers (run_id, account_id) VALUES ($1, $2)`, run, c.teacher)
	f.exec(t, `INSERT INTO enrolments (id, account_id, course_id, run_id) VALUES ($1, $2, $3, $4)`, newID(), c.student, course, run)
	f.class(t, c.id, run)
	return c
}

func TestClassPictures(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.classroom(t)
	page := f.deck(t, slides("960 540")).Pages[0].Asset
	see := func(viewer uuid.UUID, class, page uuid.UUID, token string) (media.Content, error) {
		return f.ClassPicture(t.Context(), viewer, class, page, token)
	}
	t.Run("who is in the class sees its pictures, and may keep them", func(t *testing.T) {
		for _, viewer := range []uuid.UUID{c.teacher, c.student} {
			got, err := see(viewer, c.id, page, "")
			if err != nil {
				t.Fatal(err)
			}
			if img, err := webp.Decode(bytes.NewReader(got.Body)); err != nil || img.Bounds().Dx() != 1600 || got.Type != "image/webp" || got.CacheControl != "private, max-age=31536000, immutable" {
				t.Errorf("%v %s %s", err, got.Type, got.CacheControl)
			}
		}
	})
	t.Run("others see none", func(t *testing.T) {
		for _, viewer := range []uuid.UUID{f.stranger, uuid.Nil} {
			if _, err := see(viewer, c.id, page, ""); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
		if _, err := see(c.student, newID(), page, ""); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	t.Run("a guest sees those of the class that the token is for", func(t *testing.T) {
		guest := f.guest(t, c.id)
		token, life := f.GuestToken(c.id, guest)
		if _, err := see(uuid.Nil, c.id, page, token); err != nil || life < time.Hour {
			t.Error(err)
		}
		for _, other := range []struct{ class, guest uuid.UUID }{{newID(), guest}, {c.id, newID()}} {
			token, _ := f.GuestToken(other.class, other.guest)
			if _, err := see(uuid.Nil, c.id, page, token); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
		if _, err := see(uuid.Nil, c.id, page, token[1:]+"A"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		f.exec(t, `UPDATE class_guest_links SET revoked_at = now()`)
		if _, err := f.open(t).ClassPicture(t.Context(), uuid.Nil, c.id, page, token); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := f.Stream(t.Context(), []byte(token), []byte("image.webp"), nil); err == nil {
			t.Error("a guest's token plays videos")
		}
	})
	t.Run("what a class has shown is not deleted", func(t *testing.T) {
		deck := f.deck(t, slides("960 540"))
		f.exec(t, `INSERT INTO class_events (class_id, offset_no, at, name, data) VALUES ($1, 1, now(), 'deck.added', jsonb_build_object('pages', jsonb_build_array(jsonb_build_object('asset', $2::uuid, 'width', 1))))`,
			c.id, deck.Pages[0].Asset)
		if err := f.DeleteAsset(t.Context(), f.author, deck.ID); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		f.exec(t, `UPDATE class_events SET name = 'poll.opened', data = jsonb_build_object('picture', $1::uuid)`, deck.Pages[0].Asset)
		if err := f.DeleteAsset(t.Context(), f.author, deck.ID); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		f.exec(t, `DELETE FROM class_events`)
		if err := f.DeleteAsset(t.Context(), f.author, deck.ID); err != nil {
			t.Error(err)
		}
	})
	t.Run("slides of another institution are not shown", func(t *testing.T) {
		other, deck, foreign := newID(), newID(), uuid.New()
		f.exec(t, `INSERT INTO institutions (id, slug, name, kind, country) VALUES ($1, 'other', '{"en":"Other"}', 'college', 'ZM')`, other)
		f.exec(t, `INSERT INTO assets (id, institution_id, kind, filename, size, state) VALUES ($1, $2, 'deck', 'a.pdf', 1, 'ready')`, deck, other)
		f.exec(t, `INSERT INTO asset_pages (id, asset_id, number, object_key, width, height, bytes) VALUES ($1, $2, 1, 'v/x', 1, 1, 1)`, foreign, deck)
		if _, err := see(c.student, c.id, foreign, ""); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// noFilms makes none: the tests of server/live/film have real ones.
type noFilms struct{ media.Filmer }

func TestOrderFilm(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *media.Config) { c.Films = noFilms{} })
	c := f.classroom(t)
	in := media.NewFilm{Asset: newID(), From: 1000, To: 5000}
	t.Run("the teacher of the class orders its film, once however often it is asked for", func(t *testing.T) {
		for range 2 {
			a, err := f.OrderFilm(t.Context(), c.teacher, c.id, in)
			if err != nil || a.ID != in.Asset || a.Kind != media.KindVideo || a.Filename != "2026-11-26 10:30 Lathe.mp4" || a.State != media.StateChecking {
				t.Fatalf("%+v %v", a, err)
			}
		}
		if n := len(f.queue.films); n != 1 {
			t.Errorf("%d films are made", n)
		}
		if a, err := f.Asset(t.Context(), c.teacher, in.Asset); err != nil || a.ID != in.Asset {
			t.Error(err)
		}
	})
	t.Run("another order under the same id is refused", func(t *testing.T) {
		other := in
		other.To = 6000
		if _, err := f.OrderFilm(t.Context(), c.teacher, c.id, other); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	})
	t.Run("students and strangers order none", func(t *testing.T) {
		for _, viewer := range []uuid.UUID{c.student, f.stranger} {
			if _, err := f.OrderFilm(t.Context(), viewer, c.id, media.NewFilm{Asset: newID()}); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
		}
	})
	t.Run("there is none while the class goes on", func(t *testing.T) {
		f.exec(t, `UPDATE classes SET state = 'live'`)
		if _, err := f.OrderFilm(t.Context(), c.teacher, c.id, media.NewFilm{Asset: newID()}); !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
		f.exec(t, `UPDATE classes SET state = 'ended'`)
	})
	t.Run("a stretch without length and an id of another kind are refused", func(t *testing.T) {
		for _, bad := range []media.NewFilm{{Asset: newID(), From: 5000, To: 5500}, {Asset: uuid.New()}} {
			if _, err := f.OrderFilm(t.Context(), c.teacher, c.id, bad); !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		}
	})
	t.Run("a film whose worker has died is begun again", func(t *testing.T) {
		if err := f.Restart(t.Context(), in.Asset); err != nil {
			t.Fatal(err)
		}
		if n := len(f.queue.films); n != 2 {
			t.Errorf("%d", n)
		}
		if checks, _ := f.queue.count(); checks != 0 {
			t.Error("a film without a source is checked")
		}
	})
}
