// Command readiness measures what the language engine does for people, on a real PostgreSQL: how ready a learner and a
// class of a thousand are for half an hour of speech, how soon an edited term is in fifty transcripts, and what a unit
// weighs that is kept on a phone.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"hanzhi/bench/fixture"
	"hanzhi/bench/report"
	"hanzhi/courses/language"
	"hanzhi/courses/localize"
	"hanzhi/server/pg"
)

const (
	transcripts = 50
	learners    = 1000
	// Packs are for units of some 300 words.
	packed = 300
)

func main() { report.Main("readiness", run) }

func run() error {
	dir, err := os.MkdirTemp("", "hanzhi-bench-readiness-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	a, err := fixture.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer a.Close()
	db, err := pg.Open(ctx, a.Config.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	w, err := seed(ctx, a, db)
	if err != nil {
		return err
	}
	for _, measure := range []func(context.Context, *language.Service, *world) (report.Row, error){one, class, edit, pack} {
		r, err := measure(ctx, a.Language, w)
		if err == nil {
			err = report.Print(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// timed is a row whose aim is a time.
func timed(name string, took, allowed time.Duration) report.Row {
	return report.New(name, fmt.Sprintf("%.0f ms", took.Seconds()*1e3), fmt.Sprintf("%.0f ms allowed", allowed.Seconds()*1e3), took.Seconds()/allowed.Seconds(), "<= 1")
}

// one is the slowest of all transcripts for one learner, words cut already.
func one(ctx context.Context, s *language.Service, w *world) (report.Row, error) {
	var slowest time.Duration
	for range 2 { // the first time cuts
		slowest = 0
		for _, lesson := range w.lessons {
			began := time.Now()
			if _, err := s.Lesson(ctx, w.learner, lesson, time.Time{}); err != nil {
				return report.Row{}, err
			}
			slowest = max(slowest, time.Since(began))
		}
	}
	return timed("readiness: half an hour, one learner, slowest of 50", slowest, 50*time.Millisecond), nil
}

func class(ctx context.Context, s *language.Service, w *world) (report.Row, error) {
	best := time.Hour
	for range 3 {
		began := time.Now()
		r, err := s.RunReadiness(ctx, w.teacher, w.run, language.ClassFilter{Lesson: w.lessons[0]})
		if err != nil {
			return report.Row{}, err
		}
		best = min(best, time.Since(began))
		if b := r.Lessons[0].Bands; b.Go+b.Glosses+b.Learn+b.Support != learners {
			return report.Row{}, fmt.Errorf("the class has %+v", b)
		}
	}
	return timed(fmt.Sprintf("readiness: half an hour, a run of %d", learners), best, time.Second), nil
}

// edit changes the reading of a word that is in every transcript, and reads them all.
func edit(ctx context.Context, s *language.Service, w *world) (report.Row, error) {
	began := time.Now()
	if _, err := s.PutTerm(ctx, w.teacher, w.bank, uuid.Must(uuid.NewV7()), language.TermInput{
		Hanzi: word, Pinyin: "zhuǎn sù", PartOfSpeech: "noun", Gloss: localize.Text{"en": "speed of the spindle"}}); err != nil {
		return report.Row{}, err
	}
	for _, lesson := range w.lessons {
		l, err := s.Lesson(ctx, w.learner, lesson, time.Time{})
		if err != nil {
			return report.Row{}, err
		}
		if got := l.Words[word].Pinyin; got != "zhuǎn sù" {
			return report.Row{}, fmt.Errorf("lesson %s reads %q", lesson, got)
		}
	}
	return timed("readiness: one term edited, 50 transcripts of half an hour", time.Since(began), 2*time.Second), nil
}

// pack is what the unit's texts, words, strokes and font weigh on the wire; with more than 300 words, for 300 of them.
func pack(ctx context.Context, s *language.Service, w *world) (report.Row, error) {
	sizes, err := s.PackSizes(ctx, w.learner, w.slug, "en")
	if err != nil {
		return report.Row{}, err
	}
	var unit *language.PackSize
	for i := range sizes {
		if sizes[i].UnitID == w.small {
			unit = &sizes[i]
		}
	}
	if unit == nil {
		return report.Row{}, fmt.Errorf("no pack of unit %s", w.small)
	}
	p, err := s.UnitPack(ctx, w.learner, w.small, "en")
	if err != nil {
		return report.Row{}, err
	}
	const allowed = 600 << 10
	bytes := float64(unit.Text + unit.Strokes + unit.Font)
	return report.New(fmt.Sprintf("readiness: a unit of %d words on a phone", len(p.Words)), fmt.Sprintf("%.0f KB", bytes/1024), "600 KB for 300 words", bytes/(allowed*float64(len(p.Words))/packed), "<= 1"), nil
}
