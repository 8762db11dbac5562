package courses

import (
	"math"
	"time"

	"github.com/google/uuid"
)

// Completion is never stored: it is derived, here and nowhere else, from what has been watched and from what the course
// now asks for. So a new revision, a late report and a corrected length are right at once.

// completeShare of a video's seconds make it complete: nobody watches the last words of every one.
const completeShare = 0.9

// watched is what is stored of a learner and an activity.
type watched struct {
	ActivityID uuid.UUID
	Watched    spans
	PositionMs int
	PositionAt time.Time
}

// fractionOf is how much of an activity is done, 0 to 1, and whether that completes it. A complete one counts whole.
func fractionOf(seconds, length int) (fraction float64, completed bool) {
	f := float64(seconds) / float64(length)
	if f >= completeShare {
		return 1, true
	}
	return f, false
}

// tally is the progress in a group of activities: a lesson, a unit, a course.
type tally struct {
	activities, completed int
	sum                   float64
}

func (t *tally) add(fraction float64, completed bool) {
	t.activities++
	t.sum += fraction
	if completed {
		t.completed++
	}
}

func (t *tally) addAll(u tally) {
	t.activities += u.activities
	t.completed += u.completed
	t.sum += u.sum
}

// done reports whether all are; what has no activities is never done.
func (t tally) done() bool { return t.activities > 0 && t.completed == t.activities }

// fraction is rounded down to a thousandth: nothing looks finished that is not.
func (t tally) fraction() float64 {
	if t.activities == 0 {
		return 0
	}
	return math.Floor(t.sum/float64(t.activities)*1000+1e-9) / 1000
}

// courseTally is a learner's progress in a whole course.
type courseTally struct {
	units    []tally // by position
	lessons  []tally // by position over the whole course
	overall  tally
	progress CourseProgress
	seconds  int
	lastAt   time.Time
}

// measure derives everything from what the learner has watched. The learner goes on where the last position is or, when
// that activity is complete, at the next one that is not.
func measure(o revisionOutline, seen map[uuid.UUID]watched) courseTally {
	lessons := 0
	for i := range o.Units {
		lessons += len(o.Units[i].Lessons)
	}
	c := courseTally{units: make([]tally, 0, len(o.Units)), lessons: make([]tally, 0, lessons)}
	next := continuation{}
	for i := range o.Units {
		var unit tally
		for j := range o.Units[i].Lessons {
			l := &o.Units[i].Lessons[j]
			var lesson tally
			for k := range l.Activities {
				a := &l.Activities[k]
				w, started := seen[a.ID]
				seconds := w.Watched.seconds(a.Length)
				fraction, completed := fractionOf(seconds, a.Length)
				lesson.add(fraction, completed)
				if a.Kind == "video" {
					c.seconds += seconds
				}
				next.look(l.ID, a.ID, w, started, completed)
			}
			if lesson.done() {
				c.progress.CompletedLessons++
			}
			c.lessons = append(c.lessons, lesson)
			unit.addAll(lesson)
		}
		c.units = append(c.units, unit)
		c.overall.addAll(unit)
	}
	c.lastAt = next.lastAt
	c.progress.Fraction, c.progress.Completed, c.progress.TotalLessons = c.overall.fraction(), c.overall.done(), len(c.lessons)
	next.write(&c.progress)
	return c
}

// continuation finds where to go on, looking at the activities in order.
type continuation struct {
	lastAt      time.Time
	last, after point // the latest position, and the first incomplete activity behind it
	first       point // the first incomplete activity of all
	lastDone    bool
}

// point is a place in a course; without an activity it is none.
type point struct {
	lesson, activity uuid.UUID
	positionMs       int
}

func (p point) none() bool { return p.activity == uuid.Nil }

func (n *continuation) look(lesson, activity uuid.UUID, w watched, started, completed bool) {
	p := point{lesson, activity, w.PositionMs}
	if !completed && n.first.none() {
		n.first = p
	}
	switch {
	case started && w.PositionAt.After(n.lastAt):
		n.lastAt, n.last, n.lastDone, n.after = w.PositionAt, p, completed, point{}
	case !completed && !n.last.none() && n.after.none():
		n.after = p
	}
}

func (n *continuation) write(p *CourseProgress) {
	at := n.last
	if at.none() || n.lastDone {
		at = n.after
	}
	if at.none() {
		at = n.first
	}
	if at.none() {
		return // all is done
	}
	p.ContinueLessonID, p.ContinueActivityID, p.ContinuePositionMs = &at.lesson, &at.activity, &at.positionMs
}
