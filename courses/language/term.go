package language

import (
	"github.com/google/uuid"

	"hanzhi/courses/localize"
)

// Bank is the words of a trade.
type Bank struct {
	ID            uuid.UUID     `json:"id" format:"uuid"`
	Trade         string        `json:"trade" doc:"ISCO-08 unit group." example:"7223"`
	Name          localize.Text `json:"name"`
	InstitutionID *uuid.UUID    `json:"institutionId,omitempty" format:"uuid" doc:"Absent for the platform's."`
	Version       int           `json:"version" doc:"Raised by every change of its terms."`
	Terms         int           `json:"terms"`
	Editable      bool          `json:"editable" doc:"By the viewer."`
}

// BankDetail is a bank with a page of its terms, in the order of pinyin.
type BankDetail struct {
	Bank
	Items     []Term   `json:"items"`
	Matching  *int     `json:"matching,omitempty" doc:"Terms on all pages; told with the first."`
	NextPage  string   `json:"nextPage,omitempty"`
	Languages []string `json:"languages" doc:"In which terms of the bank have glosses."`
}

// Term is a word or phrase of a bank.
type Term struct {
	ID           uuid.UUID     `json:"id" format:"uuid"`
	Hanzi        string        `json:"hanzi"`
	Pinyin       string        `json:"pinyin"`
	PartOfSpeech string        `json:"partOfSpeech"`
	Level        int           `json:"level" doc:"Of the list of the bank's institution; 0 = not listed."`
	Safety       bool          `json:"safety"`
	Gloss        localize.Text `json:"gloss"`
	Definition   localize.Text `json:"definition"`
	PictureID    *uuid.UUID    `json:"pictureId,omitempty" format:"uuid" doc:"The asset that shows it."`
	AudioID      *uuid.UUID    `json:"audioId,omitempty" format:"uuid" doc:"The asset in which it is heard."`
	Picture      string        `json:"picture,omitempty" doc:"Where everybody can see it, for some hours."`
	Audio        string        `json:"audio,omitempty" doc:"Where everybody can hear it, for some hours."`
	Version      int           `json:"version"`
}

// NewBank is a bank as its institution makes or renames it.
type NewBank struct {
	InstitutionID uuid.UUID     `json:"institutionId" format:"uuid"`
	Trade         string        `json:"trade" minLength:"4" maxLength:"4" doc:"ISCO-08 unit group." example:"7223"`
	Name          localize.Text `json:"name"`
}

// TermInput is a term as its author writes it.
type TermInput struct {
	Hanzi        string        `json:"hanzi" minLength:"1" maxLength:"12"`
	Pinyin       string        `json:"pinyin" minLength:"1" maxLength:"100" doc:"With tone marks or digits; one syllable a character."`
	PartOfSpeech string        `json:"partOfSpeech,omitempty" maxLength:"20"`
	Safety       bool          `json:"safety,omitempty"`
	Gloss        localize.Text `json:"gloss"`
	Definition   localize.Text `json:"definition,omitempty"`
	PictureID    *uuid.UUID    `json:"pictureId,omitempty" format:"uuid" doc:"A picture of an institution that the writer authors for."`
	AudioID      *uuid.UUID    `json:"audioId,omitempty" format:"uuid" doc:"A sound of one."`
	Version      int           `json:"version" minimum:"0" doc:"The one last seen; 0 = new."`
}

// BankChange asks for changes by a table: a CSV, a TBX, or the last one to be taken back.
type BankChange struct {
	CSV           string `json:"csv,omitempty" maxLength:"16000000" doc:"With a header: hanzi,pinyin,pos,level,safety,gloss:en,…,definition:en,…,picture,audio. What has no column is left as it is."`
	TBX           string `json:"tbx,omitempty" maxLength:"16000000" doc:"TBX-Basic (ISO 30042), or martif of the older TBX v2."`
	Apply         bool   `json:"apply" doc:"false only shows what would change."`
	RemoveMissing bool   `json:"removeMissing,omitempty" doc:"Remove terms that the table does not have."`
	Undo          bool   `json:"undo,omitempty" doc:"Instead of a table: take back the last one, as long as nothing has changed since."`
	Version       int    `json:"version,omitempty" minimum:"0" doc:"Of the bank that the preview was of: a bank that has changed since is not changed. 0 = whichever."`
}

// TermPair is a term before and after a change.
type TermPair struct {
	Before Term `json:"before"`
	After  Term `json:"after"`
}

// TableProblem is what is wrong with a line of a table.
type TableProblem struct {
	Line  int    `json:"line" doc:"From 1, the header; 0 = the whole file."`
	Field string `json:"field"`
	Code  string `json:"code"`
}

// ChangedLine is a line of a published lesson that is cut or read in another way.
type ChangedLine struct {
	LessonID    uuid.UUID     `json:"lessonId" format:"uuid"`
	LessonTitle localize.Text `json:"lessonTitle"`
	Before      string        `json:"before" doc:"Tokens parted by |, with their reading where only that changes."`
	After       string        `json:"after"`
}

// ChangeCounts is how many terms a table changes in which way.
type ChangeCounts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Removed   int `json:"removed" doc:"Missing in the table; removed only when asked for."`
	Unchanged int `json:"unchanged"`
	Refused   int `json:"refused" doc:"Lines with a problem; 200 at the most."`
}

// BankChanges is what a table changes: how much, and the first of each kind.
type BankChanges struct {
	Counts   ChangeCounts   `json:"counts"`
	Added    []Term         `json:"added" maxItems:"100"`
	Changed  []TermPair     `json:"changed" maxItems:"100"`
	Removed  []Term         `json:"removed" maxItems:"100"`
	Problems []TableProblem `json:"problems" maxItems:"200" doc:"Lines that are left out."`
	Notes    []TableProblem `json:"notes" maxItems:"200" doc:"Lines that are taken, with something to look at: pinyin_guessed, unknown_asset (left out)."`
	Lines    []ChangedLine  `json:"lines" maxItems:"50"`
	Version  int            `json:"version" doc:"Of the bank, once changed."`
	Applied  bool           `json:"applied"`
}
