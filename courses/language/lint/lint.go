// Package lint finds what is wrong with the Chinese of a course before its learners do: words that are used before they
// are taught, taught and never used, units with too many new words, safety words that nobody says aloud, terms without a
// meaning in a language of the course, and lessons that are much harder than those before them.
//
// A rule is one entry of the table rules: it reads an Outline and reports findings. What "taught" means is decided once,
// in taught.go. The package knows no database; docs/decisions/what-taught-means.md says why the rules are as they are.
package lint

import (
	"strings"

	"github.com/google/uuid"

	"hanzhi/courses/language/coverage"
)

// Course is a course as the rules see it, in the order in which it is learnt.
type Course struct {
	ID        uuid.UUID
	Entry     int      // words up to this level are known to whoever begins; 0 = none are
	Budget    int      // new words that a unit may bring
	Languages []string // of instruction, in which terms need a meaning; Chinese needs none
	Units     []Unit
}

// Unit is a unit of language or of a trade.
type Unit struct {
	ID         uuid.UUID
	Language   bool
	PreparedBy []uuid.UUID // the language units paired with it
	Lessons    []*Lesson
}

// Lesson is a lesson with its Chinese. It is not changed by the rules.
type Lesson struct {
	ID     uuid.UUID
	Text   *coverage.Text // what is heard and read once
	Levels []int          // parallel to Text.Units; 0 = not listed
	Words  []Word         // all that stand in the lesson, in other languages of a reading too; the first of each
	Lines  []Line
}

// Word is a distinct word of a lesson.
type Word struct {
	Hanzi  string
	Listed bool  // in a word list of the lesson: by itself in the first column of a table
	Line   int   // where it stands first, counted lines before others
	Term   *Term // nil for other words
}

// Term is what a term bank says of a word.
type Term struct {
	Safety  bool
	Audio   bool // the bank has a recording of it
	Glossed func(language string) bool
}

// Line is a piece of the text: a cue, or a text node of a reading.
type Line struct {
	ActivityID uuid.UUID
	Text       string
	StartMs    *int64 // of a cue
	Said       bool   // aloud: a cue of a video with sound
	Sentences  []Sentence
}

// Sentence is a sentence of a line, or what there is of it.
type Sentence struct {
	Text   string
	Words  int      // running words
	Safety []string // the safety terms in it
}

// Codes of findings; clients have a text for each.
const (
	UsedBeforeTaught   = "used_before_taught"
	TaughtNeverUsed    = "taught_never_used"
	OverBudget         = "over_budget"
	SafetyWithoutAudio = "safety_without_audio"
	GlossMissing       = "gloss_missing"
	CoverageCliff      = "coverage_cliff"
)

// Severities of findings. None of them hinders publishing.
const (
	Serious = "serious" // somebody may get hurt
	Warning = "warning" // learners will get stuck
	Note    = "note"    // it could be better
)

// Cliff is by how much coverage may drop from one lesson to the next.
const Cliff = 0.10

// mostWords is how many words a finding names, the most frequent first.
const mostWords = 40

// Finding is one thing to mend. Fields that a code has no use for are empty.
type Finding struct {
	ID         uuid.UUID // the same as long as the matter is the same, whatever its numbers
	Code       string
	Severity   string
	UnitID     uuid.UUID
	LessonID   uuid.UUID // uuid.Nil for a matter of the whole unit
	ActivityID uuid.UUID
	StartMs    *int64
	Line       string   // the text of the place
	Word       string   // what the finding is about
	Term       *Term    // of Word
	Words      []string // new words of a unit or lesson, the most frequent first
	Languages  []string // without a meaning
	Count      int      // occurrences of Word; new words of the unit; new words of the lesson
	Limit      int      // of new words
	Before     float64  // coverage of the lesson From
	After      float64  // coverage of this lesson
	From       uuid.UUID
	TeachIn    uuid.UUID // a language lesson where the words could be taught in time; uuid.Nil = there is none
}

// rules is the table: a new rule is one line here, one constant above and a text in the clients.
var rules = []func(*Outline) []Finding{
	safetyWithoutAudio,
	usedBeforeTaught,
	coverageCliff,
	overBudget,
	glossMissing,
	taughtNeverUsed,
}

// Check reports all findings, rule by rule and in each in the order of the course.
func Check(c Course) []Finding {
	o := newOutline(c)
	var all []Finding
	for _, rule := range rules {
		for _, f := range rule(o) {
			f.ID = idOf(c.ID, f)
			all = append(all, f)
		}
	}
	return all
}

// idOf names a finding by what it is about and where, so that a mark put on it holds while the numbers change.
func idOf(course uuid.UUID, f Finding) uuid.UUID {
	about := f.Word
	if about == "" && f.Code == SafetyWithoutAudio {
		about = f.Line
	}
	return uuid.NewSHA1(course, []byte(strings.Join([]string{f.Code, f.UnitID.String(), f.LessonID.String(), about}, "/")))
}
