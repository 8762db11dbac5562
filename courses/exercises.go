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

// Kinds of exercise.
const (
	exerciseOrder = "order"
	exerciseLabel = "label"
)

// How much one practice may hold. Twelve steps are what a small screen shows of a procedure.
const (
	maxExercises = 12
	maxSteps     = 12
	maxSpots     = 20
)

// Exercise is a procedure to be put in order, or a picture whose parts are to be named. It holds what is right, since it
// is also done without a line; the server judges every attempt again.
type Exercise struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	Kind    string        `json:"kind" enum:"order,label"`
	Prompt  localize.Text `json:"prompt,omitempty" doc:"What to do; empty = what the kind always asks."`
	Steps   []Step        `json:"steps,omitempty" maxItems:"12" doc:"Of order, as they belong."`
	Picture string        `json:"picture,omitempty" maxLength:"2000" doc:"Of label: asset:<uuid> for authors, an address for learners."`
	Alt     localize.Text `json:"alt,omitempty" doc:"What the picture shows."`
	Spots   []Spot        `json:"spots,omitempty" maxItems:"20"`
}

// Step is one step of a procedure.
type Step struct {
	ID          uuid.UUID     `json:"id" format:"uuid"`
	Text        string        `json:"text" maxLength:"200" doc:"In Chinese."`
	Translation localize.Text `json:"translation,omitempty"`
	Picture     string        `json:"picture,omitempty" maxLength:"2000"`
	Free        bool          `json:"free,omitempty" doc:"It may change places with the step above it."`
}

// Spot is a part on a picture.
type Spot struct {
	ID      uuid.UUID     `json:"id" format:"uuid"`
	X       int           `json:"x" minimum:"0" maximum:"1000" doc:"Thousandths of the width, from the left."`
	Y       int           `json:"y" minimum:"0" maximum:"1000" doc:"Thousandths of the height, from the top."`
	Word    string        `json:"word" maxLength:"12" doc:"In Chinese."`
	Meaning localize.Text `json:"meaning,omitempty" doc:"Where neither term bank nor dictionary has it."`
}

// practiceBody is the body of a practice.
type practiceBody struct {
	Exercises []Exercise `json:"exercises"`
}

var (
	lineRule    = localize.Rule{MaxRunes: 200}
	wordRule    = localize.Rule{MaxRunes: 12}
	addressRule = localize.Rule{MaxRunes: len(assetScheme) + 36}
)

func checkPractice(body json.RawMessage) (json.RawMessage, error) {
	var b practiceBody
	if _, err := recode(body, &b); err != nil {
		return nil, err
	}
	if len(b.Exercises) > maxExercises {
		return nil, fault.NewInvalid("body.exercises", "too_many", "A practice has at most %d exercises.", maxExercises)
	}
	seen := map[uuid.UUID]bool{}
	for i := range b.Exercises {
		if err := b.Exercises[i].clean(fmt.Sprintf("body.exercises[%d]", i), seen); err != nil {
			return nil, err
		}
	}
	b.Exercises = notNil(b.Exercises)
	return json.Marshal(b)
}

// takeID refuses an id that is missing or used already in the same body.
func takeID(field string, id uuid.UUID, seen map[uuid.UUID]bool) error {
	if id == uuid.Nil || seen[id] {
		return fault.NewInvalid(field+".id", "invalid", "Each part needs an id of its own.")
	}
	seen[id] = true
	return nil
}

// cleanPicture takes nothing or the address of one of our pictures.
func cleanPicture(field, address string) (string, error) {
	address, err := addressRule.CleanString(field, address)
	if err == nil && address != "" && !ours(address) {
		return "", fault.NewInvalid(field, "no_such_asset", "A picture is asset: and its id.")
	}
	return address, err
}

func (e *Exercise) clean(field string, seen map[uuid.UUID]bool) (err error) {
	if err := takeID(field, e.ID, seen); err != nil {
		return err
	}
	switch {
	case e.Kind != exerciseOrder && e.Kind != exerciseLabel:
		return fault.NewInvalid(field+".kind", "unknown_kind", "There is no exercise of the kind %.40q.", e.Kind)
	case len(e.Steps) > maxSteps:
		return fault.NewInvalid(field+".steps", "too_many", "A procedure has at most %d steps.", maxSteps)
	case len(e.Spots) > maxSpots:
		return fault.NewInvalid(field+".spots", "too_many", "A picture has at most %d spots.", maxSpots)
	}
	if e.Prompt, err = lineRule.Clean(field+".prompt", e.Prompt); err != nil {
		return err
	}
	if e.Alt, err = lineRule.Clean(field+".alt", e.Alt); err != nil {
		return err
	}
	if e.Picture, err = cleanPicture(field+".picture", e.Picture); err != nil {
		return err
	}
	for i := range e.Steps {
		if err := e.Steps[i].clean(fmt.Sprintf("%s.steps[%d]", field, i), seen); err != nil {
			return err
		}
	}
	for i := range e.Spots {
		if err := e.Spots[i].clean(fmt.Sprintf("%s.spots[%d]", field, i), seen); err != nil {
			return err
		}
	}
	return nil
}

func (s *Step) clean(field string, seen map[uuid.UUID]bool) (err error) {
	if err := takeID(field, s.ID, seen); err != nil {
		return err
	}
	if s.Text, err = lineRule.CleanString(field+".text", s.Text); err != nil {
		return err
	}
	if s.Translation, err = lineRule.Clean(field+".translation", s.Translation); err != nil {
		return err
	}
	s.Picture, err = cleanPicture(field+".picture", s.Picture)
	return err
}

func (s *Spot) clean(field string, seen map[uuid.UUID]bool) (err error) {
	if err := takeID(field, s.ID, seen); err != nil {
		return err
	}
	if s.X < 0 || s.X > 1000 || s.Y < 0 || s.Y > 1000 {
		return fault.NewInvalid(field, "out_of_range", "A spot lies on its picture: 0 to 1000 of its width and height.")
	}
	if s.Word, err = wordRule.CleanString(field+".word", s.Word); err != nil {
		return err
	}
	s.Meaning, err = lineRule.Clean(field+".meaning", s.Meaning)
	return err
}

func practiceLacks(body json.RawMessage, languages []string) []DraftProblem {
	var b practiceBody
	if err := json.Unmarshal(body, &b); err != nil || len(b.Exercises) == 0 {
		return []DraftProblem{{Field: "body.exercises", Code: "exercises_missing"}}
	}
	codes := map[string]bool{}
	for _, e := range b.Exercises {
		e.lacks(languages[0], codes)
	}
	return problemsOf("body.exercises", codes)
}

// problemsOf names each code once.
func problemsOf(field string, codes map[string]bool) []DraftProblem {
	list := make([]DraftProblem, 0, len(codes))
	for code := range codes {
		list = append(list, DraftProblem{Field: field, Code: code})
	}
	slices.SortFunc(list, func(a, b DraftProblem) int { return strings.Compare(a.Code, b.Code) })
	return list
}

// lacks adds the codes of what is missing.
func (e Exercise) lacks(language string, codes map[string]bool) {
	if e.Kind == exerciseLabel {
		codes["label_picture_missing"] = codes["label_picture_missing"] || e.Picture == ""
		codes["spots_missing"] = codes["spots_missing"] || len(e.Spots) < 2
		for _, s := range e.Spots {
			codes["spot_word_missing"] = codes["spot_word_missing"] || s.Word == ""
		}
	} else {
		codes["steps_missing"] = codes["steps_missing"] || len(e.Steps) < 2
		for _, s := range e.Steps {
			codes["step_text_missing"] = codes["step_text_missing"] || s.Text == ""
			codes["translation_missing"] = codes["translation_missing"] || s.Translation.In(language) == ""
		}
	}
	for code, missing := range codes {
		if !missing {
			delete(codes, code)
		}
	}
}

func renderPractice(body json.RawMessage) (Content, []uuid.UUID, error) {
	var b practiceBody
	if err := json.Unmarshal(body, &b); err != nil {
		return Content{}, nil, err
	}
	var pictures []uuid.UUID
	for _, e := range b.Exercises {
		pictures = addPicture(pictures, e.Picture)
		for _, s := range e.Steps {
			pictures = addPicture(pictures, s.Picture)
		}
	}
	return Content{Exercises: b.Exercises}, pictures, nil
}

// addPicture adds the asset that an address names, once.
func addPicture(list []uuid.UUID, address string) []uuid.UUID {
	id, found := assetOf(address)
	if !found || slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}

// assetOf is the asset that an asset: address names.
func assetOf(address string) (uuid.UUID, bool) {
	if !ours(address) {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(address[len(assetScheme):])
	return id, err == nil
}

// ShowPicture replaces an asset: address by the one that learners may use; "" stays.
func ShowPicture(picture string, address func(asset uuid.UUID) string) string {
	if id, found := assetOf(picture); found {
		return address(id)
	}
	return ""
}

// ShowExercises replaces the addresses of the pictures of exercises, in a copy.
func ShowExercises(list []Exercise, address func(asset uuid.UUID) string) []Exercise {
	shown := slices.Clone(list)
	for i := range shown {
		shown[i].Picture = ShowPicture(shown[i].Picture, address)
		shown[i].Steps = slices.Clone(shown[i].Steps)
		for j := range shown[i].Steps {
			shown[i].Steps[j].Picture = ShowPicture(shown[i].Steps[j].Picture, address)
		}
	}
	return shown
}
