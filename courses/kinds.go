package courses

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"github.com/google/uuid"

	"hanzhi/courses/localize"
	"hanzhi/server/fault"
)

// kind is one sort of activity. Everything the package does with activities goes through this table, so a new kind is
// one entry here and its page in the front end.
type kind struct {
	name string
	// asset is the kind of asset that the activity is made of; "" = none.
	asset string
	// check takes a body as a client sent it and returns what is stored. Errors are fault.Invalid naming the field.
	check func(body json.RawMessage) (json.RawMessage, error)
	// lacks names what hinders publishing, as field and code; the asset's state is looked at elsewhere.
	lacks func(body json.RawMessage, languages []string) []DraftProblem
	// render makes of a stored body what learners get, and names the pictures in it.
	render func(body json.RawMessage) (Content, []uuid.UUID, error)
	// length is what can be watched or done, in units of progress: seconds of a video, 1 of what is read.
	length func(asset *ActivityAsset) int
	// videos are those of the course that a body plays parts of; nil = none.
	videos func(body json.RawMessage) []uuid.UUID
}

// Content is what learners get of an activity besides its title and its video.
type Content struct {
	HTML      localize.Text `json:"html,omitempty" doc:"Sanitised HTML per language."`
	Exercises []Exercise    `json:"exercises,omitempty"`
	// Task stays on the server until its lock is open.
	Task *Task `json:"task,omitempty"`
}

var kinds = []kind{
	{
		name: "video", asset: "video",
		check:  checkEmptyBody,
		lacks:  func(json.RawMessage, []string) []DraftProblem { return nil },
		render: func(json.RawMessage) (Content, []uuid.UUID, error) { return Content{}, nil, nil },
		length: videoLength,
	},
	{
		name:   "reading",
		check:  checkReading,
		lacks:  readingLacks,
		render: renderReading,
		length: once,
	},
	{
		name:   "practice",
		check:  checkPractice,
		lacks:  practiceLacks,
		render: renderPractice,
		length: once,
	},
	{
		name:   "task",
		check:  checkTask,
		lacks:  taskLacks,
		render: renderTask,
		length: once,
		videos: taskVideos,
	},
}

// kindNamed returns a kind by its name; Invalid when there is none.
func kindNamed(name string) (kind, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, fault.NewInvalid("kind", "unknown_kind", "There is no activity of the kind %.40q.", name)
	}
	return kinds[i], nil
}

// once is the length of what is done or not.
func once(*ActivityAsset) int { return 1 }

// videoLength is whole seconds, rounded down so that the last second can be watched in full, and at least one.
func videoLength(asset *ActivityAsset) int {
	if asset == nil {
		return 1
	}
	return max(1, int(asset.DurationMs/1000))
}

func checkEmptyBody(body json.RawMessage) (json.RawMessage, error) {
	return recode(body, &struct{}{})
}

// readingBody is the body of a reading.
type readingBody struct {
	Markdown localize.Text `json:"markdown"`
}

var markdownRule = localize.Rule{MaxRunes: 50_000, Lines: true}

func checkReading(body json.RawMessage) (json.RawMessage, error) {
	var b readingBody
	if _, err := recode(body, &b); err != nil {
		return nil, err
	}
	clean, err := markdownRule.Clean("body.markdown", b.Markdown)
	if err != nil {
		return nil, err
	}
	return json.Marshal(readingBody{Markdown: clean})
}

func readingLacks(body json.RawMessage, languages []string) []DraftProblem {
	var b readingBody
	if err := json.Unmarshal(body, &b); err != nil || b.Markdown.In(languages[0]) == "" {
		return []DraftProblem{{Field: "body.markdown", Code: "text_missing"}}
	}
	return nil
}

func renderReading(body json.RawMessage) (Content, []uuid.UUID, error) {
	var b readingBody
	if err := json.Unmarshal(body, &b); err != nil {
		return Content{}, nil, err
	}
	html, pictures, err := renderMarkdown(b.Markdown, true)
	return Content{HTML: html}, pictures, err
}

// recode reads a body into its type, refusing what the type does not have, and writes it back.
func recode(body json.RawMessage, to any) (json.RawMessage, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		body = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	if err == nil {
		if _, extra := d.Token(); extra != io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil || bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		return nil, fault.NewInvalid("body", "bad_body", "The body does not fit this kind of activity.")
	}
	return json.Marshal(to)
}
