// Package content holds the three demo courses as data: what is taught, in Chinese and in the five languages of the
// interface. It knows nothing of servers, videos or networks.
package content

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed cnc-lathe emergency-stop welding-job-card
var files embed.FS

// order is the order in which the courses are shown and loaded.
var order = []string{"cnc-lathe", "emergency-stop", "welding-job-card"}

// Locales are the languages every text is given in, by their tags in the API.
var Locales = []string{"en", "zh-CN", "ru", "fr", "ar"}

// Course is one demo course with everything in it.
type Course struct {
	Slug        string
	Format      string // mooc or micro
	Trade       string // ISCO-08 unit group
	Level       string // list:level, such as hsk2025:2
	Hours       int
	Picture     string // name of the drawing on the cover
	Title       Text
	Summary     Text
	Description Text // Markdown
	Run         *Run // nil: always open
	Units       []Unit
}

// Run says when a course is taught, in days from the day it is loaded.
type Run struct {
	StartsDays int `yaml:"startsDays"` // negative: it has begun
	EndsDays   int `yaml:"endsDays"`
	Capacity   int
	Title      Text
	Class      *Class // nil: nobody meets
}

// Class is a live class of a run, once a week from the day it is loaded.
type Class struct {
	Weeks, Minutes int
	Title          Text
}

// Unit is a part of a course: language or vocational.
type Unit struct {
	Slug        string
	Kind        string
	Title       Text
	PreparedBy  string   `yaml:"preparedBy"` // slug of the language unit paired with this one
	LessonSlugs []string `yaml:"lessons"`
	Lessons     []Lesson `yaml:"-"`
}

// Lesson is one video of a minute or two, its words and, often, a reading.
type Lesson struct {
	Slug    string
	Picture string
	Title   Phrase
	Summary Text
	Tip     Text
	Terms   []Term
	Lines   []Line
	Reading Text // Markdown per language; empty: none. {{terms}} and {{lines}} stand for tables, picture:name for a drawing

	// What is done after watching is no part of the film, whose name is made of all the rest.
	Practice []Exercise `json:"-"`
	Task     *Task      `json:"-"`
}

// Text is one text in the five languages of the interface.
type Text struct {
	En, Zh, Ru, Fr, Ar string
}

// Phrase is Chinese with its reading and its meaning. Zh and Py are split into words by spaces, word for word alike.
type Phrase struct {
	Zh, Py         string
	En, Ru, Fr, Ar string
}

// Line is a phrase somebody says, with the drawing shown meanwhile.
type Line struct {
	Phrase  `yaml:",inline"`
	Who     string // master or learner
	Picture string
	Still   bool // a drawing that could move stands still
}

// Term is one entry of a lesson's word list, made for a term bank.
type Term struct {
	Phrase `yaml:",inline"`
	Pos    string // part of speech
	Safety bool
}

// Map gives the text by locale, as the API takes it; languages without a text are left out.
func (t Text) Map() map[string]string {
	m := map[string]string{}
	for i, s := range []string{t.En, t.Zh, t.Ru, t.Fr, t.Ar} {
		if s != "" {
			m[Locales[i]] = s
		}
	}
	return m
}

// Hanzi is the phrase as it is written, without the spaces between words.
func (p Phrase) Hanzi() string { return strings.ReplaceAll(p.Zh, " ", "") }

// Text is the phrase as a text in five languages, Chinese written without its reading.
func (p Phrase) Text() Text { return Text{En: p.En, Zh: p.Hanzi(), Ru: p.Ru, Fr: p.Fr, Ar: p.Ar} }

// Lessons are the course's lessons in order.
func (c Course) Lessons() []Lesson {
	var all []Lesson
	for _, u := range c.Units {
		all = append(all, u.Lessons...)
	}
	return all
}

// Courses reads the three courses. An error means that a content file of this build is broken.
func Courses() ([]Course, error) {
	var courses []Course
	for _, slug := range order {
		var c Course
		if err := read(path.Join(slug, "course.yaml"), &c); err != nil {
			return nil, err
		}
		c.polish()
		for i := range c.Units {
			u := &c.Units[i]
			for _, name := range u.LessonSlugs {
				var l Lesson
				if err := read(path.Join(slug, name+".yaml"), &l); err != nil {
					return nil, err
				}
				l.polish()
				u.Lessons = append(u.Lessons, l)
			}
		}
		courses = append(courses, c)
	}
	return courses, nil
}

func read(name string, into any) error {
	f, err := files.Open(name)
	if err != nil {
		return fmt.Errorf("demo content: %w", err)
	}
	defer f.Close()
	d := yaml.NewDecoder(f)
	d.KnownFields(true) // a misspelt field is an error, not a missing text
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("demo content %s: %w", name, err)
	}
	return nil
}
