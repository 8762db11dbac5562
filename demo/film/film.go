// Package film makes the videos of the demo courses on the machine that shows them: slides drawn with the system's Noto
// fonts, speech by espeak-ng, encoding by ffmpeg, and captions timed by the measured length of every spoken clip.
//
// Nothing is random: the same content and tools give the same files.
package film

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"hanzhi/demo/content"
)

// edition is part of every file name; a change of the drawing, the timing or the encoding raises it, so that files of an
// older edition are made anew.
const edition = 4

// Film is one finished video with its captions.
type Film struct {
	Video    string            // path of the MP4 file
	Captions map[string]string // path of the WebVTT file by language: zh-CN, zh-Latn-pinyin, en, ru, fr, ar
}

// Options say where films go and how hard the machine may work.
type Options struct {
	Dir      string
	Parallel int // films made at once; 0: two
	// Progress, when set, is called from several goroutines as films are finished; made is false for those found ready.
	Progress func(done, total int, name string, made bool)
}

// Studio holds what all films share: the fonts and the drawings. It is safe for concurrent use.
type Studio struct {
	fonts *fonts
	shown shownPictures
	dir   string
}

// Open finds the fonts and the programs. The error names what has to be installed.
func Open(dir string) (*Studio, error) {
	for _, program := range []string{"espeak-ng", "ffmpeg"} {
		if err := installed(program); err != nil {
			return nil, err
		}
	}
	f, err := openFonts()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("demo films: %w", err)
	}
	return &Studio{fonts: f, dir: dir}, nil
}

// MakeAll makes the films of all courses, skipping those already there.
func MakeAll(ctx context.Context, o Options) error {
	courses, err := content.Courses()
	if err != nil {
		return err
	}
	studio, err := Open(o.Dir)
	if err != nil {
		return err
	}
	total := 0
	for _, c := range courses {
		total += len(c.Lessons())
	}
	if o.Parallel == 0 {
		o.Parallel = 2
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(o.Parallel)
	finished := make(chan struct{}, total)
	for _, c := range courses {
		for _, l := range c.Lessons() {
			g.Go(func() error {
				_, made, err := studio.Make(ctx, c, l)
				if err != nil {
					return fmt.Errorf("film of %s/%s: %w", c.Slug, l.Slug, err)
				}
				finished <- struct{}{}
				if o.Progress != nil {
					o.Progress(len(finished), total, c.Slug+"/"+l.Slug, made)
				}
				return nil
			})
		}
	}
	return g.Wait()
}

// Make makes the film of one lesson, or finds it: made tells which. A film that was interrupted is made again, since the
// video gets its name last.
func (s *Studio) Make(ctx context.Context, c content.Course, l content.Lesson) (film Film, made bool, err error) {
	base, err := s.base(c, l)
	if err != nil {
		return Film{}, false, err
	}
	film = Film{Video: base + ".mp4", Captions: map[string]string{}}
	for _, lang := range captionLanguages {
		film.Captions[lang] = base + "." + lang + ".vtt"
	}
	if _, err := os.Stat(film.Video); err == nil {
		return film, false, nil
	}
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return Film{}, false, err
	}
	script, err := s.write(ctx, c, l)
	if err != nil {
		return Film{}, false, err
	}
	for lang, file := range film.Captions {
		if err := os.WriteFile(file, []byte(webVTT(script.cues[lang])), 0o644); err != nil {
			return Film{}, false, err
		}
	}
	return film, true, s.shoot(ctx, script, film.Video)
}

// base is the path of a film without its ending: the lesson's name and a digest of all that is shown and said in it.
func (s *Studio) base(c content.Course, l content.Lesson) (string, error) {
	l.Reading = content.Text{} // not part of the film
	seen, err := json.Marshal([]any{edition, c.Title, c.Picture, l})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(seen)
	return filepath.Join(s.dir, c.Slug, l.Slug+"-"+hex.EncodeToString(sum[:6])), nil
}

// frame is the time of one picture: 12.5 a second. All times of a film are multiples of it.
const frame = 80 * time.Millisecond

// frames is the number of frames that cover d.
func frames(d time.Duration) int { return int((d + frame - 1) / frame) }
