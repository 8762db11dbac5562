package content

import (
	"fmt"
	"slices"
)

// Exercise is a procedure to be put in order or a picture whose parts are to be named.
type Exercise struct {
	Steps     []int    // lines of the lesson, from 0, as they belong
	Procedure []Phrase // or steps of their own, whose Chinese is not parted into words
	Picture   string   // or the name of a drawing, with its parts
	Alt       Text
	Spots     []Spot
}

// Order is the procedure of an exercise of a lesson; none for a picture.
func (l Lesson) Order(e Exercise) []Phrase {
	steps := e.Procedure
	for _, line := range e.Steps {
		steps = append(steps, l.Lines[line].Phrase)
	}
	return steps
}

// Spot is a part on a drawing, in thousandths of its width and height.
type Spot struct {
	X, Y int
	Word string // of the term bank or the dictionary
}

// Task is practical work behind its safety lock.
type Task struct {
	Description Text
	Phrases     []Said
	Decoys      []Text // what no phrase asks for
	Checklist   []Text // what the skill mark is about
	CanDo       []Text `yaml:"canDo"` // what the language mark is about
}

// Said is a line of a lesson of the same course.
type Said struct {
	Lesson string
	Line   int
}

// Find returns the line.
func (c Course) Find(s Said) (Line, error) {
	lessons := c.Lessons()
	i := slices.IndexFunc(lessons, func(l Lesson) bool { return l.Slug == s.Lesson })
	if i < 0 || s.Line < 0 || s.Line >= len(lessons[i].Lines) {
		return Line{}, fmt.Errorf("%s has no line %d of a lesson %q", c.Slug, s.Line, s.Lesson)
	}
	return lessons[i].Lines[s.Line], nil
}
