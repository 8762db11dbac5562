package film

import (
	"context"
	"time"

	"hanzhi/demo/content"
)

// script is a film before it is shot: what is seen and heard, frame by frame, and the captions.
type script struct {
	shots []shot
	sound []int16
	cues  map[string][]Cue
}

// shot is one slide for a number of frames. The drawing on it moves unless still; since says how long it has been seen,
// so that it does not jump when the slide around it changes.
type shot struct {
	slide   *slide
	picture string
	still   bool
	since   int
	frames  int
}

// writer builds a script from the beginning to the end.
type writer struct {
	*script
	ctx   context.Context
	err   error
	shown string // the last drawing, and for how many frames
	since int
}

// shortLesson is the number of lines up to which a lesson ends with a review by ear.
const shortLesson = 4

// Pauses between what is said.
const (
	breath = 400 * time.Millisecond
	rest   = 800 * time.Millisecond
)

// write makes the script of a lesson: its name and subject, its words, every line twice with time to repeat, and what
// to remember.
func (s *Studio) write(ctx context.Context, c content.Course, l content.Lesson) (*script, error) {
	w := &writer{script: &script{cues: map[string][]Cue{}}, ctx: ctx}
	s.opening(w, c, l)
	s.words(w, c, l)
	for i := range l.Lines {
		s.line(w, c, l, i)
	}
	if len(l.Lines) <= shortLesson {
		s.review(w, c, l)
	}
	s.closing(w, c, l)
	return w.script, w.err
}

func (s *Studio) opening(w *writer, c content.Course, l content.Lesson) {
	b, err := s.titleSlide(c, l)
	w.keep(err)
	start := w.now()
	w.chinese(b, l.Picture, master, l.Title, rest)
	w.phraseCue(start, l.Title)
	start = w.now()
	w.speak(b, l.Picture, false, teacher, l.Summary.En, rest)
	w.cue(start, l.Summary)
}

func (s *Studio) words(w *writer, c content.Course, l content.Lesson) {
	for i, t := range l.Terms {
		b, err := s.wordsSlide(c, l, i)
		w.keep(err)
		start := w.now()
		w.chinese(b, l.Picture, master, t.Phrase, rest)
		w.phraseCue(start, t.Phrase)
	}
	w.pause(breath)
}

func (s *Studio) line(w *writer, c content.Course, l content.Lesson, i int) {
	line := l.Lines[i]
	spoken, err := line.Spoken()
	w.keep(err)
	v := master
	if line.Who == "learner" {
		v = learner
	}
	start := w.now()
	for _, m := range []mode{listen, slowly, repeat} {
		b, err := s.lineSlide(c, l, i, m)
		w.keep(err)
		switch m {
		case listen:
			w.speak(b, line.Picture, line.Still, v, spoken, rest)
		case slowly:
			w.speak(b, line.Picture, line.Still, v.slower(), spoken, breath)
		case repeat:
			w.show(b, line.Picture, line.Still, w.length(v.slower(), spoken)+breath)
		}
	}
	w.phraseCue(start, line.Phrase)
}

// review says the lines of a short lesson again, in another order and without their words; then they are shown.
func (s *Studio) review(w *writer, c content.Course, l content.Lesson) {
	for n := range l.Lines {
		i := (n + len(l.Lines)/2) % len(l.Lines)
		spoken, err := l.Lines[i].Spoken()
		w.keep(err)
		hidden, err := s.earSlide(c, l, i)
		w.keep(err)
		shown, err := s.lineSlide(c, l, i, listen)
		w.keep(err)
		w.speak(hidden, "ear", false, master, spoken, 3*rest)
		start := w.now()
		w.speak(shown, l.Lines[i].Picture, false, master, spoken, rest)
		w.phraseCue(start, l.Lines[i].Phrase)
	}
}

func (s *Studio) closing(w *writer, c content.Course, l content.Lesson) {
	b, err := s.tipSlide(c, l)
	w.keep(err)
	start := w.now()
	w.speak(b, l.Picture, false, teacher, l.Tip.En, rest)
	w.cue(start, l.Tip)
}

func (w *writer) keep(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) now() time.Duration { return time.Duration(len(w.sound)/frameSamples) * frame }

// chinese says a phrase of which only the written reading is known.
func (w *writer) chinese(b *slide, picture string, v voice, p content.Phrase, pause time.Duration) {
	spoken, err := p.Spoken()
	w.keep(err)
	w.speak(b, picture, false, v, spoken, pause)
}

// speak shows a slide while a text is said and for the pause after it.
func (w *writer) speak(b *slide, picture string, still bool, v voice, text string, pause time.Duration) {
	if w.err != nil {
		return
	}
	samples, err := say(w.ctx, v, text)
	w.keep(err)
	w.sound = append(w.sound, samples...)
	w.take(b, picture, still, frames(duration(len(samples))+pause))
}

// show shows a slide in silence.
func (w *writer) show(b *slide, picture string, still bool, d time.Duration) {
	if w.err == nil {
		w.take(b, picture, still, frames(d))
	}
}

// take adds the frames and fills the sound with silence to the last of them.
func (w *writer) take(b *slide, picture string, still bool, n int) {
	if picture != w.shown {
		w.shown, w.since = picture, 0
	}
	w.shots = append(w.shots, shot{b, picture, still, w.since, n})
	w.since += n
	total := 0
	for _, s := range w.shots {
		total += s.frames
	}
	w.sound = append(w.sound, make([]int16, total*frameSamples-len(w.sound))...)
}

// pause holds the last slide.
func (w *writer) pause(d time.Duration) {
	if w.err == nil {
		last := w.shots[len(w.shots)-1]
		w.take(last.slide, last.picture, last.still, frames(d))
	}
}

// length is how long a text takes to say.
func (w *writer) length(v voice, text string) time.Duration {
	if w.err != nil {
		return 0
	}
	samples, err := say(w.ctx, v, text)
	w.keep(err)
	return duration(len(samples))
}

func duration(samples int) time.Duration { return time.Duration(samples) * time.Second / rate }

// cue adds a caption in the five languages from start until now.
func (w *writer) cue(start time.Duration, t content.Text) {
	for lang, text := range t.Map() {
		w.cues[lang] = append(w.cues[lang], Cue{start, w.now(), text})
	}
}

// phraseCue adds a caption in the five languages and in pinyin.
func (w *writer) phraseCue(start time.Duration, p content.Phrase) {
	w.cue(start, p.Text())
	w.cues[Pinyin] = append(w.cues[Pinyin], Cue{start, w.now(), p.Reading()})
}
