package courses

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// How much one task may hold.
const (
	maxPhrases = 12
	maxItems   = 20
)

// minMeanings is how many actions there must be to choose among, so that guessing does not open the lock.
const minMeanings = 3

// Task is a practical task behind its safety lock. Nothing of it leaves the server before the lock is open, but to its
// authors and to the teachers who mark it.
type Task struct {
	Description localize.Text `json:"description,omitempty" doc:"Markdown per language for authors, sanitised HTML for all others."`
	Phrases     []Phrase      `json:"phrases" maxItems:"12" doc:"The safety phrases that open the lock."`
	Decoys      []TaskItem    `json:"decoys" maxItems:"20" doc:"Actions that no phrase asks for, to choose among."`
	Checklist   []TaskItem    `json:"checklist" maxItems:"20" doc:"What the skill mark is about."`
	CanDo       []TaskItem    `json:"canDo" maxItems:"20" doc:"What the language mark is about."`
}

// Phrase is a safety phrase with where in the course's videos it is spoken.
type Phrase struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	Text    string        `json:"text" maxLength:"200" doc:"In Chinese; learners see it once they have answered."`
	Meaning localize.Text `json:"meaning,omitempty" doc:"The action, as learners choose it."`
	Picture string        `json:"picture,omitempty" maxLength:"2000" doc:"Of the action: asset:<uuid>."`
	AssetID *uuid.UUID    `json:"assetId,omitempty" format:"uuid" doc:"A video of the course."`
	StartMs int           `json:"startMs" minimum:"0" maximum:"86400000"`
	EndMs   int           `json:"endMs" minimum:"0" maximum:"86400000"`
}

// TaskItem is an item of a list.
type TaskItem struct {
	ID   uuid.UUID     `json:"id" format:"uuid"`
	Text localize.Text `json:"text"`
}

func checkTask(body json.RawMessage) (json.RawMessage, error) {
	var b Task
	if _, err := recode(body, &b); err != nil {
		return nil, err
	}
	var err error
	if b.Description, err = markdownRule.Clean("body.description", b.Description); err != nil {
		return nil, err
	}
	if len(b.Phrases) > maxPhrases {
		return nil, fault.NewInvalid("body.phrases", "too_many", "A task has at most %d safety phrases.", maxPhrases)
	}
	seen := map[uuid.UUID]bool{}
	for i := range b.Phrases {
		if err := b.Phrases[i].clean(fmt.Sprintf("body.phrases[%d]", i), seen); err != nil {
			return nil, err
		}
	}
	b.Phrases = notNil(b.Phrases)
	for field, list := range map[string]*[]TaskItem{"decoys": &b.Decoys, "checklist": &b.Checklist, "canDo": &b.CanDo} {
		if *list, err = cleanItems("body."+field, *list, seen); err != nil {
			return nil, err
		}
	}
	return json.Marshal(b)
}

func cleanItems(field string, list []TaskItem, seen map[uuid.UUID]bool) ([]TaskItem, error) {
	if len(list) > maxItems {
		return nil, fault.NewInvalid(field, "too_many", "A list has at most %d items.", maxItems)
	}
	for i := range list {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := takeID(at, list[i].ID, seen); err != nil {
			return nil, err
		}
		var err error
		if list[i].Text, err = lineRule.Clean(at+".text", list[i].Text); err != nil {
			return nil, err
		}
	}
	return notNil(list), nil
}

func (p *Phrase) clean(field string, seen map[uuid.UUID]bool) (err error) {
	if err := takeID(field, p.ID, seen); err != nil {
		return err
	}
	if p.StartMs < 0 || p.EndMs < p.StartMs || p.EndMs > 24*60*60*1000 {
		return fault.NewInvalid(field+".endMs", "bad_range", "A phrase ends behind its beginning.")
	}
	if p.Text, err = lineRule.CleanString(field+".text", p.Text); err != nil {
		return err
	}
	if p.Meaning, err = lineRule.Clean(field+".meaning", p.Meaning); err != nil {
		return err
	}
	p.Picture, err = cleanPicture(field+".picture", p.Picture)
	return err
}

// spoken reports whether the phrase can be heard.
func (p Phrase) spoken() bool { return p.AssetID != nil && p.EndMs > p.StartMs }

// readable is a meaning without its Chinese, which would be the phrase itself to read.
func readable(t localize.Text) localize.Text {
	shown := localize.Text{}
	for locale, text := range t {
		if locale != "zh" && !strings.HasPrefix(locale, "zh-") {
			shown[locale] = text
		}
	}
	return shown
}

func taskLacks(body json.RawMessage, languages []string) []DraftProblem {
	var b Task
	if err := json.Unmarshal(body, &b); err != nil {
		return []DraftProblem{{Field: "body", Code: "bad_body"}}
	}
	var list []DraftProblem
	add := func(missing bool, field, code string) {
		if missing {
			list = append(list, DraftProblem{Field: "body." + field, Code: code})
		}
	}
	var mute, wordless, foreign bool
	for _, p := range b.Phrases {
		mute, wordless, foreign = mute || !p.spoken(), wordless || p.Text == "", foreign || len(readable(p.Meaning)) == 0
	}
	for _, d := range b.Decoys {
		foreign = foreign || len(readable(d.Text)) == 0
	}
	empty := func(items []TaskItem) bool {
		for _, i := range items {
			if i.Text.In(languages[0]) == "" {
				return true
			}
		}
		return len(items) == 0
	}
	add(b.Description.In(languages[0]) == "", "description", "text_missing")
	add(len(b.Phrases) == 0, "phrases", "phrases_missing")
	add(wordless, "phrases", "step_text_missing")
	add(mute, "phrases", "phrase_sound_missing")
	add(foreign, "phrases", "translation_missing")
	add(len(b.Phrases) > 0 && len(b.Phrases)+len(b.Decoys) < minMeanings, "decoys", "choices_too_few")
	add(empty(b.Checklist), "checklist", "checklist_missing")
	add(empty(b.CanDo), "canDo", "can_do_missing")
	return list
}

// taskVideos are the videos that a task's phrases are heard in.
func taskVideos(body json.RawMessage) []uuid.UUID {
	var b Task
	if err := json.Unmarshal(body, &b); err != nil {
		return nil
	}
	var list []uuid.UUID
	for _, p := range b.Phrases {
		if p.AssetID != nil {
			list = append(list, *p.AssetID)
		}
	}
	return list
}

func renderTask(body json.RawMessage) (Content, []uuid.UUID, error) {
	var b Task
	if err := json.Unmarshal(body, &b); err != nil {
		return Content{}, nil, err
	}
	html, pictures, err := renderMarkdown(b.Description, true)
	b.Description = html
	for _, p := range b.Phrases {
		pictures = addPicture(pictures, p.Picture)
	}
	return Content{Task: &b}, pictures, err
}

// ShowTask replaces the addresses of a task's pictures, in a copy.
func ShowTask(t *Task, address func(asset uuid.UUID) string) *Task {
	if t == nil {
		return nil
	}
	shown := *t
	shown.Description = ShowPictures(t.Description, address)
	shown.Phrases = slices.Clone(t.Phrases)
	for i := range shown.Phrases {
		shown.Phrases[i].Picture = ShowPicture(shown.Phrases[i].Picture, address)
	}
	return &shown
}
