package courses

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// The course page is asked for more often than anything else, and all of it but the viewer's part is the same for
// everybody. So that part is encoded once, in pieces, between which the viewer's part is written. The result is what
// encoding/json makes of a CourseDetail; a test holds it to that.

// encodedPage holds JSON objects without their closing braces.
type encodedPage struct {
	head    []byte   // the course up to outline
	units   [][]byte // a unit up to its lessons
	lessons [][]byte // a lesson up to completed, over the whole course
	size    int
}

func (p *page) encode() (encodedPage, error) {
	var e encodedPage
	card := p.card
	open := func(v any) ([]byte, error) {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		e.size += len(b) + 48
		return b[:len(b)-1], nil
	}
	var err error
	e.head, err = open(struct {
		ID           any `json:"id"`
		Slug         any `json:"slug"`
		Format       any `json:"format"`
		Trade        any `json:"trade"`
		Level        any `json:"level"`
		Languages    any `json:"languages"`
		Title        any `json:"title"`
		Summary      any `json:"summary"`
		Institution  any `json:"institution"`
		EffortHours  any `json:"effortHours"`
		VideoMinutes any `json:"videoMinutes"`
		LessonCount  any `json:"lessonCount"`
		State        any `json:"state"`
		Description  any `json:"description"`
		Revision     any `json:"revision"`
		PublishedAt  any `json:"publishedAt"`
		Pairings     any `json:"pairings"`
		Sizes        any `json:"sizes"`
	}{card.ID, card.Slug, card.Format, card.Trade, card.Level, card.Languages, card.Title, card.Summary, card.Institution,
		card.EffortHours, card.VideoMinutes, card.LessonCount, p.state, p.description, p.revision, p.publishedAt,
		notNil(p.outline.Pairings), notNil(p.sizes)})
	if err != nil {
		return e, err
	}
	for _, u := range p.outline.Units {
		unit, err := open(struct {
			ID    any `json:"id"`
			Kind  any `json:"kind"`
			Title any `json:"title"`
		}{u.ID, u.Kind, u.Title})
		if err != nil {
			return e, err
		}
		e.units = append(e.units, unit)
		for _, l := range u.Lessons {
			lesson, err := open(l.shown(nil))
			if err != nil {
				return e, err
			}
			e.lessons = append(e.lessons, lesson)
		}
	}
	return e, nil
}

// shown is the lesson for an outline; t is the viewer's progress, nil for who has none.
func (l lessonInOutline) shown(t *tally) LessonOutline {
	shown := LessonOutline{ID: l.ID, Title: l.Title, Summary: l.Summary, Preview: l.Preview, Activities: make([]ActivityOutline, len(l.Activities))}
	for i, a := range l.Activities {
		shown.Activities[i] = ActivityOutline{ID: a.ID, Kind: a.Kind, Title: a.Title, DurationMs: a.DurationMs}
	}
	shown.Completed, shown.Fraction = t.shown()
	return shown
}

func (t *tally) shown() (*bool, *float64) {
	if t == nil {
		return nil, nil
	}
	done, fraction := t.done(), t.fraction()
	return &done, &fraction
}

// outlineShown is the outline for a viewer.
func (p *page) outlineShown(progress *courseTally) []UnitOutline {
	units, n := make([]UnitOutline, len(p.outline.Units)), 0
	for i, u := range p.outline.Units {
		units[i] = UnitOutline{ID: u.ID, Kind: u.Kind, Title: u.Title, Lessons: make([]LessonOutline, len(u.Lessons))}
		for j, l := range u.Lessons {
			var t *tally
			if progress != nil {
				t = &progress.lessons[n]
			}
			units[i].Lessons[j] = l.shown(t)
			n++
		}
		if progress != nil {
			units[i].Completed, units[i].Fraction = progress.units[i].shown()
		}
	}
	return units
}

// append writes the page for a viewer behind b.
func (p *page) append(b []byte, v viewerPart, poster string) ([]byte, error) {
	b = append(b, p.encoded.head...)
	b = appendOutline(append(b, `,"outline":[`...), p, v.progress)
	return appendViewer(append(b, ']'), v, poster)
}

// appendViewer writes what stands behind the outline. encoding/json is asked for what nearly nobody's page has.
func appendViewer(b []byte, v viewerPart, poster string) ([]byte, error) {
	var err error
	if poster != "" {
		b, err = appendField(b, "poster", poster)
	}
	if err == nil && v.nextRun != nil {
		b, err = appendField(b, "nextRun", v.nextRun)
	}
	b = strconv.AppendBool(append(b, `,"enrolled":`...), v.enrolment != nil)
	if len(v.runs) == 0 {
		b = append(b, `,"runs":[]`...)
	} else if err == nil {
		b, err = appendField(b, "runs", v.runs)
	}
	if err != nil {
		return nil, err
	}
	if v.enrolment != nil {
		b = appendEnrolment(b, v.enrolment)
	}
	if p := v.shownProgress(); p != nil {
		b = appendProgress(b, p)
	}
	return append(strconv.AppendBool(append(b, `,"mayEdit":`...), v.mayEdit), '}'), nil
}

func appendField(b []byte, name string, v any) ([]byte, error) {
	value, err := json.Marshal(v)
	return append(append(append(append(b, `,"`...), name...), `":`...), value...), err
}

func appendEnrolment(b []byte, e *Enrolment) []byte {
	b = appendID(append(b, `,"enrolment":{"id":`...), e.ID)
	b = appendID(append(b, `,"courseId":`...), e.CourseID)
	if e.RunID != nil {
		b = appendID(append(b, `,"runId":`...), *e.RunID)
	}
	b = e.EnrolledAt.AppendFormat(append(b, `,"enrolledAt":"`...), time.RFC3339Nano)
	return append(b, `"}`...)
}

func appendProgress(b []byte, p *CourseProgress) []byte {
	b = strconv.AppendFloat(append(b, `,"progress":{"fraction":`...), p.Fraction, 'f', -1, 64)
	b = strconv.AppendBool(append(b, `,"completed":`...), p.Completed)
	b = strconv.AppendInt(append(b, `,"completedLessons":`...), int64(p.CompletedLessons), 10)
	b = strconv.AppendInt(append(b, `,"totalLessons":`...), int64(p.TotalLessons), 10)
	if p.ContinueLessonID != nil {
		b = appendID(append(b, `,"continueLessonId":`...), *p.ContinueLessonID)
		b = appendID(append(b, `,"continueActivityId":`...), *p.ContinueActivityID)
		b = strconv.AppendInt(append(b, `,"continuePositionMs":`...), int64(*p.ContinuePositionMs), 10)
	}
	return append(b, '}')
}

func appendID(b []byte, id uuid.UUID) []byte {
	b = hex.AppendEncode(append(b, '"'), id[:4])
	for _, part := range [][]byte{id[4:6], id[6:8], id[8:10], id[10:]} {
		b = hex.AppendEncode(append(b, '-'), part)
	}
	return append(b, '"')
}

func appendOutline(b []byte, p *page, progress *courseTally) []byte {
	n := 0
	for i, u := range p.outline.Units {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, p.encoded.units[i]...)
		if progress != nil {
			b = appendTally(b, progress.units[i])
		}
		b = append(b, `,"lessons":[`...)
		for j := range u.Lessons {
			if j > 0 {
				b = append(b, ',')
			}
			b = append(b, p.encoded.lessons[n]...)
			if progress != nil {
				b = appendTally(b, progress.lessons[n])
			}
			b = append(b, '}')
			n++
		}
		b = append(b, "]}"...)
	}
	return b
}

func appendTally(b []byte, t tally) []byte {
	b = strconv.AppendBool(append(b, `,"completed":`...), t.done())
	return strconv.AppendFloat(append(b, `,"fraction":`...), t.fraction(), 'f', -1, 64)
}
