package language

import (
	"time"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// Token is one piece of a text; the texts of its tokens make the whole again.
type Token struct {
	Text   string `json:"text"`
	Kind   string `json:"kind,omitempty" enum:"number,latin,code,unit,name,punctuation,space" doc:"Absent for a word."`
	Pinyin string `json:"pinyin,omitempty" doc:"Lexical tones, syllables parted by a space."`
}

// Word is a word of Chinese as one learner meets it.
type Word struct {
	Hanzi          string        `json:"hanzi"`
	Pinyin         string        `json:"pinyin"`
	Glosses        []string      `json:"glosses" maxItems:"4" doc:"English, from the dictionary."`
	Gloss          localize.Text `json:"gloss,omitempty" doc:"From the term bank."`
	Definition     localize.Text `json:"definition,omitempty"`
	TermID         *uuid.UUID    `json:"termId,omitempty" format:"uuid"`
	BankID         *uuid.UUID    `json:"bankId,omitempty" format:"uuid"`
	Trade          string        `json:"trade,omitempty" doc:"ISCO-08 unit group of the bank."`
	PartOfSpeech   string        `json:"partOfSpeech,omitempty"`
	Safety         bool          `json:"safety"`
	Picture        string        `json:"picture,omitempty" doc:"Where everybody can see what the term means, for some hours."`
	Audio          string        `json:"audio,omitempty" doc:"Where everybody can hear the term, for some hours."`
	Level          int           `json:"level" minimum:"0" doc:"Of the reader's list; 0 = not listed."`
	LevelName      string        `json:"levelName,omitempty" doc:"What the list calls the level, when it has one."`
	List           string        `json:"list,omitempty" doc:"Name of the list of the level." example:"HSK 2.0"`
	Count          int           `json:"count" doc:"Occurrences in what was asked for."`
	Known          bool          `json:"known"`
	Kept           bool          `json:"kept" doc:"Among the learner's own words."`
	Retrievability *float64      `json:"retrievability,omitempty" minimum:"0" maximum:"1" doc:"Probability of recall now; 0 while the last answer was wrong; absent without memory."`
	KnownBy        string        `json:"knownBy,omitempty" enum:"memory,level,parts"`
	KnownFrom      int           `json:"knownFrom,omitempty" doc:"For visitors in a lesson: the lowest level of the list at which the word is known, by itself or by its parts."`

	pictureID, audioID *uuid.UUID // assets
}

// Line is a text of a lesson cut into tokens.
type Line struct {
	Text   string  `json:"text"`
	Tokens []Token `json:"tokens"`
}

// Readiness is how well a learner is prepared for a lesson.
type Readiness struct {
	Coverage      float64  `json:"coverage" minimum:"0" maximum:"1" doc:"Share of running words known now."`
	Expected      float64  `json:"expected" minimum:"0" maximum:"1" doc:"The same, each word weighed by the probability of its recall."`
	Band          string   `json:"band" enum:"go,glosses,learn,support" doc:"From 0.95; from 0.90; from 0.80; below."`
	Tokens        int      `json:"tokens" doc:"Running words and numbers; names, Latin, codes, units and punctuation do not count."`
	Words         int      `json:"words" doc:"Distinct words."`
	Learn         []string `json:"learn" doc:"The smallest set of words that lifts coverage to 0.95, first what helps soonest; empty in band go."`
	CoverageAfter float64  `json:"coverageAfter" minimum:"0" maximum:"1" doc:"Once they are learnt."`

	OnDay *DayReadiness `json:"onDay,omitempty" doc:"On the day that was asked for, else on the date of the lesson in the viewer's run; absent for visitors and without a day."`
}

// DayReadiness is what a learner may expect of a day to come. New words that are learnt until then come on top.
type DayReadiness struct {
	At       time.Time `json:"at"`
	Expected float64   `json:"expected" minimum:"0" maximum:"1" doc:"Each word weighed by the probability of its recall then, if nothing is reviewed; to be compared with expected."`
	Reviewed float64   `json:"reviewed" minimum:"0" maximum:"1" doc:"The same if each of the learner's own words is reviewed whenever it falls due, and answered rightly."`
}

// LessonLanguage is the Chinese of a lesson for a viewer.
type LessonLanguage struct {
	List      List            `json:"list"`
	Level     int             `json:"level" doc:"Declared by the viewer; 0 = none."`
	LostList  string          `json:"lostList,omitempty" doc:"Name of the list that the viewer had chosen and that is not there any more."`
	Lines     []Line          `json:"lines" doc:"Every distinct Chinese text of captions and readings, in order: cues whole, text nodes of readings without the white space around them. None while the gate of the lesson is shut."`
	Words     map[string]Word `json:"words" doc:"By the text of the token."`
	Others    []Word          `json:"others,omitempty" maxItems:"12" doc:"Words of the trade that the lesson does not have, to stand beside those on its pictures."`
	Readiness Readiness       `json:"readiness"`
	ByLevel   []Readiness     `json:"byLevel,omitempty" doc:"For visitors, of whom nothing is stored: readiness of somebody who has declared level 1, 2, … of the list."`
}

// LessonReadiness is a lesson of a course with the viewer's readiness for it.
type LessonReadiness struct {
	LessonID  uuid.UUID      `json:"lessonId" format:"uuid"`
	Readiness ShortReadiness `json:"readiness"`
}

// ShortReadiness is Readiness with the number of words to learn instead of the words.
type ShortReadiness struct {
	Coverage      float64 `json:"coverage" minimum:"0" maximum:"1"`
	Expected      float64 `json:"expected" minimum:"0" maximum:"1"`
	Band          string  `json:"band" enum:"go,glosses,learn,support"`
	Tokens        int     `json:"tokens"`
	Words         int     `json:"words"`
	LearnCount    int     `json:"learnCount"`
	CoverageAfter float64 `json:"coverageAfter" minimum:"0" maximum:"1"`

	OnDay *DayReadiness `json:"onDay,omitempty"`
}

// CourseReadiness is the viewer's readiness for the lessons of a course.
type CourseReadiness struct {
	List    List              `json:"list"`
	Level   int               `json:"level"`
	Lessons []LessonReadiness `json:"lessons"`
}

// Bands counts learners by band of their coverage.
type Bands struct {
	Go      int `json:"go"`
	Glosses int `json:"glosses"`
	Learn   int `json:"learn"`
	Support int `json:"support"`
}

// LackingWord is a word that learners of a run do not know.
type LackingWord struct {
	Hanzi   string        `json:"hanzi"`
	Pinyin  string        `json:"pinyin"`
	Gloss   localize.Text `json:"gloss,omitempty"`
	Glosses []string      `json:"glosses"`
	Share   float64       `json:"share" minimum:"0" maximum:"1" doc:"Of the learners."`
	First   *WordPlace    `json:"first,omitempty" doc:"Where the lesson has it first; with the parameter lesson only."`
}

// WordPlace is a line of a lesson.
type WordPlace struct {
	Text    string `json:"text"`
	StartMs *int64 `json:"startMs,omitempty" doc:"Of a line that is spoken."`
}

// LearnerReadiness is how ready one learner of a run is for a lesson.
type LearnerReadiness struct {
	AccountID uuid.UUID  `json:"accountId" format:"uuid"`
	Name      string     `json:"name"`
	Coverage  float64    `json:"coverage" minimum:"0" maximum:"1" doc:"Share of running words known then."`
	Expected  float64    `json:"expected" minimum:"0" maximum:"1" doc:"The same, each word weighed by the probability of its recall then."`
	Band      string     `json:"band" enum:"go,glosses,learn,support"`
	Passed    bool       `json:"passed" doc:"Came through the lesson's gate with words enough."`
	GrantedAt *time.Time `json:"grantedAt,omitempty" doc:"When a teacher let the learner through."`
}

// RunLesson is how ready the learners of a run are for a lesson.
type RunLesson struct {
	LessonID uuid.UUID     `json:"lessonId" format:"uuid"`
	Title    localize.Text `json:"title"`
	Bands    Bands         `json:"bands"`
	Median   float64       `json:"median" minimum:"0" maximum:"1" doc:"Of the coverage; on a day to come, of what is expected."`
	Tokens   int           `json:"tokens" doc:"Running words that count; 0 = there is no Chinese in it."`
	Lacking  []LackingWord `json:"lacking" maxItems:"100" doc:"What most of them lack, first: 20, or 100 with the parameter lesson."`

	Learners []LearnerReadiness `json:"learners,omitempty" maxItems:"2000" doc:"By name; with the parameter lesson only."`
}

// RunReadiness is how ready the learners of a run are.
type RunReadiness struct {
	At       *time.Time  `json:"at,omitempty" doc:"The day to come that it is told for: bands and medians are of what is expected then. Absent = now, of what is known."`
	Learners int         `json:"learners"`
	Lessons  []RunLesson `json:"lessons"`
}

// NewReview is one thing that happened to a word, on a device that may have been offline.
type NewReview struct {
	ID         uuid.UUID    `json:"id" format:"uuid" doc:"Made by the client; sent twice, it counts once."`
	Word       string       `json:"word" minLength:"1" maxLength:"12"`
	Kind       string       `json:"kind" enum:"keep,drop,review,lookup"`
	Rating     int          `json:"rating,omitempty" minimum:"1" maximum:"4" doc:"Of a review: again, hard, good, easy."`
	Exercise   string       `json:"exercise,omitempty" enum:"recognise,recall,listen,cloze,order,label,write,tone,say,dictation" doc:"tone and say are about the sound alone: they leave the memory of the word as it is."`
	At         time.Time    `json:"at" doc:"By the device's clock; later than now becomes now."`
	LessonID   *uuid.UUID   `json:"lessonId,omitempty" format:"uuid"`
	Parameters string       `json:"parameters,omitempty" enum:"fsrs-6" doc:"The set of FSRS parameters; fsrs-6 when absent."`
	Tones      *SpokenTones `json:"tones,omitempty" doc:"Of a review of the exercises tone and say."`
}

// WordMemory is what is remembered of a word.
type WordMemory struct {
	Word           string     `json:"word"`
	State          string     `json:"state" enum:"new,learning,review,relearning"`
	Stability      float64    `json:"stability" doc:"Days until recall is 90 % likely."`
	Difficulty     float64    `json:"difficulty" doc:"1 to 10; 0 = new."`
	DueAt          time.Time  `json:"dueAt"`
	LastReviewAt   *time.Time `json:"lastReviewAt,omitempty"`
	LastRating     int        `json:"lastRating,omitempty"`
	ScheduledDays  int        `json:"scheduledDays"`
	RemainingSteps int        `json:"remainingSteps" doc:"RemainingSteps of go-fsrs, learning_steps of ts-fsrs."`
	Reps           int        `json:"reps"`
	Lapses         int        `json:"lapses"`
	Kept           bool       `json:"kept"`
	Leech          bool       `json:"leech" doc:"Forgotten again and again."`
}

// ReviewDay is a learner's day of practice. Days are those of UTC.
type ReviewDay struct {
	Done   int `json:"done" doc:"Reviews today."`
	Goal   int `json:"goal"`
	Streak int `json:"streak" doc:"Days with a review; one missed day in seven is forgiven."`
}

// ReviewResult answers a batch of reviews.
type ReviewResult struct {
	Memory []WordMemory `json:"memory" doc:"Of the words in the batch."`
	Today  ReviewDay    `json:"today"`
}

// LineContext is a line of a lesson that contains a word.
type LineContext struct {
	LessonID    uuid.UUID     `json:"lessonId" format:"uuid"`
	LessonTitle localize.Text `json:"lessonTitle"`
	CourseSlug  string        `json:"courseSlug"`
	AssetID     *uuid.UUID    `json:"assetId,omitempty" format:"uuid"`
	StartMs     *int64        `json:"startMs,omitempty"`
	EndMs       *int64        `json:"endMs,omitempty"`
	Tokens      []Token       `json:"tokens"`
	Translation localize.Text `json:"translation,omitempty"`
}

// ReviewCard is a word to be reviewed.
type ReviewCard struct {
	Word    Word         `json:"word"`
	Memory  WordMemory   `json:"memory"`
	Context *LineContext `json:"context,omitempty" doc:"Of a lesson that the learner may open; another line each time for a leech."`

	Assigned *AssignedFor `json:"assigned,omitempty" doc:"A new word that a teacher has given."`
}

// Due is what there is to review.
type Due struct {
	Cards    []ReviewCard `json:"cards" doc:"Due words, the longest waiting first; then new ones, first those that a teacher has given."`
	Due      int          `json:"due" doc:"All words that are due, new ones not counted."`
	New      int          `json:"new" doc:"Kept or given words that were never asked."`
	Assigned []Assigned   `json:"assigned" doc:"What teachers have given and the learner has not met yet, by lesson; the next lesson first."`
	Today    ReviewDay    `json:"today"`
	Forecast []int        `json:"forecast" minItems:"7" maxItems:"7" doc:"Words that fall due on each coming day of UTC; the first is today with all that waits."`
}

// OwnWord is a word of the learner's own.
type OwnWord struct {
	Word
	Memory WordMemory `json:"memory"`
}

// OwnWords is a page of them, in the order of hanzi.
type OwnWords struct {
	Items []OwnWord `json:"items"`
	Total int       `json:"total" doc:"On all pages."`
	Next  string    `json:"next,omitempty" doc:"The parameter after of the next page."`
}

// Reading is one way to read a word.
type Reading struct {
	Pinyin  string   `json:"pinyin"`
	Glosses []string `json:"glosses"`
}

// Occurrence is a place in a lesson where a word stands.
type Occurrence struct {
	LessonID    uuid.UUID     `json:"lessonId" format:"uuid"`
	LessonTitle localize.Text `json:"lessonTitle"`
	CourseSlug  string        `json:"courseSlug"`
	CourseTitle localize.Text `json:"courseTitle"`
	StartMs     *int64        `json:"startMs,omitempty"`
	Text        string        `json:"text"`
}

// Entry is a page of the dictionary.
type Entry struct {
	Word        Word         `json:"word"`
	Readings    []Reading    `json:"readings"`
	Traditional string       `json:"traditional,omitempty"`
	Characters  []Word       `json:"characters" doc:"Of a longer word."`
	Occurrences []Occurrence `json:"occurrences" maxItems:"20" doc:"In lessons that the viewer may open."`
	Related     []Word       `json:"related"`
}
