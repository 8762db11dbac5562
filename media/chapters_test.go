package media_test

import (
	"slices"
	"testing"

	"hanzhi/media"
	"hanzhi/server/fault"
)

func TestChapters(t *testing.T) {
	t.Parallel()
	f := setup(t)
	add := func(chapters string) media.Video {
		id := newID()
		f.exec(t, `INSERT INTO assets (id, institution_id, kind, filename, size, state, playable, duration_ms, chapters) VALUES ($1, $2, 'video', 'film.mp4', 1, 'ready', true, 60000, $3)`,
			id, f.institution, chapters)
		v, err := f.Video(t.Context(), f.author, id)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	t.Run("a player gets them as a list and as a WebVTT track, in which one without a title is named by its number", func(t *testing.T) {
		v := add(`[{"startMs": 0, "title": ""}, {"startMs": 9000, "title": "停 <b>\n\nx"}]`)
		if want := []media.VideoChapter{{}, {StartMs: 9000, Title: "停 <b>\n\nx"}}; !slices.Equal(v.Chapters, want) {
			t.Errorf("%+v", v.Chapters)
		}
		got := f.get(t, v.Base+v.ChaptersPath)
		want := "WEBVTT\n\n1\n00:00:00.000 --> 00:00:09.000\n1\n\n2\n00:00:09.000 --> 00:01:00.000\n停 &lt;b&gt;\nx\n"
		if string(got.body) != want || got.Type != "text/vtt; charset=utf-8" {
			t.Errorf("%s %q", got.Type, got.body)
		}
	})
	t.Run("a video without any has no such track", func(t *testing.T) {
		v := add(`[]`)
		if v.Chapters == nil || len(v.Chapters) > 0 || v.ChaptersPath != "" {
			t.Errorf("%+v", v)
		}
		if _, err := fetch(f.Service, v.Base+"chapters.vtt"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v", err)
		}
	})
}
