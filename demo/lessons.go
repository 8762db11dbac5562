package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"

	"hanzhi/demo/content"
	"hanzhi/demo/film"
)

// job is one lesson to put in its place.
type job struct {
	*maker
	unit    content.Unit
	lesson  content.Lesson
	first   bool      // of the course: open to everybody
	publish bool      // the course is published when this lesson is in place
	film    film.Film // made and sent by send
	asset   uuid.UUID
	sent    chan error
}

// jobs lists the lessons in the order in which they are made: the first of every course, then the others. A lesson that
// is whole, or that an author has removed, is none.
func jobs(makers []*maker) (all []*job, total int) {
	var rest []*job
	for _, m := range makers {
		n := 0
		for _, u := range m.course.Units {
			for i, l := range u.Lessons {
				j := &job{maker: m, unit: u, lesson: l, first: n == 0, publish: n == 0 || i == len(u.Lessons)-1, sent: make(chan error, 1)}
				if n++; j.whole() {
					continue
				}
				j.publish = j.publish || m.there[j.id("lesson")] // what is new in a lesson that everybody sees
				if j.first {
					all = append(all, j)
				} else {
					rest = append(rest, j)
				}
			}
		}
		total += n
	}
	return append(all, rest...), total
}

func (j *job) id(kind string) uuid.UUID { return id(kind, j.course.Slug, j.lesson.Slug) }

func (j *job) whole() bool {
	return j.there[j.id("video")] && (j.lesson.Reading == content.Text{} || j.there[j.id("reading")]) &&
		(len(j.lesson.Practice) == 0 || j.there[j.id("practice")]) && (j.lesson.Task == nil || j.there[j.id("task")])
}

// lookahead is how many films are drawn and sent before the lesson that is waited for: enough to keep the server busy,
// few enough not to take the processor from the first lessons.
const lookahead = 3

// run makes all lessons in order.
func (l *loader) run(ctx context.Context, makers []*maker) error {
	todo, total := jobs(makers)
	news := &news{tell: l.options.Progress, step: Step{Done: total - len(todo), Total: total}}
	ctx, stop := context.WithCancel(ctx)
	ahead := make(chan struct{}, lookahead)
	var sender sync.WaitGroup
	sender.Go(func() {
		for _, j := range todo {
			select {
			case ahead <- struct{}{}:
				j.sent <- j.send(ctx, news)
			case <-ctx.Done():
				return
			}
		}
	})
	defer sender.Wait()
	defer stop()
	for _, j := range todo {
		if err := j.place(ctx, news); err != nil {
			return fmt.Errorf("demo lesson %s/%s: %w", j.course.Slug, j.lesson.Slug, err)
		}
		<-ahead
	}
	return l.finish(ctx, makers)
}

// finish publishes what an interrupted run put in place and left unpublished.
func (l *loader) finish(ctx context.Context, makers []*maker) error {
	for _, m := range makers {
		left, err := m.unpublished(ctx)
		if err == nil && left {
			err = m.publish(ctx)
		}
		if err != nil {
			return fmt.Errorf("demo course %s: %w", m.course.Slug, err)
		}
	}
	return nil
}

// unpublished reports whether a lesson of ours stands in the draft and not in the course that everybody sees.
func (m *maker) unpublished(ctx context.Context) (bool, error) {
	d, err := m.draft(ctx)
	if err != nil || d.Revision == nil {
		return err == nil, err
	}
	var public struct {
		Outline []struct{ Lessons []struct{ ID uuid.UUID } }
	}
	if err := m.author.call(ctx, http.MethodGet, "/api/courses/"+d.Slug, nil, &public); err != nil {
		return false, err
	}
	seen := map[uuid.UUID]bool{}
	for _, u := range public.Outline {
		for _, l := range u.Lessons {
			seen[l.ID] = true
		}
	}
	for _, l := range m.course.Lessons() {
		if lesson := id("lesson", m.course.Slug, l.Slug); m.there[lesson] && !seen[lesson] {
			return true, nil
		}
	}
	return false, nil
}

// send makes the lesson's film and uploads it.
func (j *job) send(ctx context.Context, n *news) (err error) {
	n.say(j, Drawing)
	if j.film, _, err = j.studio.Make(ctx, j.course, j.lesson); err != nil {
		return err
	}
	n.say(j, Uploading)
	data, err := os.ReadFile(j.film.Video)
	if err != nil {
		return err
	}
	name := filepath.Base(j.film.Video)
	j.asset = id("film", j.course.Slug, name) // the name holds a digest: another film is another asset
	return j.upload(ctx, j.asset, "video", name, data)
}

// place waits until the film can be played and puts the lesson where it belongs.
func (j *job) place(ctx context.Context, n *news) error {
	select {
	case err := <-j.sent:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	n.say(j, Transcoding)
	if err := j.await(ctx, j.asset); err != nil {
		return err
	}
	if err := j.putCaptions(ctx); err != nil {
		return err
	}
	if err := j.put(ctx); err != nil {
		return err
	}
	if j.publish {
		if err := j.maker.publish(ctx); err != nil {
			return err
		}
	}
	n.done(j)
	return nil
}

// put makes the unit, the lesson and its activities. What an author has removed meanwhile stays removed.
func (j *job) put(ctx context.Context) error {
	unit, lesson := j.unitID(j.unit.Slug), j.id("lesson")
	err := j.make(ctx, "units", unit, map[string]any{"courseId": j.maker.id, "kind": j.unit.Kind, "title": j.unit.Title.Map()})
	if err == nil {
		err = j.make(ctx, "lessons", lesson, map[string]any{"unitId": unit, "title": j.lesson.Title.Text().Map(), "summary": j.lesson.Summary.Map(), "preview": j.first})
	}
	if err == nil {
		err = j.make(ctx, "activities", j.id("video"), map[string]any{"lessonId": lesson, "kind": "video", "title": j.lesson.Title.Text().Map(), "body": struct{}{}, "assetId": j.asset})
	}
	if err == nil && j.lesson.Reading != (content.Text{}) {
		err = j.putReading(ctx, lesson)
	}
	if err == nil {
		err = j.putPractice(ctx, lesson)
	}
	if err == nil {
		err = j.putTask(ctx, lesson)
	}
	if errors.Is(err, errRemoved) {
		return nil
	}
	return err
}

var errRemoved = errors.New("removed by an author")

// make puts one thing of the outline, unless it is there.
func (j *job) make(ctx context.Context, kind string, id uuid.UUID, body map[string]any) error {
	if j.there[id] {
		return nil
	}
	err := j.author.call(ctx, http.MethodPut, "/api/studio/"+kind+"/"+id.String(), body, nil)
	if status(err) == http.StatusNotFound {
		return errRemoved
	}
	if err == nil {
		j.there[id] = true
	}
	return err
}

func (j *job) putReading(ctx context.Context, lesson uuid.UUID) error {
	if j.there[j.id("reading")] {
		return nil
	}
	markdown, err := j.markdown(ctx)
	if err != nil {
		return err
	}
	return j.make(ctx, "activities", j.id("reading"), map[string]any{
		"lessonId": lesson, "kind": "reading", "title": readingTitle.Map(), "body": map[string]any{"markdown": markdown}})
}

// captionLabels name the tracks in their own languages.
var captionLabels = map[string]string{"zh-CN": "中文", film.Pinyin: "Pīnyīn", "en": "English", "ru": "Русский", "fr": "Français", "ar": "العربية"}

// putCaptions gives a film its tracks; those that are there stay, an author may have corrected them.
func (j *job) putCaptions(ctx context.Context) error {
	var a struct{ Captions []struct{ Lang string } }
	path := "/api/studio/assets/" + j.asset.String()
	if err := j.author.call(ctx, http.MethodGet, path, nil, &a); err != nil {
		return err
	}
	there := map[string]bool{}
	for _, c := range a.Captions {
		there[c.Lang] = true
	}
	for lang, file := range j.film.Captions {
		if there[lang] {
			continue
		}
		vtt, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := j.author.call(ctx, http.MethodPut, path+"/captions/"+lang, map[string]any{"label": captionLabels[lang], "vtt": string(vtt)}, nil); err != nil {
			return err
		}
	}
	return nil
}

// news tells the watcher one step at a time.
type news struct {
	mu   sync.Mutex
	tell func(Step)
	step Step
}

func (n *news) say(j *job, p Phase) { n.change(j, p, 0) }
func (n *news) done(j *job)         { n.change(j, InPlace, 1) }

func (n *news) change(j *job, p Phase, done int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.step.Course, n.step.Lesson, n.step.Phase = j.course.Title.En, j.lesson.Title.En, p
	n.step.Done += done
	if n.tell != nil {
		n.tell(n.step)
	}
}
