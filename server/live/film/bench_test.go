package film_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/live/film"
)

// spent is the processor time of this process and of all that it has started and that has ended.
func spent() time.Duration {
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// BenchmarkFilm makes the film of three minutes in which the teacher is seen and heard all the time, writes half of it, and
// turns to another slide every half minute; then the ladder of it.
func BenchmarkFilm(b *testing.B) {
	const minutes = 3
	c := &class{id: newID(), start: 1_795_000_000_000}
	s := newStudio(b, c)
	teacher := newID()
	s.put("r/voice", "webm", "-f", "lavfi", "-i", "sine=440:d=10", "-c:a", "libopus", "-b:a", "24k", "-ac", "1")
	s.put("r/picture", "webm", "-f", "lavfi", "-i", "mandelbrot=s=320x240:r=15", "-t", "10", "-c:v", "libvpx", "-b:v", "150k", "-deadline", "realtime")
	c.at(0, "class.opened", map[string]any{"page": uuid.New()})
	c.at(0, "class.started", map[string]any{})
	c.at(0, "record.set", map[string]any{"on": true})
	var pages []any
	var ids []uuid.UUID
	for range 6 {
		id := uuid.New()
		ids = append(ids, id)
		pages = append(pages, map[string]any{"page": id, "asset": s.slide("white"), "width": 1600, "height": 900})
	}
	c.at(0, "deck.added", map[string]any{"deck": newID(), "title": "T", "pages": pages})
	for i := range minutes * 60 * 10 { // a message of 6 points every 100 ms in every other ten seconds
		second := float64(i) / 10
		page := ids[int(second)/30%6]
		if i%300 == 0 {
			c.at(second, "page.shown", map[string]any{"page": page})
		}
		if int(second)/10%2 == 0 {
			points := []int{30, 10, 0, 30, 15, 0, 30, 10, 0, 30, -10, 0, 30, -15, 0, 30, -10, 0}
			if i%20 == 0 {
				points = append([]int{1000 + i%200*50, 1500 + i%17*300, 0}, points...)
			}
			c.at(second, "stroke.added", map[string]any{"page": page, "object": uuid.NewSHA1(c.id, fmt.Append(nil, i/20)), "color": "#221f19", "size": 8, "points": points})
		}
	}
	c.at(minutes*60, "class.ended", map[string]any{})
	for at := int64(0); at < minutes*60_000; at += 10_000 {
		for _, kind := range []string{film.Voice, film.Picture} {
			c.pieces = append(c.pieces, film.Piece{Person: teacher, Kind: kind, From: c.start + at, To: c.start + at + 10_000, Key: "r/" + kind})
		}
	}
	for b.Loop() {
		before, begun := spent(), time.Now()
		a := s.film(c, 0, 0)
		b.ReportMetric((spent()-before).Seconds()/minutes, "film-cpu-s/min")
		b.ReportMetric(time.Since(begun).Seconds()/minutes, "film-s/min")
		before = spent()
		if err := s.CheckAsset(b.Context(), a.ID); err != nil {
			b.Fatal(err)
		}
		if err := s.TranscodeAsset(b.Context(), a.ID); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric((spent()-before).Seconds()/minutes, "ladder-cpu-s/min")
	}
}
